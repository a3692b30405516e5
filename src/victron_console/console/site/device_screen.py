"""All values of one device: what each is called, what it is now, how old, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from victron_console.catalogue import catalogue
from victron_console.console.kit.format import age
from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut, plain
from victron_console.console.kit.values import value_text
from victron_console.console.site.data_screen import SiteDataScreen
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState
from victron_console.store.operator.wishes import accept_gone


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value; without a reading it is the head of a device."""

    name: str
    path: str
    value: str = ""
    reading: Reading | None = None


def value_rows(snapshot: Snapshot, keys: Sequence[DeviceKey]) -> list[ValueRow]:
    """The values of the devices by path, each device under its head; what has no value comes last."""
    rows: list[ValueRow] = []
    for key in keys:
        device = snapshot.devices.get(key)
        if device is None:
            continue
        rows.append(ValueRow(device.name, f"{key}  {device.service}{_missed(device, snapshot.at)}"))
        found = []
        for path in sorted(device.readings):
            reading = snapshot.read(key, path)
            name = catalogue().name(key.cls, path)
            found.append(ValueRow(name, path, value_text(key.cls, path, reading), reading))
        rows += sorted(found, key=lambda row: row.reading is not None and row.reading.quality is Quality.ABSENT)
    return rows


def _missed(device: DeviceState, now: float) -> str:
    """Since when a device that left is gone, and what can be done about it."""
    if device.state is not ServiceState.GONE or device.accepted:
        return ""
    return f"  gone{f' for {age(now - device.since)}' if device.since is not None else ''}: x accepts it"


def draw_value(width: int, row: ValueRow, now: float) -> Line:
    """One row: path, name where there is room for both, value, age, and quality where it is not good."""
    line = Line(width)
    if row.reading is None:
        column = line.put(1, cut(plain(row.name), width - 2), Role.TEXT1, bold=True) + 2
        line.put(column, cut(row.path, max(0, width - 1 - column)), Role.TEXT3)
        return line
    absent = row.reading.quality is Quality.ABSENT
    value_at = min(max(width * 2 // 5, 20), 76)
    age_end = width - 14
    wide = width >= 110
    if wide:
        line.put(1, cut(row.path, 40), Role.TEXT3 if absent else Role.TEXT2)
        line.put(43, cut(plain(row.name), value_at - 45), Role.TEXT3)
    else:
        line.put(1, cut(row.path, value_at - 2), Role.TEXT3 if absent else Role.TEXT2)
    line.put(value_at, cut(plain(row.value), max(1, age_end - 5 - value_at)), Role.TEXT3 if absent else Role.TEXT1)
    line.right(age_end, age(now - row.reading.at) if not absent else "", Role.TEXT3)
    quality = row.reading.quality
    role = Role.TEXT3 if quality in (Quality.GOOD, Quality.ABSENT) else Role.LINK_TEXT
    line.put(age_end + 2, cut(quality.value, 12), role)
    return line


class ValueList(Rows):
    """The rows from an offset on."""

    DEFAULT_CSS = "ValueList { height: 1fr; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[ValueRow] = ()
        self._now = 0.0
        self.first = 0

    def show(self, rows: Sequence[ValueRow], now: float) -> None:
        """Draw these."""
        self._rows, self._now = rows, now
        self.redraw()

    def move(self, rows: int) -> None:
        """Scroll by so many rows."""
        self.first = max(0, min(len(self._rows) - self.size.height, self.first + rows))
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """The visible rows."""
        return [draw_value(width, row, self._now) for row in self._rows[self.first : self.first + height]]


class DeviceScreen(SiteDataScreen):
    """The devices that a line of the Site screen stands for."""

    NAME = "device"
    PART = "device"
    KEYS = (
        Key("down,j", "scroll(1)", "↓ j", "down", "One row down."),
        Key("up,k", "scroll(-1)", "↑ k", "up", "One row up."),
        Key("pagedown", "page(1)", "PgDn", "page", "A page down."),
        Key("pageup", "page(-1)", "PgUp", "", "A page up."),
        Key("home", "scroll(-100000)", "Home", "", "To the first."),
        Key("end", "scroll(100000)", "End", "", "To the last."),
        Key("x", "accept", "x", "accept", "No longer miss a device that left; its history stays.", 120, writes=True),
        Key("6", "app.open('paths')", "6", "paths", "All values of the station by path."),
    )

    def __init__(self, devices: tuple[DeviceKey, ...]) -> None:
        super().__init__()
        self._devices = devices
        self._list = ValueList()

    def body(self) -> Iterator[Rows]:
        """The values."""
        yield self._list

    def redraw(self) -> None:
        """The values as last read."""
        if self.data is not None:
            self._list.show(value_rows(self.data.figures.snapshot, self._devices), self.console.now)

    def action_accept(self) -> None:
        """Take the devices that left off the lists, until they are back."""
        if self.data is None:
            return
        snapshot = self.data.figures.snapshot
        gone = [device.key for device in snapshot.missed() if device.key in self._devices]
        if not gone:
            self.console.say("No device here has left.")
            return
        writes = [partial(accept_gone, station=snapshot.station, device=key) for key in gone]
        self.console.operator.do(writes, lambda: self.show(self.view))

    def action_scroll(self, rows: int) -> None:
        """By so many rows."""
        self._list.move(rows)

    def action_page(self, pages: int) -> None:
        """By pages."""
        self._list.move(pages * max(1, self._list.size.height - 1))
