"""The roles a colour can have on screen, the tones of the kinds of energy, and the palette that gives each its look.

Owns no colour: they stand in the theme files. Nothing else in the console names a colour either; it names a role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Protocol, cast

from rich.color import Color
from rich.style import Style


class Role(StrEnum):
    """What a piece of text is for."""

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
    FILL_LOSS = "fill_loss"
    """`·` loss, unmeasured."""
    PV = "pv"
    GRID = "grid"
    """Grid, shore, any AC input that is no genset."""
    BATTERY = "battery"
    """Battery power and charge."""
    LOADS = "loads"
    GENSET = "genset"
    """Genset and alternator."""
    DC_LOADS = "dc_loads"
    OTHER = "other"
    """Wind, fuel cell, cell spread, what is not known."""
    FAINT = "faint"
    """Faint text on the surface: tabs, key words."""
    GRID_LINE = "grid_line"
    """The grid of a chart, behind all of it."""
    LIMIT = "limit"
    """The line of a limit across a chart; its number is in the colour of its urgency."""
    NIGHT = "night"
    DAY = "day"
    """The two grounds of the timeline."""
    FIELD = "field"
    """Where the operator types."""
    BUTTON = "button"
    FIRST_BUTTON = "first_button"
    """The one of several buttons that Enter or the nearest key means."""


GROUNDS = (
    Role.BACKGROUND, Role.SURFACE, Role.SELECTION, Role.BANNER,
    Role.NIGHT, Role.DAY, Role.FIELD, Role.BUTTON, Role.FIRST_BUTTON,
)  # fmt: skip

KINDS = (Role.PV, Role.GRID, Role.BATTERY, Role.LOADS, Role.GENSET, Role.DC_LOADS, Role.OTHER)
"""The kinds of energy. Each has one hue, which is the same wherever it is drawn; their order is that of legends."""


class Step(StrEnum):
    """How much of a kind's hue is left once it is mixed into the background, the strongest first."""

    FIGURE = "figure"
    """Figures below 1 kW: towards the faint text, not the background."""
    FILL = "fill"
    """The fill of a bar, alone."""
    TEXTURE = "texture"
    """The fill of a bar as ink of a texture, on a tone of its own."""
    CHEQUER = "chequer"
    """The same for the coarsest texture, on a stronger tone."""
    NEAR = "near"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"
    FAR = "far"
    """From the edge of an area downwards."""


class Tone(NamedTuple):
    """A kind's hue, mixed."""

    kind: Role
    step: Step


class On(NamedTuple):
    """An ink on a ground that is not the row's."""

    ink: Role | Tone
    ground: Role


Ink = Role | Tone | On
"""What a cell is drawn in."""

_SHARES = {Step.NEAR: 0.62, Step.SECOND: 0.46, Step.THIRD: 0.33, Step.FOURTH: 0.22, Step.FAR: 0.12}
_FILL, _FILL_OF_LOADS = 0.80, 0.66
"""The loads' hue is the brightest: a bar of it as strong as the others' would outshine them."""
_GROUND_OF = {Step.TEXTURE: Step.SECOND, Step.CHEQUER: Step.NEAR}
_FIGURE, _SELECTED = 0.60, 0.65
"""Shares of the hue in a figure below 1 kW, and in any figure on the selected row."""

_ON_SELECTION = {Role.TEXT3: Role.TEXT2, Role.SPARK: Role.TEXT3, Role.BAR_REST: Role.TEXT3}
"""Roles too faint to be read on the selected row's tone, and what they are drawn as there."""


@dataclass(frozen=True)
class Palette:
    """The look of every role in one theme."""

    name: str
    styles: Mapping[Role, Style]
    dark: bool = True
    ansi: bool = False

    def style(self, ink: Ink, ground: Role = Role.BACKGROUND, *, bold: bool = False) -> Style:
        """The complete style, ground included, of an ink."""
        key = (ink, ground, bold)
        found = self._composed.get(key)
        if found is None:
            found = self._composed[key] = self._compose(ink, ground) + (_STRONG if bold else _PLAIN)
        return found

    @cached_property
    def _composed(self) -> dict[tuple[Ink, Role, bool], Style]:
        """Those that were asked for: few of all that could be."""
        return {}

    def _compose(self, ink: Ink, ground: Role) -> Style:
        if isinstance(ink, On):
            ink, ground = ink
        if ground is Role.BANNER:
            return self.styles[ground]
        if isinstance(ink, Tone):
            return self.styles[ground] + self._tone(ink, ground)
        if ground is Role.SELECTION and ink in KINDS:
            return self.styles[ground] + self._mixed(ink, Role.TEXT1, _SELECTED)
        shown = _ON_SELECTION.get(ink, ink) if ground is Role.SELECTION else ink
        return self.styles[ground] + self.styles[shown]

    def _tone(self, tone: Tone, ground: Role) -> Style:
        kind, step = tone
        if self.ansi:  # sixteen colours cannot be mixed: the hue itself, and what lies below an area's edge is faint
            return self.styles[Role.TEXT3 if step in _SHARES else kind]
        if step is Step.FIGURE:
            selected = ground is Role.SELECTION
            return self._mixed(kind, *((Role.TEXT1, _SELECTED) if selected else (Role.TEXT3, _FIGURE)))
        if step in _SHARES:
            return self._mixed(kind, Role.BACKGROUND, _SHARES[step])
        fill = self._mixed(kind, Role.BACKGROUND, _FILL_OF_LOADS if kind is Role.LOADS else _FILL)
        if step not in _GROUND_OF:
            return fill
        behind = self._mixed(kind, Role.BACKGROUND, _SHARES[_GROUND_OF[step]]).color
        return fill + Style(bgcolor=behind)

    def _mixed(self, kind: Role, other: Role, share: float) -> Style:
        """So much of a kind's hue, the rest of another role: its text, or what the background is made of."""
        hue, style = self.styles[kind].color, self.styles[other]
        into = style.bgcolor if other is Role.BACKGROUND else style.color
        if hue is None or into is None or self.ansi:
            return self.styles[kind]
        one, two = hue.get_truecolor(), into.get_truecolor()
        return Style(color=Color.from_rgb(*(share * a + (1 - share) * b for a, b in zip(one, two, strict=True))))


_PLAIN, _STRONG = Style(), Style(bold=True)


class HasPalette(Protocol):
    """What draws in a palette: the console's app."""

    palette: Palette


def palette_of(app: object) -> Palette:
    """The palette of the app that a widget stands in."""
    return cast(HasPalette, app).palette
