"""Only what changed is written, and what is written is what changed, wide characters included."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from victron_console.console.app.repaint import cut_to_spans
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import graphemes

WIDTH = 30
PUTS = st.lists(
    st.tuples(
        st.integers(0, WIDTH), st.text(alphabet="ab世界█·é ", max_size=8), st.sampled_from([Role.TEXT1, Role.TEXT2])
    ),
    max_size=6,
)


def row(puts: list[tuple[int, str, Role]]) -> Line:
    line = Line(WIDTH)
    for column, text, role in puts:
        line.put(column, text, role)
    return line


def cells(line: Line) -> list[str]:
    """What stands in each cell of a terminal: the second half of a wide character is an empty text."""
    found: list[str] = []
    for character, width in graphemes(line.text):
        found += [character, ""][:width]
    return found


@pytest.mark.slow
@given(PUTS, PUTS)
def test_the_spans_of_a_change_make_the_old_row_the_new_one(old: list, new: list) -> None:  # type: ignore[type-arg]
    before, after = row(old), row(new)
    shown, wanted = cells(before), cells(after)
    for first, last in after.differing(before):
        assert wanted[first] != "" and (last + 1 == WIDTH or wanted[last + 1] != "")
        assert shown[first] != "" and (last + 1 == WIDTH or shown[last + 1] != "")
        shown[first : last + 1] = wanted[first : last + 1]

    assert shown == wanted


def test_an_update_writes_nothing_left_of_its_span() -> None:
    from rich.segment import Segment
    from textual._compositor import ChopsUpdate
    from textual.strip import Strip

    strip = Strip([Segment("0123456789")])
    update = cut_to_spans(ChopsUpdate([{0: strip}], [(0, 4, 7)], [[10]]))

    assert isinstance(update, ChopsUpdate)
    assert update.render_segments(Console(force_terminal=True)) == "\x1b[1;5H456"


def written(*segments: tuple[str, str]) -> str:
    from rich.segment import Segment
    from rich.style import Style
    from textual._compositor import ChopsUpdate
    from textual.strip import Strip

    strip = Strip([Segment(text, Style.parse(style)) for text, style in segments])
    update = cut_to_spans(ChopsUpdate([{0: strip}], [(0, 0, strip.cell_length)], [[strip.cell_length]]))
    assert isinstance(update, ChopsUpdate)
    return update.render_segments(Console(force_terminal=True, color_system="standard"))


def test_a_blank_takes_the_look_of_its_neighbour_where_it_shows_the_same() -> None:
    assert written(("  ", "white"), ("a", "red"), ("  ", "white"), ("b", "green")) == (
        "\x1b[1;1H\x1b[31m  a  \x1b[0m\x1b[32mb\x1b[0m"
    )


@pytest.mark.parametrize("look", ["red on blue", "red reverse", "red underline", "red strike"])
def test_a_blank_keeps_its_own_look_where_a_neighbour_would_show_on_it(look: str) -> None:
    assert written(("a", look), ("  ", "white")).endswith("a\x1b[0m\x1b[37m  \x1b[0m")
