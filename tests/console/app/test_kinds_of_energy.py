"""The hues of the kinds of energy: told apart by every eye, never taken for an alarm, read on every ground."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from tests.console.app.colour_eyes import EYES, Rgb, contrast, difference, seen

from victron_console.console.app.themes import load_themes
from victron_console.console.kit.energy.kinds import OF_NODE, OF_PART, TEXTURES, texture_ink
from victron_console.console.kit.palette import KINDS, Ink, Palette, Role, Step, Tone
from victron_console.diagnosing.report import html, svg
from victron_console.insight.flow.model import NodeKind
from victron_console.insight.overview.balance import PartKind

HUED = tuple(kind for kind in KINDS if kind is not Role.OTHER)
"""The other kind is grey on purpose: its name and its texture tell it."""
ALARMS = (Role.NOW_TEXT, Role.TODAY_TEXT, Role.LINK_TEXT)
EYES_OF = {
    "dark": tuple(EYES),
    "light": tuple(EYES),
    "contrast": tuple(EYES),
    "deuteranopia": ("normal", "deutan"),
    "tritanopia": ("normal", "tritan"),
}
"""A theme for one kind of eye answers for that one."""
APART = 8.0
APART_FROM_ALARMS = {"light": 6.0}
"""Dark text on light has less room: 6 is what is left, and an alarm's text always has its mark."""
FROM_ALARMS = 7.5
READABLE = 4.5


def rgb(palette: Palette, ink: Ink, ground: Role = Role.BACKGROUND, *, behind: bool = False) -> Rgb:
    style = palette.style(ink, ground)
    colour = style.bgcolor if behind else style.color
    assert colour is not None
    return tuple(colour.get_truecolor())  # type: ignore[return-value]


def palette_of(theme: str) -> Palette:
    return load_themes().themes[theme].palette


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_that_of_the_published_pairs(
    one: tuple[float, float, float], other: tuple[float, float, float], expected: float
) -> None:
    assert difference(one, other) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("theme", "eye"), [(theme, eye) for theme, eyes in EYES_OF.items() for eye in eyes])
def test_the_kinds_are_told_apart(theme: str, eye: str) -> None:
    palette = palette_of(theme)
    near = min(
        (difference(seen(rgb(palette, one), eye), seen(rgb(palette, other), eye)), one, other)
        for one, other in combinations(HUED, 2)
    )

    assert near[0] >= APART, near


@pytest.mark.parametrize(("theme", "eye"), [(theme, eye) for theme, eyes in EYES_OF.items() for eye in eyes])
def test_no_kind_is_taken_for_an_alarm(theme: str, eye: str) -> None:
    palette = palette_of(theme)
    near = min(
        (difference(seen(rgb(palette, kind), eye), seen(rgb(palette, alarm), eye)), kind, alarm)
        for kind, alarm in product(HUED, ALARMS)
    )

    assert near[0] >= APART_FROM_ALARMS.get(theme, FROM_ALARMS), near


@pytest.mark.parametrize(("theme", "kind"), product([*EYES_OF, "mono"], KINDS))
def test_a_figure_of_a_kind_is_read_on_the_background_and_on_the_selected_row(theme: str, kind: Role) -> None:
    palette = palette_of(theme)

    inks: tuple[Ink, ...] = (kind, Tone(kind, Step.FIGURE))
    for ink, ground in product(inks, (Role.BACKGROUND, Role.SELECTION)):
        found = contrast(rgb(palette, ink, ground), rgb(palette, ink, ground, behind=True))
        assert found >= (READABLE if ground is Role.BACKGROUND or theme != "mono" else 3.5), (ink, ground)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_hours_are_read_on_night_and_day_and_words_on_buttons(theme: str) -> None:
    palette = palette_of(theme)

    for role in (Role.NIGHT, Role.DAY, Role.BUTTON, Role.FIRST_BUTTON, Role.FIELD):
        assert contrast(rgb(palette, role), rgb(palette, role, behind=True)) >= 5.0, role
    assert contrast(rgb(palette, Role.FAINT, Role.SURFACE), rgb(palette, Role.FAINT, Role.SURFACE, behind=True)) >= 4.9


@pytest.mark.parametrize(("theme", "kind"), product(["dark", "light", "mono"], KINDS))
def test_an_area_fades_away_from_its_edge(theme: str, kind: Role) -> None:
    palette = palette_of(theme)
    behind = rgb(palette, Role.BACKGROUND, behind=True)
    steps: list[Ink] = [
        kind,
        *(Tone(kind, step) for step in (Step.NEAR, Step.SECOND, Step.THIRD, Step.FOURTH, Step.FAR)),
    ]
    found = [contrast(rgb(palette, ink), behind) for ink in steps]

    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(found)


def test_sixteen_colours_are_never_mixed() -> None:
    palette = palette_of("ansi")

    for kind, step in product(KINDS, Step):
        colour = palette.style(Tone(kind, step)).color
        assert colour is not None and colour.triplet is None


@pytest.mark.parametrize("theme", ["mono", "ansi"])
def test_without_hues_the_texture_tells_kinds_of_one_side_apart(theme: str) -> None:
    palette = palette_of(theme)
    looks = {(TEXTURES[kind], palette.style(texture_ink(kind))) for kind in KINDS}

    assert len(looks) >= len(KINDS) - (theme == "mono")  # other is drawn like DC loads, on the other side of a balance


def test_every_part_of_a_balance_and_every_node_of_a_flow_has_its_kind() -> None:
    assert set(OF_PART) == set(PartKind)
    grey = {NodeKind.DC_SOURCE, NodeKind.FUEL_CELL, NodeKind.CONVERTER, NodeKind.UNMEASURED}
    assert set(NodeKind) - set(OF_NODE) == grey


def test_the_report_has_the_hues_of_the_light_theme() -> None:
    palette = palette_of("light")
    colours = {Role.PV: html.PV, Role.LOADS: html.LOAD, Role.GRID: html.GRID, Role.BATTERY: svg.BATTERY}

    assert {kind: "#{:02x}{:02x}{:02x}".format(*rgb(palette, kind)) for kind in colours} == colours
