"""The roles a colour can have on screen, and the palette that gives each its look.

Owns no colour: they stand in the theme files. Nothing else in the console names a colour either; it names a role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Protocol, cast

from rich.style import Style


class Role(StrEnum):
    """What a piece of text is for. The first four are grounds that others stand on."""

    BACKGROUND = "background"
    SURFACE = "surface"
    """The header and the key row."""
    SELECTION = "selection"
    BANNER = "banner"
    """The header in time mode: what is seen is not now."""
    TEXT1 = "text1"
    """Bright: names, SOC, powers of 1 kW and more."""
    TEXT2 = "text2"
    """Middle: powers below 1 kW, words."""
    TEXT3 = "text3"
    """Faint: heads, captions, units, ages, `0`, `-`, `off`."""
    RULE = "rule"
    NOW_TEXT = "now_text"
    NOW_CHIP = "now_chip"
    NOW_PAST = "now_past"
    """The part of a chart beyond the limit, earlier than now."""
    TODAY_TEXT = "today_text"
    TODAY_CHIP = "today_chip"
    LINK_TEXT = "link_text"
    """Link and quality: `~`, `?`, `---`, gaps."""
    LINK_CHIP = "link_chip"
    BAR = "bar"
    BAR_REST = "bar_rest"
    SPARK = "spark"
    """Context beside numbers: darker than any of them."""
    CHART = "chart"
    """History that stands alone."""
    FILL_GRID = "fill_grid"
    """`█` grid, shore, genset; export."""
    FILL_PV = "fill_pv"
    """`▓` PV; AC loads."""
    FILL_OTHER = "fill_other"
    """`▒` other DC sources; DC loads."""
    FILL_BATTERY = "fill_battery"
    """`░` battery out; battery in."""
    FILL_LOSS = "fill_loss"
    """`·` loss, unmeasured."""


GROUNDS = (Role.BACKGROUND, Role.SURFACE, Role.SELECTION, Role.BANNER)

_ON_SELECTION = {Role.TEXT3: Role.TEXT2, Role.SPARK: Role.TEXT3, Role.BAR_REST: Role.TEXT3}
"""Roles too faint to be read on the selected row's tone, and what they are drawn as there."""


@dataclass(frozen=True)
class Palette:
    """The look of every role in one theme."""

    name: str
    styles: Mapping[Role, Style]
    dark: bool = True
    ansi: bool = False

    def style(self, role: Role, ground: Role = Role.BACKGROUND, *, bold: bool = False) -> Style:
        """The complete style, ground included, of a role."""
        return self._composed[role, ground, bold]

    @cached_property
    def _composed(self) -> dict[tuple[Role, Role, bool], Style]:
        strong = Style(bold=True)
        table: dict[tuple[Role, Role, bool], Style] = {}
        for ground in GROUNDS:
            for role in Role:
                shown = _ON_SELECTION.get(role, role) if ground is Role.SELECTION else role
                style = self.styles[ground] if ground is Role.BANNER else self.styles[ground] + self.styles[shown]
                table[role, ground, False] = style
                table[role, ground, True] = style + strong
        return table


class HasPalette(Protocol):
    """What draws in a palette: the console's app."""

    palette: Palette


def palette_of(app: object) -> Palette:
    """The palette of the app that a widget stands in."""
    return cast(HasPalette, app).palette
