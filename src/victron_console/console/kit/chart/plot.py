"""What a chart shows, and how it is drawn: grid, bands, areas, lines, what is expected, limits, gaps, now and cursor.

Cells belong to one series each. From below: band, areas, what is expected, lines, the thick line. Knows no store.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import ceil

from victron_console.console.kit.chart.canvas import ACROSS, Canvas
from victron_console.console.kit.chart.scale import DOTS, Scale
from victron_console.console.kit.format import clock
from victron_console.console.kit.palette import Ink, Role, Step, Tone

Extent = tuple[float, float, float]
"""Lowest, mean and highest value of a column."""


class Form(StrEnum):
    """How a series is drawn."""

    AREA = "area"
    LINE = "line"
    THICK = "thick"
    """A line two dots high: the one that the chart is about."""
    BAND = "band"
    """From its lowest to its highest, as a chequer of dots."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level that a series should not pass."""

    value: float
    above: bool
    """Whether what is above it is beyond."""
    ink: Role
    """The look of what is beyond, and of its number."""
    text: str = ""
    """How it reads at the axis, where that is not its value."""

    def beyond(self, value: float) -> bool:
        """Whether a value passes it."""
        return value > self.value if self.above else value < self.value


@dataclass(frozen=True, slots=True)
class Expected:
    """A series from now on: one value a cell, and between which it lies."""

    usual: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    empty_at: float | None = None
    """When it meets its limit (UTC epoch, s)."""
    empty_cell: int | None = None
    """In which cell, counted from now."""


@dataclass(frozen=True, slots=True)
class Series:
    """One thing that is drawn."""

    name: str
    kind: Role
    form: Form
    past: tuple[Extent | None, ...]
    """Evenly over the cells of the past: one a cell, or one a dot; None where nothing was received."""
    scale: Scale
    expected: Expected | None = None
    thresholds: tuple[Threshold, ...] = ()
    extremes: bool = True
    """Whether the lowest and highest value of a column are drawn, or its mean alone."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Series on one time axis. All scales have the same rows."""

    series: tuple[Series, ...]
    past: int
    """Cells up to now."""
    ahead: int = 0
    """Cells after it; with some, the first of them is the line of now."""
    hours: tuple[int, ...] = ()
    """Cells with an upright line of the grid."""
    gaps: frozenset[int] = frozenset()
    """Cells in which nothing was received."""
    cursor: int | None = None
    words: tuple[tuple[int, str], ...] = ()
    """Faint words in the upper row, from a cell on."""
    names: bool = False
    """Whether each line is named beside it, where there is room."""

    @property
    def cells(self) -> int:
        """Columns in all."""
        return self.past + self.ahead


_KEPT = 32
"""Plots that are not drawn anew as long as they are equal: those of a screen or two."""
_MARK_OWNER = 1000
_BAND_OWNERS = 100
_DEPTHS = (Step.SECOND, Step.THIRD, Step.THIRD, Step.FOURTH, Step.FOURTH, Step.FAR)
_IN_DEPTHS = (Step.NEAR, Step.NEAR, Step.SECOND)
_OUT_DEPTHS = (Step.THIRD, Step.FOURTH)
"""How an area fades from its edge; of what goes both ways the two sides are two shades."""


@lru_cache(maxsize=_KEPT)
def drawn(plot: Plot) -> Canvas:
    """The plot as cells; nothing on it where it has no series or no cells. Kept: most of the time none of it moves."""
    rows = max((series.scale.rows for series in plot.series), default=0)
    canvas = Canvas(max(0, plot.cells), rows)
    if not rows or canvas.cells <= 0:
        return canvas
    _draw_grid(canvas, plot)
    numbered = list(enumerate(plot.series))
    for number, series in numbered:
        _draw_band(canvas, plot, number, series)
    for forms in ((Form.AREA,), (Form.LINE, Form.THICK)):
        if Form.LINE in forms:
            _draw_limits(canvas, plot)
            _draw_now(canvas, plot)
            for number, series in numbered:
                _draw_expected(canvas, plot, number, series)
        for number, series in sorted(numbered, key=lambda each: each[1].form is Form.THICK):
            if series.form in forms:
                _Drawing(canvas, plot, number, series).draw()
    _draw_gaps(canvas, plot)
    _draw_empty(canvas, plot)
    if plot.names:
        _draw_names(canvas, plot)
    _draw_cursor(canvas, plot)
    return canvas


def _draw_grid(canvas: Canvas, plot: Plot) -> None:
    first = plot.series[0].scale
    for cell in plot.hours:
        for row in range(canvas.rows):
            canvas.put(row, cell, "┊", Role.GRID_LINE)
    for row, value in first.ticks():
        zero = value == 0 and first.crosses_zero
        for cell in range(canvas.cells):
            canvas.put(row, cell, "─" if zero else "┈", Role.RULE if zero else Role.GRID_LINE)
    for start, word in plot.words:
        for offset, character in enumerate(f" {word} "):
            canvas.put(0, start + offset, character, Role.TEXT3)


