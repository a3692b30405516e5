"""What a changed row costs on the terminal: only the cells that changed are written, not all from its first column on.

Textual's compositor cuts the right of a changed span and leaves its left (`# TODO: crop to x extents`, textual 8.2).
"""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate


class SpansUpdate(ChopsUpdate):
    """An update of some spans of the screen, cut at both of their ends."""

    def render_segments(self, console: Console) -> str:
        """The spans as they are written to the terminal."""
        written: list[str] = []
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is not None and x < x2 and end > x1:
                    start = max(x, x1)
                    written += [Control.move_to(start, y).segment.text]
                    written += [strip.crop(start - x, min(end, x2) - x).render(console)]
        return "".join(written)


def cut_to_spans(update: RenderableType | None) -> RenderableType | None:
    """An update by spans cut at both ends; any other one as it is."""
    if type(update) is ChopsUpdate:
        return SpansUpdate(update.chops, update.spans, update.chop_ends)
    return update
