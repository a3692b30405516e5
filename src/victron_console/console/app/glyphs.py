"""The screen for terminals and fonts with fewer characters: filters over all that is drawn."""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_BY_ASCII = {
    "-": "─╌╾╼┄–—−",
    "=": "═╪█",
    "#": "━▓▇▆■",
    "%": "▚▞▅",
    "+": "▒▄┌┐└┘├┤┬┴┼┿╔╗╚╝╭╮╰╯╞╡╫╬╂",
    "x": "×",
    ":": "┊▃┈",
    "|": "│║┃▌▐▎▏▍▋▊▉▕╥╨",
    ".": "░·…▁▂•",
    ">": "▶▸→›",
    "<": "◀◂←‹",
    "^": "▲▴↑",
    "v": "▼▾↓",
    "'": "‘’",
    '"': "“”",
    "o": "○●◦⭘",
    "_": "▔",
    "E": "€",
    "L": "£",
    "Y": "¥",
    "2": "²",
    "3": "³",
    "u": "\N{MICRO SIGN}",
}
_OHM = re.compile(r"(?<![^\W\d_])([mk]?)Ω(?![^\W\d_])")
"""Ohms, not a letter of a Greek name; R as in the marks of resistors (IEC 60062)."""
_UNKNOWN = "?"
_BRAILLE = range(0x2801, 0x2900)
_CHEQUERS = frozenset((0x2822, 0x2811, 0x2854, 0x282A, 0x2855, 0x28AA, 0x2815, 0x28A2, 0x2895, 0x28A8, 0x28D4, 0x2885))
"""Dots that lie apart: the band between what is expected at least and at most."""
_MANY_DOTS, _ONE_DOT = 6, 1


def _dots(code: int) -> int:
    return (code - 0x2800).bit_count()


def _ascii_dots(code: int) -> str:
    """An area, a line, or what is expected."""
    if _dots(code) >= _MANY_DOTS:
        return "#"
    return ":" if code in _CHEQUERS else "." if _dots(code) <= _ONE_DOT else "*"


_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By the quarters that are filled: 1 upper left, 2 upper right, 4 lower left, 8 lower right."""
_QUARTERS = (0x03, 0x18, 0x44, 0xA0)
"""The dots in each quarter (Unicode, Braille Patterns)."""


def _quadrant(code: int) -> str:
    """The same shape in quarters of a cell; a band is a light tone."""
    if code in _CHEQUERS:
        return "░"
    return _QUADRANTS[sum(1 << place for place, dots in enumerate(_QUARTERS) if (code - 0x2800) & dots)]


_TABLE = str.maketrans(
    {glyph: ascii_ for ascii_, glyphs in _BY_ASCII.items() for glyph in glyphs}
    | {chr(code): _ascii_dots(code) for code in _BRAILLE}
    | {chr(0x2800): " ", "\N{RIGHT-POINTING MAGNIFYING GLASS}": "> ", "\N{DEGREE SIGN}": "'"}
)
_BLOCKS = str.maketrans({chr(code): _quadrant(code) for code in _BRAILLE} | {chr(0x2800): " "})


def to_ascii(text: str) -> str:
    """The text with every drawn character replaced by ASCII of the same width; letters are left, as names have them."""
    if text.isascii():
        return text
    told = _OHM.sub(r"\1R", text.translate(_TABLE))
    return told if told.isascii() else "".join(map(_plain, told))


def _plain(character: str) -> str:
    """A letter or what belongs to one, else as many signs as the character has cells."""
    if character.isascii() or character.isalnum() or unicodedata.combining(character):
        return character
    return _UNKNOWN * cell_len(character)


class AsciiFilter(LineFilter):
    """Replaces glyphs in whatever is drawn, by this program or by Textual."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments of one line, in ASCII."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


def to_blocks(text: str) -> str:
    """The text with every braille cell replaced by quarters of a block."""
    return text if text.isascii() else text.translate(_BLOCKS)


class BlocksFilter(LineFilter):
    """Draws charts without braille, for fonts that have none."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments of one line, in blocks."""
        return [Segment(to_blocks(text), style, control) for text, style, control in segments]
