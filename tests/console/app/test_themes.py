"""Themes: those that ship are whole and readable, a broken one is said and left out."""

from __future__ import annotations

import os
from itertools import product
from math import dist
from pathlib import Path

import pytest
from rich.style import Style

from victron_console import resources
from victron_console.console.app.themes import NO_COLOR_THEME, ThemeError, load_themes, read_theme
from victron_console.console.kit.palette import GROUNDS, Role

DARK = resources.themes()["dark"]
WORDS = (Role.TEXT1, Role.TEXT2, Role.TEXT3, Role.NOW_TEXT, Role.TODAY_TEXT, Role.LINK_TEXT)
TRUE_COLOUR = ("dark", "light", "mono", "contrast", "deuteranopia", "tritanopia")
COLOUR_BLIND = {
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
"""What such eyes make of linear red, green and blue (Machado, Oliveira and Fernandes 2009, severity 1)."""
CHIPS = (Role.NOW_CHIP, Role.TODAY_CHIP, Role.LINK_CHIP)


def linear_of(style: Style, *, behind: bool = False) -> list[float]:
    colour = style.bgcolor if behind else style.color
    assert colour is not None
    channels = [value / 255 for value in colour.get_truecolor()]
    return [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]


def luminance(style: Style, *, behind: bool = False) -> float:
    linear = linear_of(style, behind=behind)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(style: Style) -> float:
    one, other = sorted((luminance(style), luminance(style, behind=True)))
    return (other + 0.05) / (one + 0.05)


def test_every_theme_that_ships_can_be_used() -> None:
    loaded = load_themes()

    assert loaded.faults == ()
    assert set(loaded.themes) == {"dark", "light", "contrast", "ansi", "mono", *COLOUR_BLIND}
    for theme in loaded.themes.values():
        assert theme.to_textual().name == theme.name


@pytest.mark.parametrize(("name", "role"), product(TRUE_COLOUR, WORDS + CHIPS))
def test_every_word_can_be_read_on_its_ground(name: str, role: Role) -> None:
    palette = load_themes().themes[name].palette
    least = 7.0 if name == "contrast" and role not in CHIPS else 4.5

    assert contrast(palette.style(role)) >= least


@pytest.mark.parametrize(("name", "role"), product(TRUE_COLOUR, WORDS))
def test_every_word_can_be_read_on_the_selected_row(name: str, role: Role) -> None:
    assert contrast(load_themes().themes[name].palette.style(role, Role.SELECTION)) >= 3.5


def test_without_colour_the_order_of_urgency_is_the_order_of_brightness() -> None:
    palette = load_themes().themes[NO_COLOR_THEME].palette
    now, today, link = (luminance(palette.style(role), behind=True) for role in CHIPS)

    assert now > today > link


def lab(linear: list[float]) -> list[float]:
    """CIE L*a*b* of linear sRGB, D65."""
    rows = ((0.4339, 0.3762, 0.1899), (0.2126, 0.7152, 0.0722), (0.0178, 0.1095, 0.8727))
    x, y, z = (sum(k * max(0.0, v) for k, v in zip(row, linear, strict=True)) for row in rows)
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]


@pytest.mark.parametrize("name", COLOUR_BLIND)
@pytest.mark.parametrize("roles", [CHIPS, (Role.NOW_TEXT, Role.TODAY_TEXT, Role.LINK_TEXT)], ids=["chips", "words"])
def test_the_colours_of_urgency_stay_apart_for_the_eyes_that_a_theme_is_for(name: str, roles: tuple[Role, ...]) -> None:
    palette, chips = load_themes().themes[name].palette, roles is CHIPS
    seen = []
    for role in roles:
        linear = linear_of(palette.styles[role], behind=chips)
        seen.append(lab([sum(k * v for k, v in zip(row, linear, strict=True)) for row in COLOUR_BLIND[name]]))

    now, today, _ = (each[0] for each in seen)
    assert now > today + 10
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert dist(seen[one], seen[other]) > 18


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
        (f"x = {'[' * 5000}", "is no TOML"),
        (f"x = {'9' * 5000}", "is no TOML"),
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


def test_the_name_of_a_broken_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2Jb.toml").write_text(f"x = {'[' * 5000}", encoding="utf-8")
    (fault,) = load_themes(tmp_path).faults
    assert fault.isprintable() and "is no TOML" in fault


def test_a_pipe_among_the_themes_is_left_out_and_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (fault,) = load_themes(tmp_path).faults
    assert "pipe.toml" in fault and "no regular file" in fault
