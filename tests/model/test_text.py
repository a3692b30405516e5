from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from victron_console.model.text import MAX_TEXT, clean


@given(st.text(max_size=2000))
def test_cleaned_text_holds_nothing_that_steers_a_terminal(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MAX_TEXT
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in cleaned)
    assert not set(cleaned) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029"
    )


def test_an_escape_sequence_loses_its_escape_and_keeps_its_text() -> None:
    assert clean("Boiler\x1b]0;owned\x07") == "Boiler\ufffd]0;owned\ufffd"


def test_ordinary_names_pass_unchanged() -> None:
    for name in ("Alder Farm", "Wärmepumpe [1]", "太陽光", "e\u0301cole"):
        assert clean(name) == name


def test_long_text_is_cut_and_shows_it() -> None:
    assert clean("x" * 10_000) == "x" * (MAX_TEXT - 1) + "…"


def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean("\x1b[2J" + "y" * 5000)
    assert clean(once) == once
