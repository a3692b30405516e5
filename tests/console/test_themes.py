"""Themes: those that ship are whole and readable, a broken one is said and left out."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest
from rich.style import Style

from victron_console import resources
from victron_console.console.palette import GROUNDS, Role
from victron_console.console.themes import NO_COLOR_THEME, ThemeError, load_themes, read_theme

DARK = resources.themes()["dark"]
WORDS = (Role.TEXT1, Role.TEXT2, Role.TEXT3, Role.NOW_TEXT, Role.TODAY_TEXT, Role.LINK_TEXT)
CHIPS = (Role.NOW_CHIP, Role.TODAY_CHIP, Role.LINK_CHIP)


def luminance(style: Style, *, behind: bool = False) -> float:
    colour = style.bgcolor if behind else style.color
    assert colour is not None
    channels = [value / 255 for value in colour.get_truecolor()]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(style: Style) -> float:
    one, other = sorted((luminance(style), luminance(style, behind=True)))
    return (other + 0.05) / (one + 0.05)


def test_every_theme_that_ships_can_be_used() -> None:
    loaded = load_themes()

    assert loaded.faults == ()
    assert set(loaded.themes) == {"dark", "light", "contrast", "ansi", "mono"}
    for theme in loaded.themes.values():
        assert theme.to_textual().name == theme.name


@pytest.mark.parametrize(("name", "role"), product(("dark", "light", "mono", "contrast"), WORDS + CHIPS))
def test_every_word_can_be_read_on_its_ground(name: str, role: Role) -> None:
    palette = load_themes().themes[name].palette
    least = 7.0 if name == "contrast" and role not in CHIPS else 4.5

    assert contrast(palette.style(role)) >= least


@pytest.mark.parametrize(("name", "role"), product(("dark", "light", "mono", "contrast"), WORDS))
def test_every_word_can_be_read_on_the_selected_row(name: str, role: Role) -> None:
    assert contrast(load_themes().themes[name].palette.style(role, Role.SELECTION)) >= 3.5


def test_without_colour_the_order_of_urgency_is_the_order_of_brightness() -> None:
    palette = load_themes().themes[NO_COLOR_THEME].palette
    now, today, link = (luminance(palette.style(role), behind=True) for role in CHIPS)

    assert now > today > link


def test_sparks_are_darker_than_any_number() -> None:
    palette = load_themes().themes["dark"].palette

    assert luminance(palette.style(Role.SPARK)) < luminance(palette.style(Role.TEXT3))


def test_faint_text_is_drawn_middle_on_the_selected_row() -> None:
    palette = load_themes().themes["dark"].palette

    assert palette.style(Role.TEXT3, Role.SELECTION).color == palette.styles[Role.TEXT2].color


def test_every_role_stands_on_its_ground() -> None:
    palette = load_themes().themes["dark"].palette

    assert all(palette.style(role, ground).bgcolor is not None for role in Role for ground in GROUNDS)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (DARK.replace("#aab3bb", "nocolor"), "'nocolor' for text2 is no style"),
        (DARK.replace('text2 = "#aab3bb"\n', ""), "has no colour for text2"),
        (DARK.replace('text2 = "#aab3bb"', 'text2 = "bold"'), "text2 has no text colour"),
        (DARK.replace("text2 =", "text4 ="), "'text4', which is no role"),
        (DARK.replace(" on #171d23", ""), "surface is a ground"),
        (DARK.replace('name = "dark"', 'name = "a b"'), "needs a name"),
        (DARK.replace("dark = true", "drak = true"), "unknown key 'drak'"),
        ("name = dark", "is no TOML"),
        ('name = "x"', "no [roles] table"),
    ],
)
def test_a_broken_theme_says_what_is_wrong(broken: str, said: str) -> None:
    with pytest.raises(ThemeError) as caught:
        read_theme(broken, "mine.toml")

    assert "Theme mine.toml" in str(caught.value)
    assert said in str(caught.value)


def test_a_users_theme_replaces_a_shipped_one_and_a_broken_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(DARK.replace('title = "Dark"', 'title = "Mine"'), encoding="utf-8")
    (tmp_path / "torn.toml").write_bytes(b"\xff\xfe")

    loaded = load_themes(tmp_path)

    assert loaded.themes["dark"].title == "Mine"
    assert len(loaded.faults) == 1 and "torn.toml" in loaded.faults[0]


def test_a_pipe_among_the_themes_is_left_out_and_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (fault,) = load_themes(tmp_path).faults
    assert "pipe.toml" in fault and "no regular file" in fault
