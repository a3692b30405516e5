"""Braille in a screen exported as SVG, drawn as dots: few fonts of one width have it. Pure."""

from __future__ import annotations

import re
from html import unescape

_TEXT = re.compile(r'<text class="([^"]+)" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"([^>]*)>([^<]*)</text>')
_PLACES = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row, from the top, of each bit of a pattern (Unicode, Braille Patterns)."""
_FIRST, _LAST = 0x2801, 0x28FF
_ASCENT, _LINE_SHARE = 0.77, 1.22
"""Where a row's upper edge lies over the base line, and its height, in parts of Textual's font size of 20."""
_FONT = 20.0
_DOT = "h3.8v3.8h-3.8z"


def with_dots(svg: str) -> str:
    """The same picture without braille characters."""
    return _TEXT.sub(_dotted, svg)


def _dotted(match: re.Match[str]) -> str:
    look, x, y, length, rest, text = match.groups()
    shown = unescape(text)
    if not any(_FIRST <= ord(character) <= _LAST for character in shown):
        return match[0]
    cell = float(length) / max(1, len(shown))
    top, row = float(y) - _ASCENT * _FONT - 3.0, _LINE_SHARE * _FONT / 4
    dots = "".join(
        f"M{float(x) + (place + 0.25 + column * 0.5) * cell - 1.9:.1f} {top + (line + 0.5) * row - 1.9:.1f}{_DOT}"
        for place, character in enumerate(shown)
        if _FIRST <= ord(character) <= _LAST
        for bit, (column, line) in enumerate(_PLACES)
        if ord(character) - 0x2800 & 1 << bit
    )
    blank = "".join(" " if _FIRST <= ord(character) <= _LAST else character for character in shown)
    path = f'<path class="{look}" d="{dots}"/>'
    kept = blank.replace(" ", "&#160;").replace("<", "&lt;")
    return f'{path}<text class="{look}" x="{x}" y="{y}" textLength="{length}"{rest}>{kept}</text>'
