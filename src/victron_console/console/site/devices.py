"""The devices of a site, one line each: what it is, and the facts that an operator asks of one of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from victron_console.catalogue import catalogue
from victron_console.catalogue.reader import Kind, Tier
from victron_console.console.kit.format import ABSENT, DOUBT_MARK, LOST, STALE_MARK, age
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, plain
from victron_console.console.kit.values import fact_text, meaning
from victron_console.console.site.device_facts import FACTS, LABELS, NO_LINE, ORDER, Fact
from victron_console.insight.flow.site_flow import FLOWS_FROM_W
from victron_console.insight.overview.battery_bank import stopped
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.insight.overview.doubts import backwards
from victron_console.insight.overview.figures import dc_power_w, last
from victron_console.model.device import DeviceKey
from victron_console.model.limits import NO_SENSOR_BELOW_C
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot

LABEL_COLUMNS = 13


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One line: its label, its facts, and the devices that it opens."""

    label: str
    facts: tuple[str, ...]
    keys: tuple[DeviceKey, ...]
    quality: Quality = Quality.GOOD


_WIND = re.compile(r"\bwind", re.IGNORECASE)
_MPPT = re.compile(r"MPPT.*?(\d+/\d+)")
_CHARGE_STAGES = (3, 4, 5, 6, 7)
"""`vebus /State`, `multi /State`: bulk to equalise."""


def device_lines(snapshot: Snapshot) -> list[DeviceLine]:
    """One line a device or, for tanks, temperatures and relays, a kind."""
    found = [_line(snapshot, device) for cls in ORDER for device in snapshot.of_class(cls)]
    others = {key.cls for key in snapshot.devices} - set(ORDER) - NO_LINE
    found += [_line(snapshot, device) for cls in sorted(others) for device in snapshot.of_class(cls)]
    return [
        *(line for line in found if line.facts or line.quality is not Quality.GOOD),
        *_packs(snapshot),
        *_tanks(snapshot),
        *_temperatures(snapshot),
        *_ess(snapshot),
        *_start_stop(snapshot),
        *_relays(snapshot),
        *(_missed_line(snapshot, device) for device in snapshot.missed()),
    ]


def label_of(device: DeviceState) -> str:
    """What a device is, in the words of the flow: `WIND`, `MPPT 100/50`, else its class in words."""
    if device.key.cls == "dcsource" and _WIND.search(device.name):
        return "WIND"
    product = device.readings.get("ProductName")
    if device.key.cls == "solarcharger":
        size = _MPPT.search(product.text if product else "")
        return f"MPPT {size[1]}" if size else "MPPT"
    return LABELS.get(device.key.cls, device.key.cls.upper())


def _line(snapshot: Snapshot, device: DeviceState) -> DeviceLine:
    facts = tuple(text for fact in _facts_of(device) if (text := _fact(snapshot, device, fact)))
    several = len(snapshot.of_class(device.key.cls)) > 1
    name = (device.name,) if several and label_of(device) != device.name else ()
    quality = device.quality_at(snapshot.at)
    if quality is Quality.GOOD and backwards(device):
        quality = Quality.IMPLAUSIBLE
    return DeviceLine(label_of(device), (*name, *facts), (device.key,), quality)


def _packs(snapshot: Snapshot) -> Iterator[DeviceLine]:
    """The packs of a bank that a total adds up, each with what it does; the total has a panel of its own."""
    roles = battery_roles(snapshot)
    for pack in roles.packs:
        if pack in (roles.monitor, roles.bms):
            continue
        read = {path: snapshot.read(pack.key, path) for path in ("State", "Soc", "Dc/0/Voltage", "Dc/0/Current")}
        words = stopped(pack) or meaning("battery", "State", read["State"])
        units = (("Soc", "%", 0), ("Dc/0/Voltage", "V", 1), ("Dc/0/Current", "A", 1))
        figures = (
            fact_text(value, unit, decimals)
            for path, unit, decimals in units
            if (value := read[path].last_number) is not None
        )
        facts = tuple(text for text in (pack.name, words, *figures) if text)
        yield DeviceLine("PACK", facts, (pack.key,), pack.quality_at(snapshot.at))


def _missed_line(snapshot: Snapshot, device: DeviceState) -> DeviceLine:
    """A device that left, or whose driver lost it: it stays until somebody accepts that it is gone."""
    word = "not connected" if last(device, "Connected") == 0 else "gone"
    span = f"{word} for {age(snapshot.at - device.since)}" if device.since is not None else word
    name = (device.name,) if device.name not in (label_of(device), str(device.key)) else ()
    return DeviceLine(label_of(device), (span, *name), (device.key,), Quality.GONE)


