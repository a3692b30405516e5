"""With `--ascii` nothing but ASCII reaches the terminal: every screen, chart, prompt, panel and the palette."""

from __future__ import annotations

import pytest
from tests.console.conftest import MakeConsole

from victron_console.console.app.console import ConsoleApp
from victron_console.console.app.glyphs import to_ascii
from victron_console.console.kit.text import width_of

OPENED = (
    *((key,) for key in "123456789"),
    ("colon", *"si"),
    ("slash", *"al"),
    ("question_mark",),
    ("ctrl+p",),
    ("ctrl+p", *"al"),
    ("c",),
    ("3", "s"),
    ("3", "m"),
    ("5", "a"),
    ("5", "w"),
    ("t",),
)


def terminal(app: ConsoleApp) -> str:
    """What reaches the terminal, as text."""
    filters, ground = app.get_line_filters(), app.screen.styles.background
    lines = []
    for strip in app.screen._compositor.render_strips():
        for each in filters:
            strip = strip.apply_filter(each, ground)
        lines.append("".join(segment.text for segment in strip))
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("keys", OPENED, ids=lambda keys: "-".join(keys))
async def test_nothing_but_ascii_is_drawn(
    make_console: MakeConsole, keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    app = make_console(ascii=True)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        drawn = terminal(app)
        assert not {character for character in drawn if not character.isascii()}
        assert all(len(line) == size[0] for line in drawn.split("\n"))


@pytest.mark.parametrize("glyph", ["🔎", "☃", "╳", "⣿", "░", "\N{DEGREE SIGN}", "→"])
def test_a_glyph_that_nobody_thought_of_is_replaced_in_its_width(glyph: str) -> None:
    shown = to_ascii(glyph)

    assert shown.isascii() and len(shown) == width_of(glyph)


@pytest.mark.parametrize(
    ("said", "told"),
    [("0.16 €", "0.16 E"), ("0.099 mΩ", "0.099 mR"), ("180 Ω", "180 R"), ("12 W/m²", "12 W/m2"), ("3 µs", "3 us")],
)
def test_units_and_currencies_keep_their_meaning(said: str, told: str) -> None:
    assert to_ascii(said) == told


def test_letters_of_names_are_left() -> None:
    assert to_ascii("Wärme Øst 電池 ΑΩ Ωραία") == "Wärme Øst 電池 ΑΩ Ωραία"