def _draw_limits(canvas: Canvas, plot: Plot) -> None:
    for series in plot.series:
        for limit in series.thresholds:
            row = series.scale.row(limit.value)
            for cell in range(canvas.cells):
                canvas.put(row, cell, "╌", Role.LIMIT)


def _draw_now(canvas: Canvas, plot: Plot) -> None:
    if plot.ahead:
        for row in range(canvas.rows):
            canvas.put(row, plot.past, "│", Role.TEXT3)


def _draw_gaps(canvas: Canvas, plot: Plot) -> None:
    for cell in plot.gaps:
        canvas.put(canvas.rows - 1, cell, "×", Role.LINK_TEXT, _MARK_OWNER)


def _draw_cursor(canvas: Canvas, plot: Plot) -> None:
    if plot.cursor is None:
        return
    for row in range(canvas.rows):
        there = canvas.at(row, plot.cursor)
        kept = there is not None and there.bits
        canvas.put(row, plot.cursor, there.glyph if there is not None and kept else "┊", Role.TEXT1, _MARK_OWNER)


# ---- one series


class _Drawing:
    """One series over the past."""

    def __init__(self, canvas: Canvas, plot: Plot, number: int, series: Series) -> None:
        self._canvas, self._owner, self._series = canvas, number, series
        dots = plot.past * ACROSS
        count = len(series.past)
        self._columns = [series.past[dot * count // dots] for dot in range(dots)] if count else []

    def draw(self) -> None:
        """Into the canvas."""
        if self._series.form is Form.AREA:
            for dot, extent in enumerate(self._columns):
                if extent is not None:
                    self._area(dot, extent)
        elif self._series.form is not Form.BAND:
            self._line()

    # ---- areas

    def _area(self, dot: int, extent: Extent) -> None:
        low, mean, high = extent
        zero = self._zero
        level = self._height(mean)
        self._fill(dot, zero, level, mean)
        if self._series.extremes and dot % ACROSS == 0:  # a peak is one dot wide: its mean lies elsewhere
            for end in (low, high):
                if self._height(end) > max(level, zero) or self._height(end) < min(level, zero):
                    self._fill(dot, level if (end > mean) is (mean >= 0) else zero, self._height(end), end, spike=True)

    @property
    def _zero(self) -> int:
        """Where areas stand: in the middle of the row of zero, or at the foot of the plot."""
        scale = self._series.scale
        return round(scale.height(0.0)) if scale.crosses_zero else 0

    def _height(self, value: float) -> int:
        """The dots up to a value; a value that is as good as zero has none."""
        scale = self._series.scale
        above = scale.height(value)
        if abs(above - scale.height(0.0)) < 0.5 and scale.foot <= 0:
            return self._zero
        return ceil(above - 0.001)

    def _fill(self, dot: int, base: int, level: int, value: float, *, spike: bool = False) -> None:
        upward = level >= base
        low, high = (base, level) if upward else (level, base)
        edge = (high - 1) // DOTS if upward else low // DOTS
        for floor in range(low // DOTS, (high - 1) // DOTS + 1):
            depth = 0 if spike else abs(edge - floor)
            part = max(low, floor * DOTS), min(high, (floor + 1) * DOTS)
            ink = self._beyond_ink(value, floor) or self._area_ink(depth, upward=upward)
            self._canvas.upright(dot, *part, self._owner, ink)

    def _area_ink(self, depth: int, *, upward: bool) -> Ink:
        kind = self._series.kind
        if not self._series.scale.crosses_zero:
            return kind if not depth else Tone(kind, _DEPTHS[min(depth, len(_DEPTHS)) - 1])
        if upward:
            return kind if not depth else Tone(kind, _IN_DEPTHS[min(depth, len(_IN_DEPTHS)) - 1])
        return Tone(kind, Step.NEAR if not depth else _OUT_DEPTHS[min(depth, len(_OUT_DEPTHS)) - 1])

    def _beyond_ink(self, value: float, floor: int) -> Ink | None:
        """The look of an area's cell beyond a limit: above it from its row on; below it the whole column."""
        for limit in self._series.thresholds:
            if limit.beyond(value) and (not limit.above or (floor + 1) * DOTS > self._series.scale.height(limit.value)):
                return limit.ink
        return None

    # ---- lines

    def _line(self) -> None:
        spans = self._spans()
        _join(spans)
        thick = self._series.form is Form.THICK
        for dot, span in enumerate(spans):
            extent = self._columns[dot]
            if span is not None and extent is not None:
                ink = _limit_ink(self._series, extent[1]) or self._series.kind
                self._canvas.upright(dot, span[0], span[1] + 1 + thick, self._owner, ink)

    def _spans(self) -> list[list[int] | None]:
        """Lowest and highest dot of each dot column; where a cell has one value, the line goes on to the next one."""
        scale, columns = self._series.scale, self._columns
        single = len(self._series.past) * ACROSS <= len(columns)
        found: list[list[int] | None] = []
        for dot, extent in enumerate(columns):
            if extent is None:
                found.append(None)
                continue
            low, mean, high = extent
            after = columns[dot + 1] if dot + 1 < len(columns) else None
            if single and dot % ACROSS:
                low = high = (mean + after[1]) / 2 if after is not None else mean
            elif not self._series.extremes:
                low = high = mean
            found.append([_dot(scale, low), _dot(scale, high)])
        return found


def _join(spans: Sequence[list[int] | None]) -> None:
    """Let neighbours meet half way, so that a steep line has no holes."""
    for one, other in itertools.pairwise(spans):
        if one is None or other is None:
            continue
        if other[0] > one[1] + 1:
            middle = (one[1] + other[0]) // 2
            one[1], other[0] = middle, middle + 1
        elif one[0] > other[1] + 1:
            middle = (other[1] + one[0]) // 2
            one[0], other[1] = middle + 1, middle


def _dot(scale: Scale, value: float) -> int:
    """The dot of a value."""
    return min(scale.rows * DOTS - 1, max(0, round(scale.height(value) - 0.5)))


def _limit_ink(series: Series, value: float) -> Ink | None:
    return next((limit.ink for limit in series.thresholds if limit.beyond(value)), None)


# ---- what is expected


def _ahead(plot: Plot, values: Sequence[float | None]) -> list[tuple[int, float]]:
    """Cell and value of what is expected, inside the plot and after the line of now."""
    return [
        (plot.past + place, value) for place, value in enumerate(values) if value is not None and 0 < place < plot.ahead
    ]


def _draw_band(canvas: Canvas, plot: Plot, number: int, series: Series) -> None:
    """A chequer of dots between low and high: of what is expected, and of a band over the past."""
    spans: list[tuple[int, float, float]] = []
    if series.expected is not None:
        highs = dict(_ahead(plot, series.expected.high))
        spans += [(cell, low, highs[cell]) for cell, low in _ahead(plot, series.expected.low) if cell in highs]
    if series.form is Form.BAND and series.past:
        for cell in range(plot.past):
            extent = series.past[cell * len(series.past) // plot.past]
            if extent is not None:
                spans.append((cell, extent[0], extent[2]))
    for cell, low, high in spans:
        first, last = _dot(series.scale, low), _dot(series.scale, high)
        for dot in (cell * ACROSS, cell * ACROSS + 1):
            for height in range(first, last + 1):
                if (dot + height) % 2 == 0:
                    canvas.dot(dot, height, _BAND_OWNERS + number, Tone(series.kind, Step.THIRD))


def _draw_expected(canvas: Canvas, plot: Plot, number: int, series: Series) -> None:
    """Every second dot; of a second series every third, one step fainter."""
    if series.expected is None:
        return
    before = sum(1 for other in plot.series[:number] if other.expected is not None)
    for cell, value in _ahead(plot, series.expected.usual):
        ink = _limit_ink(series, value) or (series.kind if not before else Tone(series.kind, Step.NEAR))
        for dot in (cell * ACROSS, cell * ACROSS + 1):
            if dot % (3 if before else 2) == 0:
                canvas.dot(dot, _dot(series.scale, value), _BAND_OWNERS * 2 + number, ink)


def _draw_empty(canvas: Canvas, plot: Plot) -> None:
    """`▼` where what is expected meets its limit, and when that is above it."""
    for series in plot.series:
        expected, limits = series.expected, [limit for limit in series.thresholds if not limit.above]
        if expected is None or expected.empty_at is None or expected.empty_cell is None:
            continue
        cell = min(canvas.cells - 1, plot.past + max(1, expected.empty_cell))
        row = max(1, series.scale.row(limits[0].value if limits else series.scale.foot) - 1)
        ink = limits[0].ink if limits else Role.TODAY_TEXT
        word = clock(expected.empty_at)
        start = min(max(plot.past + 1, cell - len(word) // 2), canvas.cells - len(word))
        if start > plot.past:
            canvas.put(row, cell, "▼", ink, _MARK_OWNER)
            for offset, character in enumerate(word):
                canvas.put(row - 1, start + offset, character, ink, _MARK_OWNER)


# ---- names


_SHARES = (0.2, 0.45, 0.7, 0.1, 0.85)


def _draw_names(canvas: Canvas, plot: Plot) -> None:
    """Each line's name at the first of some places beside it where nothing else stands."""
    for number, series in enumerate(plot.series):
        known = [cell for cell in range(plot.past) if _owns(canvas, cell, number)]
        label = f" {series.name} "
        place = next(
            (
                found
                for share in _SHARES
                if known and (found := _room(canvas, known[int(share * (len(known) - 1))], number, len(label)))
            ),
            None,
        )
        if place is not None:
            for offset, character in enumerate(label):
                canvas.put(place[0], place[1] + offset, character, series.kind, _MARK_OWNER)


def _owns(canvas: Canvas, cell: int, owner: int) -> bool:
    return any((there := canvas.at(row, cell)) is not None and there.owner == owner for row in range(canvas.rows))


def _room(canvas: Canvas, cell: int, owner: int, width: int) -> tuple[int, int] | None:
    rows = [row for row in range(canvas.rows) if (there := canvas.at(row, cell)) is not None and there.owner == owner]
    for row in (min(rows) - 1, max(rows) + 1):
        if canvas.is_free(row, cell, width):
            return row, cell
    return None
