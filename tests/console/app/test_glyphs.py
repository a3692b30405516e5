from __future__ import annotations

import pytest

from victron_console.console.app.glyphs import to_ascii, to_blocks


@pytest.mark.parametrize(
    ("drawn", "ascii_text"),
    [
        ("Quattro ×3", "Quattro x3"),
        ("═══▶┃", "===>|"),
        ("┌─┐", "+-+"),
        ("█▓▒░▚", "=#+.%"),
        ("⣿⠒⠁⢕", "#*.:"),
        ("Wärme", "Wärme"),
    ],
)
def test_glyphs_keep_their_meaning_and_width_in_ascii(drawn: str, ascii_text: str) -> None:
    assert to_ascii(drawn) == ascii_text


def test_without_braille_a_chart_keeps_its_shape_in_quarters() -> None:
    assert to_blocks("⣿⣤⠛⡇⠁⠀ ┈") == "█▄▀▌▘  ┈"
    assert all(ord(glyph) < 0x2800 for glyph in to_blocks("".join(map(chr, range(0x2800, 0x2900)))))
