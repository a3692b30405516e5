"""The screen in ASCII, for terminals and fonts without box and block characters: one filter over all that is drawn."""

from __future__ import annotations

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
    ":": "┊▃",
    "|": "│║┃▌▐▎▏▍▋▊▉▕",
    ".": "░·…▁▂•",
    ">": "▶▸→›",
    "<": "◀◂←‹",
    "^": "▲▴↑",
    "v": "▼▾↓",
    "'": "‘’",
    '"': "“”",
    "o": "○●◦⭘",
    "_": "▔",
}
_TABLE = str.maketrans({glyph: ascii_ for ascii_, glyphs in _BY_ASCII.items() for glyph in glyphs})


def to_ascii(text: str) -> str:
    """The text with every drawn character replaced by an ASCII one of the same width; letters are left."""
    return text if text.isascii() else text.translate(_TABLE)


class AsciiFilter(LineFilter):
    """Replaces glyphs in whatever is drawn, by this program or by Textual."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments of one line, in ASCII."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]
