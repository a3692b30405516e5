"""Foreign text on its way to the screen: made harmless, measured in terminal cells, cut to a width. Pure functions.

A site may be called anything. Here its name loses what a terminal would obey and what terminals measure differently.
"""

from __future__ import annotations

import re

from rich.cells import get_character_cell_size
from textual.content import Content

from victron_console.model.text import clean

CUT = ">"
"""The last character of a text that did not fit."""

_LONGEST = 4096
_MARKS_PER_CHARACTER = 2
"""Combining marks kept on one character: enough for every living script, too few to climb over the rows above."""

_UNSTEADY = dict.fromkeys([0x200D, *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400)])
"""Joiners, variation selectors and skin tones: terminals do not agree on the width of what they make."""


def plain(text: str) -> str:
    """The text as it may be shown: no control characters, nothing whose width depends on the terminal."""
    return "".join(character for character, _ in graphemes(text))


def literal(text: str) -> Content:
    """The text for Textual's own widgets, which would otherwise read `[...]` in it as markup."""
    return Content(plain(text))


def graphemes(text: str) -> list[tuple[str, int]]:
    """Characters with the marks that stand on them, and the cells (1 or 2) that each takes."""
    if text.isascii() and text.isprintable():
        return [(character, 1) for character in text]
    found: list[tuple[str, int]] = []
    for character in clean(text, _LONGEST).translate(_UNSTEADY):
        width = get_character_cell_size(character)
        if width:
            found.append((character, width))
        elif found and len(found[-1][0]) <= _MARKS_PER_CHARACTER:
            found[-1] = (found[-1][0] + character, found[-1][1])
    return found


def width_of(text: str) -> int:
    """The terminal cells that the text takes once it is plain."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(width for _, width in graphemes(text))


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells; where it is longer, its last cell is `>`."""
    pieces = graphemes(text)
    if sum(size for _, size in pieces) <= width:
        return "".join(character for character, _ in pieces)
    if width <= 0:
        return ""
    kept, used = "", 0
    for character, size in pieces:
        if used + size > width - 1:
            break
        kept, used = kept + character, used + size
    return kept + CUT


def cut_middle(text: str, width: int) -> str:
    """The text in at most `width` cells; where it is longer its middle goes: names differ at their ends."""
    if width_of(text) <= width or width < _LEAST_MIDDLE:
        return cut(text, width)
    tail = (width - 1) // 2
    pieces, kept, used = graphemes(text), "", 0
    for character, size in reversed(pieces):
        if used + size > tail:
            break
        kept, used = character + kept, used + size
    front = cut(text, width - used)
    return front.removesuffix(CUT).rstrip() + ELLIPSIS + kept.lstrip()


ELLIPSIS = "…"
_LEAST_MIDDLE = 7


def pad(text: str, width: int) -> str:
    """The text in exactly `width` cells, left-aligned."""
    short = cut(text, width)
    return short + " " * (width - width_of(short))


def word_at(text: str, column: int) -> str:
    """The word of a row of ASCII heads that stands in a column; empty where none does."""
    return next((found[0] for found in re.finditer(r"\S+", text) if found.start() <= column < found.end()), "")
