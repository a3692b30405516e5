"""What rules may name beyond their inputs: parameters of a station (`p.X`) and results of the diagnostics (`d.X`).

docs/rules.md tells of each of them; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from victron_console.alerts.language.syntax import Kind


@dataclass(frozen=True, slots=True)
class ParameterName:
    """What a parameter is: its kind, what it means, and how an operator gives it where the station does not."""

    kind: Kind
    title: str
    """What an operator calls it, where it is told of."""
    unit: str
    """Of its number; empty where it has none."""
    meaning: str
    """With its unit."""
    given_by: str = ""
    """Keys of the station file beside `thresholds`, which can give each of them."""


def _number(title: str, unit: str, meaning: str, given_by: str = "") -> ParameterName:
    return ParameterName(Kind.NUMBER, title, unit, meaning, given_by)


PARAMETERS: Mapping[str, ParameterName] = {
    "chemistry": ParameterName(
        Kind.TEXT, "battery chemistry", "", "chemistry of the battery: lfp, nmc, lto, lead_acid", "battery.chemistry"
    ),
    "n_cells": _number("cells in series", "", "cells in series", "battery.cells_in_series"),
    "capacity_ah": _number("battery capacity", "Ah", "capacity of the battery in Ah", "battery.capacity_ah"),
    "cvl": _number("charge voltage limit", "V", "charge voltage limit of the BMS in V, the highest of an hour"),
    "v_margin": _number(
        "voltage allowed above the charge limit", "V", "what the battery may stand above its charge limit, in V"
    ),
    "v_class": _number("nominal battery voltage", "V", "nominal voltage class of the battery: 12, 24, 36 or 48 V"),
    "cell_high_warn": _number("high cell warning", "V", "cell voltage in V above which a warning is due"),
    "cell_high_crit": _number("high cell alarm", "V", "cell voltage in V above which it is critical"),
    "cell_low_warn": _number("low cell warning", "V", "cell voltage in V below which a warning is due"),
    "cell_low_crit": _number("low cell alarm", "V", "cell voltage in V below which it is critical"),
    "t_warn": _number("hot battery warning", "°C", "battery temperature in °C above which a warning is due"),
    "t_crit": _number("hot battery alarm", "°C", "battery temperature in °C above which it is critical"),
    "t_charge_min": _number(
        "coldest battery to charge", "°C", "battery temperature in °C below which it must not be charged"
    ),
    "soc_warn": _number("low charge warning", "%", "state of charge in % below which a warning is due"),
    "soc_crit": _number("low charge alarm", "%", "state of charge in % below which it is critical"),
    "soc_floor": _number("minimum charge of the ESS", "%", "minimum state of charge of the ESS in force, in %"),
    "soh_warn": _number("low battery health warning", "%", "state of health in % below which a warning is due"),
    "soh_crit": _number("low battery health alarm", "%", "state of health in % below which it is critical"),
    "spread_warn_v": _number(
        "cell spread warning", "V", "difference in V between highest and lowest cell above which a warning is due"
    ),
    "spread_crit_v": _number(
        "cell spread alarm", "V", "difference in V between highest and lowest cell above which it is critical"
    ),
    "f_nom": _number("nominal frequency", "Hz", "nominal frequency in Hz: 50 or 60", "grid.nominal_frequency_hz"),
    "u_nom": _number("nominal phase voltage", "V", "nominal voltage of a phase in V", "grid.nominal_voltage_v"),
    "mains_expected": ParameterName(Kind.TRUTH, "mains expected", "", "whether the mains should be there"),
    "grid_soft": ParameterName(
        Kind.TRUTH, "lost grid only a warning", "", "whether a mere warning of a lost grid is no critical alarm here"
    ),
    "offline_after_s": _number("time unread until it is lost", "s", "seconds unread after which a station is lost"),
    "freezer_warm_c": _number(
        "warm freezer warning", "°C", "temperature of a freezer in °C above which a warning is due"
    ),
    "tank_low_percent": _number("low tank warning", "%", "level of a tank in % below which a warning is due"),
    "tank_high_percent": _number(
        "full waste tank warning", "%", "level of a waste tank in % above which a warning is due"
    ),
}
"""Every parameter that rules, station files and overrides may name."""

DIAGNOSTICS: Mapping[str, str] = {
    "soh_loss_lo": "loss of health in % a month, lower bound",
    "spread_slope_lo": "growth of the cell spread in mV a month, lower bound",
    "temp_slope_lo": "rise of the temperature peaks in K a month, load and season taken out, lower bound",
    "can_weekly_median": "CAN errors of a usual week",
    "eta_drop_lo": "loss of inverter efficiency in points since its first 90 days, lower bound",
    "replace_early_months": "months until the battery is due for replacement, early end of the range",
    "r10s_ratio": "resistance over 10 s against its own first months, as a ratio",
    "soc_residual_percent": "difference in points between the state of charge shown and the one counted",
    "unbalanced": "1 while what comes in and what goes out of the site do not agree, else 0",
}
"""Results of the diagnostics that rules may read; not yet known until something gives them."""