def _facts_of(device: DeviceState) -> Iterator[Fact]:
    """The facts of the device's class; for a class without a list, its live gauges as the catalogue knows them."""
    if device.key.cls in FACTS:
        yield from FACTS[device.key.cls]
        return
    for path in sorted(device.readings):
        metric = catalogue().metric(device.key.cls, path)
        if metric and metric.kind is Kind.GAUGE and metric.tier is Tier.FAST and metric.level == 1 and metric.unit:
            yield Fact(path, metric.unit, metric.decimals or 0, before=catalogue().name(device.key.cls, path))


def _fact(snapshot: Snapshot, device: DeviceState, fact: Fact) -> str:
    reading = snapshot.read(device.key, fact.path)
    if reading.quality is Quality.IMPLAUSIBLE:
        return " ".join(filter(None, (fact.before, _doubted(reading, fact.unit), fact.after)))
    if fact.path == "State" and _charges_backwards(device):
        return ""
    if not fact.unit:
        return reading.text if isinstance(reading.value, str) else meaning(device.key.cls, fact.path, reading)
    value = reading.last_number
    if value is None or (fact.unit == "C" and value <= NO_SENSOR_BELOW_C):
        return ""
    return " ".join(filter(None, (fact.before, fact_text(value * fact.factor, fact.unit, fact.decimals), fact.after)))


def _charges_backwards(device: DeviceState) -> bool:
    """Whether a unit names a stage of charge while it discharges the battery, as under ESS: that is no word for it."""
    watts, state = dc_power_w(device), last(device, "State")
    return watts is not None and watts < -FLOWS_FROM_W and state in _CHARGE_STAGES


def _tanks(snapshot: Snapshot) -> Iterator[DeviceLine]:
    """The tanks by fluid, each with the part of its name that tells it from the others."""
    by_fluid: dict[str, list[DeviceState]] = {}
    for tank in snapshot.of_class("tank"):
        fluid = meaning("tank", "FluidType", snapshot.read(tank.key, "FluidType")) or "Tank"
        by_fluid.setdefault(fluid, []).append(tank)
    for fluid, tanks in by_fluid.items():
        facts = []
        for number, tank in enumerate(tanks, 1):
            level = snapshot.read(tank.key, "Level")
            name = _told_apart(tank.name, fluid) or (f"tank {number}" if len(tanks) > 1 else "")
            facts.append(" ".join(filter(None, (name, _measured(level, "%"), _sensor_trouble(snapshot, tank)))))
        yield DeviceLine(fluid.upper(), tuple(facts), tuple(tank.key for tank in tanks), _oldest(snapshot, tanks))


_WELL = (None, 0.0)
"""A sensor's `Status` that says nothing against it, or none at all."""


def _sensor_trouble(snapshot: Snapshot, device: DeviceState) -> str:
    """What is wrong with a tank's or a temperature's sensor, in words: `short circuited`; empty where nothing is."""
    status = snapshot.read(device.key, "Status")
    return "" if status.last_number in _WELL else meaning(device.key.cls, "Status", status).lower()


def _measured(reading: Reading, unit: str) -> str:
    """A measured figure: `97 %`; `?104 %` where it is not possible, `-` where there is none."""
    if reading.quality is Quality.IMPLAUSIBLE:
        return _doubted(reading, unit)
    return ABSENT if reading.last_number is None else fact_text(reading.last_number, unit, 0)


def _doubted(reading: Reading, unit: str) -> str:
    """What a device says that cannot be, as it says it."""
    told = plain(reading.value) if isinstance(reading.value, str) else f"{reading.value:g}"
    return f"{DOUBT_MARK}{told} {unit}".strip()


def _told_apart(name: str, fluid: str) -> str:
    """A tank's name without the words that its line already says."""
    said = {*fluid.casefold().split(), "water", "tank", "sensor", "input", "generic"}
    return " ".join(word for word in name.split() if word.casefold() not in said)


