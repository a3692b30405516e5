"""One row of the list of values: its path, name, number, unit or meaning, and age, each in a column of its own."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.console.kit.format import DOUBT_MARK, LOST, STALE_MARK, age
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut, graphemes, plain, width_of
from victron_console.console.kit.values import value_parts
from victron_console.console.paths.data import PINNED, PathRow, PathValue
from victron_console.model.quality import Quality
from victron_console.model.station import ServiceState

PATH_START = 6
CUT_BEFORE = "<"
"""Before a path that did not fit: its end tells it from the others."""
EMPTY = '""'
"""A text without a character: there, but empty."""
_ALARM_ROLES = {1: Role.TODAY_TEXT, 2: Role.NOW_TEXT}


@dataclass(frozen=True, slots=True)
class PathColumns:
    """Where the columns stand in a list so many columns wide; all ends are included."""

    width: int

    @property
    def age_end(self) -> int:
        """Age, right-aligned in three cells."""
        return self.width - 2

    @property
    def words(self) -> tuple[int, int]:
        """Unit or meaning."""
        end = self.age_end - 5
        return end + 1 - (9 if self.width < 70 else 14 if self.width < 110 else 24), end

    @property
    def number(self) -> tuple[int, int]:
        """The figure, right-aligned; its mark stands before it."""
        end = self.words[0] - 2
        return end + 1 - (9 if self.width < 110 else 12), end

    @property
    def name(self) -> tuple[int, int] | None:
        """What the catalogue calls it, where there is room."""
        end = self.number[0] - 3
        return (end - 27, end) if self.width >= 110 else None

    @property
    def path_end(self) -> int:
        """The last cell of the path."""
        return (self.name[0] if self.name else self.number[0]) - 3


def draw_heads(width: int) -> Line:
    """The names of the columns."""
    line, columns = Line(width), PathColumns(width)
    line.put(PATH_START, "PATH", Role.TEXT3)
    if columns.name:
        line.put(columns.name[0], "NAME", Role.TEXT3)
    line.right(columns.number[1], "VALUE", Role.TEXT3)
    line.right(columns.age_end, "AGE", Role.TEXT3)
    return line


def heads_end(width: int) -> int:
    """The last cell beside the head of the path that is free for other words."""
    return PathColumns(width).path_end


def draw_row(width: int, row: PathRow, now: float, *, selected: bool) -> Line:
    """A head or a value; `now` is the moment that ages are counted to (UTC epoch, s)."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    columns = PathColumns(width)
    if row.value is not None:
        _draw_value(line, columns, row, row.value, now)
    else:
        _draw_head(line, columns, row, now)
    return line


def _draw_head(line: Line, columns: PathColumns, row: PathRow, now: float) -> None:
    line.put(2, "▼" if row.is_open else "▶", Role.TEXT3)
    if row.branch is None:
        line.put(4, row.id.upper(), Role.TEXT1, bold=True)
        line.right(columns.words[1], _counted(row.values), Role.TEXT3)
        return
    device = row.branch.device
    column = line.put(4, cut(plain(str(device.key)), columns.path_end - 4), Role.TEXT1, bold=True) + 2
    room = columns.number[0] - 2 - column
    if device.name != device.key.words and room > 3:
        line.put(column, cut(device.name, room), Role.TEXT2)
    told = _counted(row.values)
    if device.state is ServiceState.SET_ASIDE or row.branch.quality is not Quality.GOOD:
        state = device.state if device.state is not ServiceState.LIVE else row.branch.quality
        span = f" for {age(now - device.since)}" if state is ServiceState.GONE and device.since is not None else ""
        line.right(columns.words[1], f"{cut(str(state), 12)}{span}", Role.LINK_TEXT)
        told = ""
    line.right(columns.words[1], told, Role.TEXT3)
    _put_age(line, columns, row, now)


def _counted(values: int) -> str:
    return f"{values} value{'' if values == 1 else 's'}"


def _draw_value(line: Line, columns: PathColumns, row: PathRow, value: PathValue, now: float) -> None:
    if row.pinned:
        line.put(2, "*", Role.TEXT1, bold=True)
    absent = value.reading.quality is Quality.ABSENT
    path = value.series if row.id.startswith(PINNED) else value.path
    line.put(PATH_START, cut_before(path, columns.path_end + 1 - PATH_START), Role.TEXT3 if absent else Role.TEXT2)
    if columns.name:
        line.put(columns.name[0], cut(plain(value.name), columns.name[1] + 1 - columns.name[0]), Role.TEXT3)
    _put_value(line, columns, value)
    _put_age(line, columns, row, now)


def _put_value(line: Line, columns: PathColumns, value: PathValue) -> None:
    quality = value.reading.quality
    if quality in (Quality.LOST, Quality.GONE):
        line.right(columns.number[1], LOST, Role.LINK_TEXT)
        line.put(columns.words[0], str(quality), Role.LINK_TEXT)
        return
    figure, words = value_parts(value.key.cls, value.path, value.reading)
    mark = {Quality.STALE: STALE_MARK, Quality.IMPLAUSIBLE: DOUBT_MARK}.get(quality, "")
    faint = bool(mark) or quality is Quality.ABSENT or figure == "0"
    role = Role.TEXT3 if faint else _ALARM_ROLES.get(value.alarm_level, Role.TEXT1)
    if figure:
        start = line.right(columns.number[1], cut(figure, columns.number[1] + 1 - columns.number[0]), role)
        said = words or (value.reading.reason if quality is Quality.IMPLAUSIBLE else "")
        unit = value.metric is not None and words == value.metric.unit
        of_words = Role.TEXT3 if unit or faint else role if value.alarm_level else Role.TEXT2
        line.put(columns.words[0], cut(said, columns.words[1] + 1 - columns.words[0]), of_words)
    else:
        start = columns.number[0]
        shown = plain(words) or EMPTY
        line.put(start, cut(shown, columns.words[1] + 1 - start), role if words else Role.TEXT3)
    if mark:
        line.put(start - 1, mark, Role.LINK_TEXT)


def _put_age(line: Line, columns: PathColumns, row: PathRow, now: float) -> None:
    if row.branch is None:
        return
    read_at = row.branch.device.read_at
    old = row.branch.quality is not Quality.GOOD
    line.right(columns.age_end, age(None if read_at is None else now - read_at), Role.LINK_TEXT if old else Role.TEXT3)


def cut_before(text: str, width: int) -> str:
    """The text in at most `width` cells; of a longer one the end, after a `<`."""
    if width_of(text) <= width:
        return plain(text)
    kept = ""
    used = 1
    for character, size in reversed(graphemes(text)):
        if used + size > width:
            break
        kept, used = character + kept, used + size
    return CUT_BEFORE + kept if width > 0 else ""
