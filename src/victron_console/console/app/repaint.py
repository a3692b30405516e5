"""What a changed row costs on the terminal: only the cells that changed are written, not all from its first column on.

Textual's compositor cuts the right of a changed span and leaves its left (`# TODO: crop to x extents`, textual 8.2).
"""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.strip import Strip


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
                    written += [_with_blanks_joined(strip.crop(start - x, min(end, x2) - x)).render(console)]
        return "".join(written)


def _with_blanks_joined(strip: Strip) -> Strip:
    """The same cells with fewer changes of look, each of which costs some 45 bytes: a blank takes its neighbour's."""
    joined: list[Segment] = []
    for segment in strip:
        before = joined[-1] if joined else None
        if before is None or not _shows_alike(before, segment):
            joined.append(segment)
        else:
            joined[-1] = Segment(before.text + segment.text, segment.style if _is_blank(before) else before.style)
    return Strip(joined, strip.cell_length)


def _is_blank(segment: Segment) -> bool:
    return not segment.text.strip(" ")


def _shows_alike(one: Segment, other: Segment) -> bool:
    """Whether one of two neighbours is blank and would look the same in the style of the other."""
    styles = (one.style or Style.null(), other.style or Style.null())
    if one.control or other.control or not (_is_blank(one) or _is_blank(other)):
        return False
    marked = any(it.reverse or it.underline or it.underline2 or it.strike or it.overline or it.link for it in styles)
    return styles[0].bgcolor == styles[1].bgcolor and not marked


def cut_to_spans(update: RenderableType | None) -> RenderableType | None:
    """An update by spans cut at both ends; any other one as it is."""
    if type(update) is ChopsUpdate:
        return SpansUpdate(update.chops, update.spans, update.chop_ends)
    return update
