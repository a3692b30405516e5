"""What is said of a battery, quantity by quantity, as runs of text with their looks. Places nothing on the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from victron_console.console.kit.figures import (
    power_figure,
    projected,
    trusted,
)
from victron_console.console.kit.format import ABSENT, DOUBT_MARK, LOST, clock, duration, number
from victron_console.console.kit.palette import Role, Step, Tone
from victron_console.console.kit.sheet import Run
from victron_console.console.kit.view import Dawn
from victron_console.insight.battery_panel import BatteryPanel, Limit, Span
from victron_console.insight.cells import Pack
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality

LOW_VOLTAGE_SYSTEM_V = 20.0
"""Below it (12 V systems) a voltage is shown with two decimals."""
_GAUGE = 10
"""Columns of the gauge of a limit."""


@dataclass(frozen=True, slots=True)
class BatteryView:
    """All that is shown of the battery."""

    shown: Overview
    panel: BatteryPanel
    quality: Quality = Quality.GOOD
    """How far its figures are of now."""
    name: str = ""
    dawn: Dawn | None = None
    pack: Pack | None = None
    """Its cells; None where its BMS gives none."""
    limits: Quality = Quality.GOOD
    """How far what the BMS says is of now."""
    cells: Quality = Quality.GOOD
    """How far what the packs say of their cells is of now."""


def soc_runs(view: BatteryView) -> tuple[Run, ...]:
    soc = view.shown.soc_percent
    if view.quality is Quality.STALE and soc is not None:
        return (Run("~", Role.LINK_TEXT), Run(f"{number(soc)}%", Role.TEXT3))
    if view.quality in (Quality.LOST, Quality.GONE):
        return (Run(LOST, Role.LINK_TEXT), Run(f" last {number(soc)}%" if soc is not None else "", Role.TEXT3))
    bank = view.panel.bank
    doubtful = "soc_percent" in view.shown.flags
    doubt = [Run(DOUBT_MARK, Role.LINK_TEXT)] if doubtful or (bank and bank.working < bank.of) else []
    if soc is None:
        return tuple(doubt) or (Run(ABSENT, Role.TEXT3),)
    return (*doubt, Run(f"{number(soc)}%", Role.TEXT3 if doubtful else Role.TEXT1, bold=not doubtful))


def power_runs(view: BatteryView) -> tuple[Run, ...]:
    watts = view.shown.battery_power_w
    figure = power_figure(watts, view.quality, signed=True).narrow
    return replace(figure, bold=not figure.mark).runs


def volts_runs(view: BatteryView) -> tuple[Run, ...]:
    volts = view.shown.battery_voltage_v
    if volts is None:
        return (Run(f"{ABSENT} V", Role.TEXT3),)
    decimals = 2 if abs(volts) < LOW_VOLTAGE_SYSTEM_V else 1
    return trusted(view.quality, Run(f"{number(volts, decimals)} V", Role.TEXT1))


def amperes_runs(view: BatteryView) -> tuple[Run, ...]:
    watts, amperes = view.shown.battery_power_w, view.shown.battery_current_a
    text = f"{number(amperes, 1, signed=True)}A"
    if amperes is None:
        return (Run(ABSENT, Role.TEXT3),)
    if view.quality is not Quality.GOOD:
        return trusted(view.quality, Run(text, Role.TEXT3))
    if conflicting(watts, amperes):
        return (Run("?", Role.LINK_TEXT), Run(text, Role.LINK_TEXT))
    return (Run(text, Role.TEXT2),)


def conflicting(watts: float | None, amperes: float | None) -> bool:
    """Whether power and current say opposite directions, both beyond noise: two moments of one device."""
    return watts is not None and amperes is not None and watts * amperes < 0 and abs(watts) > 50 and abs(amperes) > 0.5


def headroom_runs(view: BatteryView) -> tuple[Run, ...]:
    panel = view.panel
    if panel.charge is None and panel.discharge is None:
        return (Run(f"{ABSENT} no limits given by a BMS", Role.TEXT3),)
    runs: list[Run] = []
    for word, limit in (("charge ", panel.charge), ("  discharge ", panel.discharge)):
        runs += [Run(word, Role.TEXT3), *_limit(limit, view.limits)]
    return tuple(runs)


def _limit(limit: Limit | None, quality: Quality) -> tuple[Run, ...]:
    if limit is None:
        return (Run(ABSENT, Role.TEXT3),)
    if limit.blocked:
        return trusted(quality, Run("blocked", Role.TODAY_TEXT))
    free = Run(f"{number(limit.free_a)}A", Role.TEXT1)
    return trusted(quality, free, Run(f" of {number(limit.allowed_a)}", Role.TEXT3))


def gauge_runs(limit: Limit | None, quality: Quality) -> tuple[Run, ...]:
    """How much of a limit is used, and what is free of it."""
    if limit is None or limit.blocked or quality is not Quality.GOOD:
        return _limit(limit, quality)
    eighths = min(_GAUGE * 8, round(limit.used_a * _GAUGE * 8 / limit.allowed_a))
    bar = "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]
    return (
        Run(bar, Tone(Role.BATTERY, Step.FILL)),
        Run("·" * (_GAUGE - len(bar)), Role.TEXT3),
        Run(f"  {number(limit.free_a)}A", Role.TEXT1),
        Run(" free", Role.TEXT2),
    )


def window_runs(view: BatteryView) -> tuple[Run, ...]:
    """The voltage and the window that the BMS sets for it."""
    panel = view.panel
    low, high = panel.low_voltage_v, panel.charge_voltage_v
    if low is None and high is None:
        return volts_runs(view)
    window = f" in {number(low, 1)}-{number(high, 1)}" if low is not None and high is not None else ""
    window = window or (f" up to {number(high, 1)}" if high is not None else f" from {number(low, 1)}")
    return (*volts_runs(view), Run(window, Role.TEXT3))


def span_runs(span: Span, quality: Quality) -> tuple[Run, ...]:
    if span.seconds is None:
        word = f" while {span.reason}" if span.reason in ("charging", "discharging") else f" {span.reason}"
        return (Run((ABSENT + word).rstrip(), Role.TEXT3),)
    return trusted(quality, Run(duration(span.seconds), Role.TEXT1))


def time_runs(view: BatteryView) -> tuple[Run, ...]:
    """Whether the night is survived, then how long it takes to the floor or to full at the draw of now."""
    panel = view.panel
    for word, span in (("at this draw ", panel.to_floor), ("to full ", panel.to_full)):
        if span.seconds is not None:
            night = _night(view)
            return (*night, *([Run("  ")] if night else []), Run(word, Role.TEXT3), *span_runs(span, view.quality))
    if panel.to_full.reason == "set the capacity" or panel.to_floor.reason == "set the capacity":
        return (Run(f"{ABSENT}  set the capacity in the station file", Role.TEXT3),)
    return (Run(f"{ABSENT}  {panel.to_floor.reason}".rstrip(), Role.TEXT3), Run("  "), *_night(view))


def _night(view: BatteryView) -> tuple[Run, ...]:
    dawn = view.dawn
    if dawn is None or dawn.low_percent is None:
        return ()
    if dawn.empty_at is not None:
        return projected(view.quality, Run(f"empty about {clock(dawn.empty_at)}", Role.TODAY_TEXT))
    return projected(view.quality, Run("not empty tonight", Role.TEXT2))


def sunrise_runs(view: BatteryView) -> tuple[Run, ...]:
    dawn = view.dawn
    if dawn is None or dawn.low_percent is None:
        return (
            Run(f"{ABSENT} set the capacity" if not view.panel.capacity_ah else f"{ABSENT} not known yet", Role.TEXT3),
        )
    at = (Run(f"{clock(dawn.sunrise_at)} ", Role.TEXT2),) if dawn.sunrise_at is not None else ()
    return (*at, *_night(view))


def condition_parts(view: BatteryView) -> list[tuple[Run, ...]]:
    """Cells and temperature, where the battery gives them."""
    parts: list[tuple[Run, ...]] = []
    if view.shown.cell_spread_v is not None:
        spread = Run(f"{number(view.shown.cell_spread_v * 1000)} mV", Role.TEXT1)
        parts.append((Run("cells ", Role.TEXT3), *trusted(view.cells, spread)))
    if temperature := _temperature(view):
        parts.append((Run("temp ", Role.TEXT3), *trusted(view.quality, Run(temperature, Role.TEXT1))))
    return parts


def cells_runs(view: BatteryView) -> tuple[Run, ...]:
    spread = view.shown.cell_spread_v
    if spread is None:
        return (Run(f"{ABSENT} the BMS gives none" if view.panel.charge else ABSENT, Role.TEXT3),)
    temperature = _temperature(view)
    shown = trusted(view.cells, Run(f"{number(spread * 1000)} mV", Role.TEXT1))
    return (*shown, Run("  "), *trusted(view.quality, Run(temperature, Role.TEXT2))) if temperature else shown


def _temperature(view: BatteryView) -> str:
    pack = view.pack
    if pack and pack.max_temperature_c is not None and pack.temperature_spread_k:
        return f"{number(pack.max_temperature_c - pack.temperature_spread_k)}-{number(pack.max_temperature_c)} C"
    celsius = view.shown.battery_temperature_c
    return "" if celsius is None else f"{number(celsius)} C"
