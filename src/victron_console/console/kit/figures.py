"""A figure with its look: how bright it is, and the mark that says it is old or doubtful. The one place that knows it.

Bright from 1 kW on, middle below, faint at zero, so that `999W` is not read as more than `1.00k`. What cannot be of
now is faint behind `~`, what is doubtful faint behind `?`, and of a station that does not answer there is no figure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from victron_console.console.kit.format import (
    ABSENT,
    DOUBT_MARK,
    LOST,
    OFF,
    STALE_MARK,
    is_kilo,
    number,
    power,
    unitless,
)
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Ink, Role, Step, Tone
from victron_console.console.kit.sheet import Run
from victron_console.console.kit.view import Mark
from victron_console.model.alert import Severity
from victron_console.model.quality import Quality

URGENT_TEXT = {Mark.NOW: Role.NOW_TEXT, Mark.TODAY: Role.TODAY_TEXT, Mark.LOST: Role.LINK_TEXT}
"""The colour of a value beyond its limit, by how urgent that is."""
SEVERE_TEXT = {Severity.WARNING: Role.TODAY_TEXT, Severity.CRITICAL: Role.NOW_TEXT}
"""The same by the severity of the rule."""
NOT_SHOWN = (Quality.LOST, Quality.GONE)
"""What is of a station or device that does not answer, or is no longer there: `---` instead of a figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Text for a column, right-aligned, and the mark that hugs it from the left."""

    text: str
    role: Ink
    mark: str = ""
    bold: bool = False

    @property
    def runs(self) -> tuple[Run, ...]:
        """The figure behind its mark, for a sheet."""
        figure = Run(self.text, self.role, self.bold)
        return (Run(self.mark, Role.LINK_TEXT), figure) if self.mark else (figure,)

    @property
    def shown(self) -> str:
        """Mark and text."""
        return self.mark + self.text

    @property
    def narrow(self) -> Figure:
        """The figure without the blank in the place of a unit."""
        return replace(self, text=self.text.strip())


def place(line: Line, end: int, figure: Figure) -> None:
    """Write a figure so that it ends in a column, its mark in the cell before its first character."""
    start = line.right(end, figure.text, figure.role, bold=figure.bold)
    if figure.mark:
        line.put(start - 1, figure.mark, Role.LINK_TEXT)


def power_figure(
    watts: float | None,
    quality: Quality = Quality.GOOD,
    *,
    signed: bool = False,
    doubtful: bool = False,
    kind: Role | None = None,
) -> Figure:
    """A power: kW bright, W middle, in the hue of its kind where one is given; zero, absent, old and doubtful faint."""
    if quality in NOT_SHOWN:
        return Figure(unitless(LOST), Role.LINK_TEXT)
    text = power(watts, signed=signed)
    if watts is None:
        return Figure(unitless(DOUBT_MARK), Role.LINK_TEXT) if doubtful else Figure(text, Role.TEXT3)
    if mark := mark_of(quality, doubtful=doubtful):
        return Figure(text, Role.TEXT3, mark)
    if text.strip() == "0":
        return Figure(text, Role.TEXT3)
    if kind is None:
        return Figure(text, Role.TEXT1 if is_kilo(watts) else Role.TEXT2)
    return Figure(text, kind if is_kilo(watts) else Tone(kind, Step.FIGURE))


def number_figure(
    value: float | None,
    quality: Quality = Quality.GOOD,
    *,
    decimals: int = 0,
    signed: bool = False,
    role: Role = Role.TEXT2,
    beyond: Mark = Mark.NONE,
    keeps: bool = False,
) -> Figure:
    """Another quantity. `keeps`: it is still worth saying when the site is lost, as a day's energy is."""
    if quality in NOT_SHOWN and not keeps:
        return Figure(LOST, Role.LINK_TEXT) if value is not None else Figure(ABSENT, Role.TEXT3)
    text = number(value, decimals, signed=signed)
    if value is None:
        return Figure(text, Role.TEXT3)
    if mark := mark_of(quality):
        return Figure(text, Role.TEXT3, mark)
    if beyond in URGENT_TEXT:
        return Figure(text, URGENT_TEXT[beyond])
    return Figure(text, Role.TEXT3 if text == "0" else role)


def idle_figure(watts: float, *, signed: bool = False) -> Figure:
    """A power on a wire without an arrow: there, but not worth a look."""
    return Figure(power(watts, signed=signed), Role.TEXT3)


OFF_FIGURE = Figure(unitless(OFF), Role.TEXT3)
"""Wired, without voltage."""


def mark_of(quality: Quality, *, doubtful: bool = False) -> str:
    """`~` for what is of an earlier time, `?` for what is doubtful; empty where there is neither."""
    if quality in (Quality.STALE, *NOT_SHOWN):
        return STALE_MARK
    return DOUBT_MARK if doubtful or quality is Quality.IMPLAUSIBLE else ""


def trusted(quality: Quality, *runs: Run) -> tuple[Run, ...]:
    """Words about one figure as its quality lets them be shown, by the rule of `power_figure`."""
    if quality in NOT_SHOWN:
        return (Run(LOST, Role.LINK_TEXT),)
    if mark := mark_of(quality):
        return (Run(mark, Role.LINK_TEXT), *(Run(run.text, Role.TEXT3) for run in runs))
    return runs


def projected(quality: Quality, run: Run) -> tuple[Run, ...]:
    """What is expected of the night. It outlives the link that its figures came over, but behind `~`."""
    return (run,) if quality is Quality.GOOD else (Run(STALE_MARK, Role.LINK_TEXT), run)
