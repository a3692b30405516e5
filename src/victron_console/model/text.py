"""Text from outside. A station's answer is hostile input: it is cleaned once, where it enters."""

from __future__ import annotations

MAX_TEXT = 256
MAX_JSON_TEXT = 16_384
"""Lists and objects are kept as JSON text up to this length (CAN statistics are about 2 KB)."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Begins of a text that a spreadsheet takes for a formula, and runs."""

_REPLACEMENT = "\ufffd"
_BIDI = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_SEPARATORS = [0x2028, 0x2029, 0xFEFF]
_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
_UNSAFE = dict.fromkeys([*_CONTROLS, *_BIDI, *_SEPARATORS, *range(0xD800, 0xE000)], _REPLACEMENT)


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """The text with every control, escape, bidi and surrogate character replaced by U+FFFD, cut to `limit` characters.

    Markup such as `[red]` is left: it is harmless as data and made literal where it is shown.
    """
    return text[: limit + 1].translate(_UNSAFE) if len(text) <= limit else text[: limit - 1].translate(_UNSAFE) + "…"
