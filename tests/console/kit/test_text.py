"""Whatever a site is called, its name takes the cells it is given and tells the terminal nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut, graphemes, literal, pad, plain, width_of

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
HOSTILE = "A\x1b]0;pwn\x07B\x9b2J[bold red]EV[/]\u202eIL"


@given(ANY_TEXT)
@example(HOSTILE)
@example("👨\u200d👩\u200d👧 漢字 e\u0301\u0301\u0301\u0301")
def test_plain_text_has_no_control_characters_and_the_width_the_terminal_gives_it(text: str) -> None:
    safe = plain(text)

    assert all(unicodedata.category(character) not in ("Cc", "Cs") for character in safe)
    assert cell_len(safe) == width_of(text)


@given(ANY_TEXT, st.integers(min_value=0, max_value=30))
def test_a_cut_text_never_takes_more_cells_than_it_may(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= width


@given(ANY_TEXT, st.integers(min_value=1, max_value=30))
def test_a_padded_text_takes_exactly_its_cells(text: str, width: int) -> None:
    assert cell_len(pad(text, width)) == width


def test_a_text_that_fits_is_left_and_one_that_does_not_ends_in_the_cut_mark() -> None:
    assert cut("Battery 3 off", 13) == "Battery 3 off"
    assert cut("Battery 3 off", 12) == "Battery 3 o>"
    assert cut("漢字漢字", 6) == "漢字>"


def test_marks_stay_on_their_letter_but_cannot_pile_up() -> None:
    assert graphemes("e\u0301x") == [("e\u0301", 1), ("x", 1)]
    assert len(plain("e" + "\u0301" * 50)) == 3


def test_markup_is_shown_as_it_was_written() -> None:
    assert literal("[bold red]EV[/nope]").plain == "[bold red]EV[/nope]"


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(-5, 40), ANY_TEXT), max_size=6), st.integers(min_value=0, max_value=40))
def test_a_line_is_as_wide_as_it_was_made_whatever_is_put_where(pieces: list[tuple[int, str]], width: int) -> None:
    line = Line(width)
    for column, text in pieces:
        line.put(column, text, Role.TEXT1)

    assert cell_len(line.text) == width


def test_right_aligned_text_ends_in_its_column() -> None:
    line = Line(10)
    assert line.right(7, "漢9") == 5
    assert line.text == "     漢9  "


def test_writing_over_half_of_a_wide_character_blanks_its_other_half() -> None:
    line = Line(6)
    line.put(0, "漢漢")
    line.put(1, "x")
    assert line.text == " x漢  "
