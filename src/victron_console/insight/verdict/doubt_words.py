"""What makes a site's figures doubtful, as clauses: one for each of the overview's flags."""

from __future__ import annotations

from collections.abc import Iterator

from victron_console.insight.verdict.clause import Clause, Rank
from victron_console.model.overview import Overview
from victron_console.model.text import clean

SHORT = {
    "balance": "A meter is wrong.",
    "soc_percent": "Charge is doubtful.",
    "battery_bank": "Part of battery off.",
    "grid_meter": "Grid meter is wrong.",
    "pv_power_w": "PV meter is wrong.",
    "other_dc_power_w": "A DC meter is wrong.",
    "load_power_w": "Loads are doubtful.",
    "genset_power_w": "Generator meter wrong.",
    "grid_power_w": "Grid is doubtful.",
    "dc_load_power_w": "DC source unmeasured.",
    "battery_current_a": "Battery signs differ.",
    "battery_power_w": "Battery is doubtful.",
    "battery_voltage_v": "Voltage is doubtful.",
    "battery_temperature_c": "Warmth is doubtful.",
    "battery_roles": "Battery is unclear.",
    "battery_limits": "BMS limits conflict.",
    "time_to_go_s": "Time left is doubtful.",
    "system_state": "State is doubtful.",
    "ac_input": "AC input set wrong.",
}
"""The flags in the order in which they stand: what most other figures hang on comes first."""
OTHER = "A figure is doubtful."
SAID_BY_ALARM = {
    "battery_bank": "modules",
    "ac_input": "config",
    "genset_power_w": "config",
    "soc_percent": "soc_truth",
}
"""The alarm family that says the same as a flag."""


def doubt_clauses(shown: Overview, families: frozenset[str]) -> Iterator[Clause]:
    """The doubts about these figures.

    Args:
        shown: the site's figures.
        families: of the alarms that stand: what one of them says is not said twice.
    """
    order = list(SHORT)
    flags = sorted(shown.flags, key=lambda flag: (order.index(flag) if flag in SHORT else len(order), flag))
    for flag in flags:
        if SAID_BY_ALARM.get(flag) in families:
            continue
        text, short = clean(shown.flags[flag]), SHORT.get(flag, OTHER)
        if flag == "balance" and shown.imbalance_w:
            watts = _power(abs(shown.imbalance_w))
            text, short = f"{watts} unaccounted for: one meter is wrong.", f"{watts} unaccounted."
        yield Clause(text, short, Rank.DOUBT, "?")


def _power(watts: float) -> str:
    return f"{watts / 1e3:.3g} kW" if watts >= 1e3 else f"{watts:.0f} W"
