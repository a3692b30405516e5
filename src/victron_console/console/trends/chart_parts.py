"""The parts of the chart screen: the plot or the bars, the legend over it, the alarms spelled out under it."""

from __future__ import annotations

from textual_plotext import PlotextPlot

from victron_console.console.kit.format import LOST
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role, palette_of
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut
from victron_console.console.trends.chart import LEFT, Chart, Curve, draw_chart, kind_of
from victron_console.console.trends.day_bars import draw_bars
from victron_console.console.trends.page import Board, draw_spelled
from victron_console.console.trends.read import QuantityTrend

_TWO_COLUMNS = 120
_ONE_COLUMN_LINES = 4
"""More lines than this stand in two columns, without their extents, where there is room."""


class CurvePlot(Rows):
    """Curves over time."""

    def __init__(self) -> None:
        super().__init__(id="plot")
        self._chart: Chart | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether there are lines to look at."""
        return self._chart is not None

    def show(self, chart: Chart | None) -> None:
        """Draw this."""
        self._chart = chart
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """The chart at this size."""
        sheet = Sheet(width, height)
        if self._chart is not None and self._chart.lines and width >= 2 * LEFT and height >= 4:
            draw_chart(sheet, self._chart)
        return sheet.lines


class DayBars(PlotextPlot):
    """Energies of days as bars: plotext draws several of them beside each other."""

    DEFAULT_CSS = (
        "DayBars { height: 1fr; width: 1fr; color: $role-text3; background: $role-background; display: none; }"
    )

    def __init__(self) -> None:
        super().__init__(id="day-bars")
        self.theme = "clear"
        self._chart: Chart | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether there are bars to look at."""
        return self._chart is not None

    def show(self, chart: Chart | None) -> None:
        """Draw this; an equal one is not drawn again."""
        if chart != self._chart:
            self._chart = chart
            self.redraw()

    def redraw(self) -> None:
        """Draw at the present size."""
        width, height = self.size
        if self._chart is None or not self._chart.lines or width < 2 * LEFT or height < 4:
            self.plt.clear_figure()
        else:
            draw_bars(self.plt, self._chart, width, height, palette_of(self.app))
        self.refresh()

    def on_resize(self) -> None:
        """Another size is another drawing."""
        self.redraw()


class Legend(Rows):
    """One row a line: its number, name, and the value under the cursor with the extent of the span."""

    def __init__(self) -> None:
        super().__init__(id="chart-legend")
        self.chart: Chart | None = None
        self.chosen = 0

    def draw(self, width: int, height: int) -> list[Line]:
        """The rows, in two columns where there is room."""
        if self.chart is None:
            return []
        halves = legend_columns(width, len(self.chart.lines))
        sheet = Sheet(width, height)
        each = (width - 2) // halves
        for place, (curve, trend) in enumerate(self.chart.lines):
            self._draw(sheet, place // halves, 1 + each * (place % halves), each - 2, place, curve, trend)
        return sheet.lines

    def _draw(
        self, sheet: Sheet, row: int, start: int, width: int, place: int, curve: Curve, trend: QuantityTrend
    ) -> None:
        quantity, cursor = curve.quantity, self.chart.cursor if self.chart else None
        kind = kind_of(self.chart, place) if self.chart else Role.OTHER
        bucket = trend.buckets[cursor] if cursor is not None and cursor < len(trend.buckets) else None
        value = trend.latest if cursor is None else bucket.mean if bucket else None
        said = LOST if value is None and cursor is not None else quantity.text(value)
        extent = trend.extent()
        words = (
            ""
            if width < 70
            else "  ".join(
                f"{word} {quantity.text(extent[index])}"
                for word, index in (("min", 0), ("mean", 1), ("max", 2))
                if extent
            )
        )
        chosen = place == self.chosen and self.chart is not None and len(self.chart.lines) > 1
        sheet.put(row, start, ">" if chosen else " ", Role.TEXT1, bold=True)
        sheet.put(row, start + 1, f"{place + 1}", Role.TEXT1, bold=True)
        sheet.put(row, start + 2, "━━", kind)
        room = width - len(words) - 20
        column = sheet.put(row, start + 5, cut(curve.name, max(8, room)), kind, bold=chosen) + 1
        sheet.put(row, column, quantity.unit, Role.TEXT3)
        sheet.right(row, start + width - len(words) - 3, said, Role.TEXT1, bold=True)
        if room >= 8:
            sheet.put(row, start + width - len(words), words, Role.TEXT3)


def legend_columns(width: int, lines: int) -> int:
    """The columns that the legend stands in."""
    return 2 if width >= _TWO_COLUMNS and lines > _ONE_COLUMN_LINES else 1


class Spelled(Rows):
    """The alarms nearest to the cursor, in words."""

    DEFAULT_CSS = "Spelled { height: 1; }"

    def __init__(self) -> None:
        super().__init__(id="chart-alarms")
        self.board: Board | None = None

    def draw(self, width: int, height: int) -> list[Line]:
        """One row."""
        sheet = Sheet(width, height)
        if self.board is not None:
            draw_spelled(sheet, 0, self.board)
        return sheet.lines