def _temperatures(snapshot: Snapshot) -> Iterator[DeviceLine]:
    sensors = snapshot.of_class("temperature")
    facts = []
    for sensor in sensors:
        reading = snapshot.read(sensor.key, "Temperature")
        trouble = _sensor_trouble(snapshot, sensor)
        if reading.quality is not Quality.ABSENT or trouble:
            facts.append(" ".join(filter(None, (sensor.name, _measured(reading, "C"), trouble))))
    if facts:
        yield DeviceLine("TEMPERATURE", tuple(facts), tuple(s.key for s in sensors), _oldest(snapshot, sensors))


def _ess(snapshot: Snapshot) -> Iterator[DeviceLine]:
    """How ESS runs: its mode, the floor in force, and what it is told from outside."""
    system, settings = snapshot.device("system"), snapshot.device("settings")
    if system is None or snapshot.read(system.key, "SystemType").text != "ESS":
        return
    facts = []
    for path in ("Settings/CGwacs/Hub4Mode", "Settings/CGwacs/BatteryLife/State"):
        words = meaning("settings", path, snapshot.read(settings.key, path)) if settings else ""
        facts += [words] if words and not words.isdigit() else []
    floor = snapshot.read(system.key, "Control/ActiveSocLimit").last_number
    facts += [f"floor {fact_text(floor, '%', 0)}"] if floor is not None else []
    if facts:
        yield DeviceLine("ESS", tuple(facts), (system.key,), system.quality_at(snapshot.at))


def _start_stop(snapshot: Snapshot) -> Iterator[DeviceLine]:
    """The start/stop of a genset that is there or was started: the service itself is on every GX and proves nothing."""
    metered = bool(snapshot.of_class("genset", "dcgenset"))
    for control in snapshot.of_class("generator"):
        if not metered and not snapshot.read(control.key, "State").last_number:
            continue
        state = meaning("generator", "State", snapshot.read(control.key, "State"))
        condition = snapshot.read(control.key, "RunningByCondition").text
        facts = tuple(word for word in (state, f"by {condition}" if condition else "") if word)
        if facts:
            yield DeviceLine("START/STOP", facts, (control.key,), control.quality_at(snapshot.at))


def _relays(snapshot: Snapshot) -> Iterator[DeviceLine]:
    system = snapshot.device("system")
    if system is None:
        return
    states = {n: snapshot.read(system.key, f"Relay/{n}/State").last_number for n in range(2)}
    facts = tuple(f"{n + 1} {'closed' if state else 'open'}" for n, state in states.items() if state is not None)
    if facts:
        yield DeviceLine("RELAYS", facts, (system.key,), system.quality_at(snapshot.at))


def _oldest(snapshot: Snapshot, devices: list[DeviceState]) -> Quality:
    order = [Quality.GOOD, Quality.STALE, Quality.LOST, Quality.GONE]
    return max((device.quality_at(snapshot.at) for device in devices), key=order.index)


def draw_devices(
    sheet: Sheet, row: int, start: int, end: int, lines: list[DeviceLine], *, room: int, chosen: int | None = None
) -> int:
    """Draw up to `room` lines, scrolled so that the chosen one is seen; gives the row after the last."""
    first = max(0, chosen - room + 1) if chosen is not None else 0
    shown = lines[first : first + room]
    for offset, line in enumerate(shown):
        here = row + offset
        selected = chosen == first + offset
        if selected:
            sheet.put(here, start - 1, ">", Role.TEXT1, bold=True)
        last = offset == room - 1 and first + room < len(lines)
        sheet.put(
            here, start, cut(line.label, LABEL_COLUMNS - 1), Role.TEXT1 if selected else Role.TEXT2, bold=selected
        )
        stop = sheet.right(here, end, f"▼ {len(lines) - first - room} more", Role.TEXT3) - 3 if last else end
        _draw_facts(sheet, here, start + LABEL_COLUMNS, stop, line)
    return row + len(shown)


def _draw_facts(sheet: Sheet, row: int, column: int, end: int, line: DeviceLine) -> None:
    if line.quality in (Quality.LOST, Quality.GONE):
        what = "  ".join(line.facts) if line.quality is Quality.GONE else line.quality.value
        sheet.put(row, column, cut(f"{LOST} {what}", end + 1 - column), Role.LINK_TEXT)
        return
    role = Role.TEXT1
    if line.quality is Quality.STALE:
        sheet.put(row, column - 1, STALE_MARK, Role.LINK_TEXT)
        role = Role.TEXT3
    elif line.quality is Quality.IMPLAUSIBLE:
        sheet.put(row, column - 1, DOUBT_MARK, Role.LINK_TEXT)
    sheet.put(row, column, cut("  ".join(line.facts), end + 1 - column), role)
