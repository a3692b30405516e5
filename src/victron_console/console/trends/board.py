"""The panels of the Trends screen, drawn as rows."""

from __future__ import annotations

from victron_console.console.kit.line import Line
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut
from victron_console.console.trends.page import Board, draw_board


class TrendBoard(Rows):
    """The panels and what stands under them."""

    def __init__(self) -> None:
        super().__init__(id="trend-board")
        self.board: Board | None = None
        self.said = "Reading the history ..."

    def draw(self, width: int, height: int) -> list[Line]:
        """The panels at this size."""
        if self.board is not None and self.board.trends:
            return draw_board(self.board, width, height)
        line = Line(width)
        line.put(1, cut(self.said, width - 2))
        return [line]
