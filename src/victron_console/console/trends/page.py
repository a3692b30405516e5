"""How the panels share a screen: their rows, the one time axis, the lanes of alarms and gaps under it. Pure drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from victron_console.console.kit.chart.dawn import expected_charge
from victron_console.console.kit.format import clock, sunrise
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import GLYPHS
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, width_of
from victron_console.console.kit.view import Dawn, Mark
from victron_console.console.trends.frame import Frame, moment_word, ticks
from victron_console.console.trends.panel import AXIS, BARS, Panel, draw_panel, notes_of
from victron_console.console.trends.plots import scale_of
from victron_console.console.trends.read import (
    AlarmMark,
    Lane,
    Limit,
    QuantityTrend,
)

_LEGEND_GAP, LEGEND_LEAST, LEGEND_MOST = 3, 15, 26
_ROOMY_FROM = 110
"""Columns from which the legend takes all of its width."""
_LEAST_ROWS, _MOST_ROWS = 4, 10
_GAP = "×"
_TALL = 28
"""Body rows from which alarms and gaps have a lane each."""
_BY_PRIORITY = {"!!": Role.NOW_TEXT, "!": Role.TODAY_TEXT, "x": Role.LINK_TEXT}
_CHIPS = {"!!": Role.NOW_CHIP, "!": Role.TODAY_CHIP, "x": Role.LINK_CHIP}


@dataclass(frozen=True, slots=True)
class Board:
    """What a screen of panels shows."""

    frame: Frame
    trends: tuple[QuantityTrend, ...]
    lane: Lane = field(default_factory=Lane)
    now: float = 0.0
    cursor: int | None = None
    chosen: int = 0
    """The panel that Enter opens."""
    same_scale: bool = False
    """Whether powers share one scale, so that heights compare."""
    limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=dict)
    """By a quantity's name."""
    unseen: frozenset[str] = frozenset()
    """Alarms that nobody has acknowledged."""
    ahead: int = 0
    """Columns after now."""
    dawn: Dawn | None = None
    """What is expected in them."""

    @property
    def whole(self) -> Frame:
        """The columns up to the end, those after now among them."""
        return replace(self.frame, columns=self.frame.columns + self.ahead)


def plot_room(width: int) -> int:
    """Screen columns for the bars."""
    return max(8, width - BARS - _LEGEND_GAP - (LEGEND_MOST if width >= _ROOMY_FROM else LEGEND_LEAST))


def draw_board(board: Board, width: int, height: int) -> list[Line]:
    """The rows between header and keys."""
    sheet = Sheet(width, height)
    tall = height >= _TALL
    end = BARS + board.frame.width + board.ahead - 1
    legend = (end + _LEGEND_GAP, min(width - 2, end + _LEGEND_GAP + LEGEND_MOST - 1))
    foot = _foot(height)
    top, rows = _in_sight(board, foot)
    _draw_cursor_word(sheet, legend[0], board)
    at = 1
    for trend, count in zip(board.trends[top:], rows, strict=False):
        draw_panel(sheet, at, legend, _panel(board, trend, count))
        at += count + 1
    foot = min(foot, at - 1) if rows else 1
    _draw_time(sheet, foot, board)
    _draw_lanes(sheet, foot + 2, board, apart=tall)
    _draw_more(sheet, foot + 2, legend, board, top, len(rows))
    draw_spelled(sheet, foot + (4 if tall else 3), board)
    return sheet.lines


def _foot(height: int) -> int:
    """The row of the time axis, where the panels take all the rows there are."""
    return height - (5 if height >= _TALL else 4)


def _in_sight(board: Board, foot: int) -> tuple[int, list[int]]:
    """The first panel that is drawn, and the rows of each from there on."""
    rows = panel_rows(foot - 1, len(board.trends))
    return min(max(0, board.chosen - len(rows) + 1), max(0, len(board.trends) - len(rows))), rows


