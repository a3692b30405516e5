"""The base of every widget that draws its own rows: it repaints the cells that changed and no others."""

from __future__ import annotations

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Palette, Role, palette_of


class Rows(Widget):
    """Rows drawn by `draw`, which a subclass gives; `redraw` compares them with those shown."""

    DEFAULT_CSS = "Rows { height: 1fr; width: 1fr; }"

    ground = Role.BACKGROUND
    """What the widget stands on where no row is drawn."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []

    @property
    def palette(self) -> Palette:
        """The palette of the theme in force."""
        return palette_of(self.app)

    def draw(self, width: int, height: int) -> list[Line]:
        """The rows from the top; fewer than `height` leave the rest blank, more are not shown."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw anew and repaint the rows that differ."""
        if not self.is_attached:
            return
        width, height = self.size
        fresh = self.draw(width, height) if width and height else []
        before, self._lines = self._lines, fresh
        blank = Line(width, self.ground)
        dirty = []
        for y in range(min(height, max(len(before), len(fresh)))):
            new, old = (lines[y] if y < len(lines) else blank for lines in (fresh, before))
            dirty += [Region(first, y, last + 1 - first, 1) for first, last in new.differing(old)]
        if dirty:
            self.refresh(*dirty)

    def on_resize(self) -> None:
        """Another size is another drawing."""
        self.redraw()

    def render_line(self, y: int) -> Strip:
        """The row as Textual asks for it."""
        if y < len(self._lines):
            return self._lines[y].strip(self.palette)
        return Line(self.size.width, self.ground).strip(self.palette)

    @property
    def text(self) -> str:
        """What is drawn, without its looks."""
        return "\n".join(line.text.rstrip() for line in self._lines)
