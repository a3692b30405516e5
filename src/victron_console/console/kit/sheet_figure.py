"""A figure with its look: size by brightness, trust by its mark. The numbers themselves are `console.format`'s."""

from __future__ import annotations

from victron_console.console.kit import format as fmt
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run
from victron_console.model.quality import Quality

Figure = tuple[Run, ...]


def power_figure(watts: float | None, quality: Quality = Quality.GOOD, *, signed: bool = False) -> Figure:
    """A power as its quality lets it be shown: kW bold, W bright, zero faint, `~` stale, `?` doubtful, `---` lost."""
    if quality in (Quality.LOST, Quality.GONE):
        return (Run(fmt.unitless(fmt.LOST), Role.LINK_TEXT),)
    text = fmt.power(watts, signed=signed)
    mark = {Quality.STALE: fmt.STALE_MARK, Quality.IMPLAUSIBLE: fmt.DOUBT_MARK}.get(quality)
    if watts is not None and mark:
        return (Run(mark, Role.LINK_TEXT), Run(text, Role.TEXT3))
    if text.endswith(" "):
        return (Run(text, Role.TEXT3),)
    kilo = fmt.is_kilo(watts)
    return (Run(text, Role.TEXT1, bold=kilo),)


def trusted(quality: Quality, *runs: Run) -> tuple[Run, ...]:
    """Runs of one figure as its quality lets it be shown: faint behind `~` where stale, `---` where lost."""
    if quality in (Quality.LOST, Quality.GONE):
        return (Run(fmt.LOST, Role.LINK_TEXT),)
    if quality is Quality.STALE:
        return (Run(fmt.STALE_MARK, Role.LINK_TEXT), *(Run(run.text, Role.TEXT3) for run in runs))
    return runs


def projected(quality: Quality, run: Run) -> tuple[Run, ...]:
    """What is expected of the night. It outlives the link that its figures came over, but behind `~`."""
    return (run,) if quality is Quality.GOOD else (Run(fmt.STALE_MARK, Role.LINK_TEXT), run)


def idle_figure(watts: float, *, signed: bool = False) -> Figure:
    """A power on a wire without an arrow: there, but not worth a look."""
    return (Run(fmt.power(watts, signed=signed), Role.TEXT3),)


OFF_FIGURE: Figure = (Run(fmt.unitless(fmt.OFF), Role.TEXT3),)
"""Wired, without voltage."""