def panel_at(board: Board, height: int, row: int, otherwise: int) -> int:
    """The place of the panel that is drawn at a row; `otherwise` where none is."""
    top, rows = _in_sight(board, _foot(height))
    begin = 1
    for place, count in enumerate(rows, top):
        if begin <= row < begin + count:
            return place
        begin += count + 1
    return otherwise


def panel_rows(rows: int, count: int) -> list[int]:
    """The rows of each panel that fits, a blank row between them; none has fewer than four."""
    fitting = min(count, (rows + 1) // (_LEAST_ROWS + 1))
    if fitting <= 0:
        return []
    each, over = divmod(rows - (fitting - 1), fitting)
    return [min(_MOST_ROWS, each + (place < over)) for place in range(fitting)]


def _panel(board: Board, trend: QuantityTrend, rows: int) -> Panel:
    limits = board.limits.get(trend.quantity.name, ())
    top = 0.0
    if board.same_scale and trend.quantity.is_power:
        extents = [other.extent() for other in board.trends if other.quantity.is_power]
        top = max((extent[2] for extent in extents if extent), default=0.0)
    note, urgent = notes_of(limits, trend)
    chosen = board.trends.index(trend) == board.chosen and len(board.trends) > 1
    frame, dawn = board.frame, board.dawn
    charged = dawn is not None and board.ahead and trend.quantity.field == "soc_percent"
    expected = expected_charge(dawn, frame.until, frame.step_s, board.ahead) if dawn is not None and charged else None
    scale = scale_of((trend,), rows, limits, top=top, expected=expected)
    return Panel(
        trend,
        scale,
        limits,
        expected,
        board.ahead,
        tuple(tick.column for tick in ticks(board.whole)),
        frozenset(column for column, mark in enumerate(data_lane(board)) if mark == _GAP),
        board.cursor,
        chosen,
        note or trend.quantity.device,
        urgent,
        _expectations(dawn) if dawn is not None and charged else (),
    )


def _expectations(dawn: Dawn) -> tuple[tuple[str, str], ...]:
    at_sunrise = "".join(sunrise(dawn.low_percent, dawn.high_percent))
    found = [("sunrise", f"{at_sunrise} %")]
    if dawn.empty_at is not None:
        found.append(("empty", f"about {clock(dawn.empty_at)}"))
    return tuple(found)


def _draw_cursor_word(sheet: Sheet, column: int, board: Board) -> None:
    if board.cursor is not None:
        said = moment_word(board.frame.begin(board.cursor), board.frame)
        sheet.put(0, sheet.put(0, column, said, Role.BANNER) + 1, "cursor", Role.TEXT3)


def _draw_time(sheet: Sheet, row: int, board: Board) -> None:
    frame = board.whole
    found = ticks(frame)
    axis = ["─"] * frame.width
    for tick in found:
        axis[min(frame.width - 1, tick.column)] = "┴"
    sheet.put(row, AXIS, "└" + "".join(axis), Role.RULE)
    cursor = None
    if board.cursor is not None:
        said = moment_word(frame.begin(board.cursor), board.frame)
        start = board.cursor * frame.cells - width_of(said) // 2
        cursor = min(max(-BARS, start), max(0, frame.width - width_of(said)))
        sheet.put(row + 1, BARS + cursor, said, Role.BANNER)
    now = board.frame.width
    if board.ahead and cursor is None:
        sheet.put(row + 1, BARS + now - 1, "now", Role.TEXT2)
    for tick in found:
        start = tick.column - 2
        if board.ahead and now - 7 < start < now + 4:
            continue
        free = cursor is None or abs(start - cursor) > width_of(tick.label) or width_of(tick.label) + start < cursor
        if start >= 0 and start + width_of(tick.label) <= frame.width and free:
            sheet.put(row + 1, BARS + start, tick.label, Role.TEXT3)


def _draw_lanes(sheet: Sheet, row: int, board: Board, *, apart: bool) -> None:
    frame = board.frame
    data = row + apart
    for at, word in ((row, "alarm"), *(((data, "data"),) if apart else ())):
        sheet.right(at, 4, word, Role.TEXT3)
        sheet.row(at).rule(BARS, BARS + frame.width - 1)
    for column, mark in enumerate(data_lane(board)):
        if mark != " ":
            sheet.put(data, BARS + column * frame.cells, mark * frame.cells, Role.LINK_TEXT)
    for alarm in board.lane.alarms:
        column = frame.column_of(alarm.at)
        if 0 <= column < frame.columns:
            sheet.put(row, BARS + column * frame.cells, alarm.priority[:1], _look(alarm, board))


def data_lane(board: Board) -> str:
    """For each column `×` where nothing was received, `~` where values were old, and a blank."""
    frame, lane = board.frame, board.lane
    marks = []
    for column in range(frame.columns):
        begin, end = frame.begin(column), frame.begin(column + 1)
        if end <= lane.first_at or begin >= board.now:
            marks.append(" ")
        elif board.trends and all(trend.buckets[column] is None for trend in board.trends):
            marks.append("×")
        else:
            middle = (begin + end) / 2
            silent = any(since <= begin and until >= end for since, until in lane.silent)
            stale = any(since <= middle < until for since, until in lane.stale)
            marks.append("×" if silent else "~" if stale else " ")
    return "".join(marks)


def _look(alarm: AlarmMark, board: Board) -> Role:
    looks = _CHIPS if alarm.id in board.unseen else _BY_PRIORITY
    return looks.get(alarm.priority, Role.TEXT2)


def _draw_more(sheet: Sheet, row: int, legend: tuple[int, int], board: Board, top: int, shown: int) -> None:
    hidden = [trend.quantity.label for trend in (*board.trends[:top], *board.trends[top + shown :])]
    if hidden:
        word = "▲" if top and top + shown >= len(board.trends) else "▼"
        said = cut(f"{word} {len(hidden)} more: {' '.join(hidden)}", legend[1] + 1 - legend[0])
        sheet.put(row, legend[0], said, Role.TEXT3)


def draw_spelled(sheet: Sheet, row: int, board: Board) -> None:
    """The two alarms nearest to the cursor, or the newest, and the last gap."""
    at = board.now if board.cursor is None else board.frame.begin(board.cursor)
    column = BARS
    for alarm in sorted(board.lane.alarms, key=lambda alarm: abs(alarm.at - at))[:2]:
        said = f"{clock(alarm.at)} {alarm.title}" + (f" {alarm.value}" if alarm.value else "")
        state = "ended" if alarm.until is not None else _seen_word(alarm, board)
        if column + width_of(said) + width_of(state) + 6 > sheet.width:
            break
        column = sheet.put(row, column, alarm.priority, _look(alarm, board)) + 1
        column = sheet.put(row, column, said, Role.TEXT2) + 2
        column = sheet.put(row, column, state, Role.TEXT3) + 4
    if (gap := _gap_words(board)) and column + width_of(gap) + 2 < sheet.width:
        column = sheet.put(row, column, _GAP, Role.LINK_TEXT) + 1
        sheet.put(row, column, gap, Role.TEXT2)


def _seen_word(alarm: AlarmMark, board: Board) -> str:
    return "active, not acknowledged" if alarm.id in board.unseen else "active"


def _gap_words(board: Board) -> str:
    """The last gap of the span: `00:00-01:15 no data`."""
    lane = data_lane(board)
    last = lane.rfind(_GAP)
    if last < 0:
        return ""
    first = last
    while first and lane[first - 1] == _GAP:
        first -= 1
    frame = board.frame
    return f"{moment_word(frame.begin(first), frame)}-{moment_word(frame.begin(last + 1), frame)} no data"


def unseen_marks() -> frozenset[Mark]:
    """Marks of alarms that nobody has acknowledged."""
    return frozenset(mark for mark, glyph in GLYPHS.items() if glyph.unseen)
