from __future__ import annotations

import pytest

from victron_console.console.app.glyphs import to_ascii


@pytest.mark.parametrize(
    ("drawn", "ascii_text"),
    [("Quattro ×3", "Quattro x3"), ("═══▶┃", "===>|"), ("┌─┐", "+-+"), ("█▓▒░", "=#+."), ("Wärme", "Wärme")],
)
def test_glyphs_keep_their_meaning_and_width_in_ascii(drawn: str, ascii_text: str) -> None:
    assert to_ascii(drawn) == ascii_text
