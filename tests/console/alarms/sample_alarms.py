"""The alarms of the made-up fleet, with those that are held back, and what the store would say of the first one."""

from __future__ import annotations

from dataclasses import replace

from tests.console.sample_fleet import ALARMS, NOW, SAMPLE, alarm, at

from victron_console.console.alarms.data import AlarmDetail, AlarmPast, Moved, Stood
from victron_console.console.alarms.rates import AlarmLoad
from victron_console.console.kit.view import (
    Dawn,
    Mark,
)
from victron_console.store.records import Event

FAMILIES = {"1": "soc", "2": "cell", "3": "modules", "4": "offline", "5": "vdc", "6": "tank", "7": "config"}
HELD = tuple(
    alarm(number, Mark.HELD, at(13, 40 + number), "dune-pump", "Dune Pump", what, family=family, held_by="offline")
    for number, what, family in ((9, "SOC low", "soc"), (10, "Cell 3 low", "cell"), (11, "Tank low", "tank"))
)
SITES = tuple(
    replace(site, dawn=Dawn(0, 0, at(15, 12), at(6, 58) + 86_400)) if site.id == "alder-farm" else site
    for site in SAMPLE.sites
)
ALARMS_VIEW = replace(
    SAMPLE, sites=SITES, alarms=(*(replace(each, family=FAMILIES.get(each.id, "")) for each in ALARMS), *HELD)
)
RAISED = at(14, 29)
SEEN = 63
"""Columns of the two hours around the alarm that have come yet."""
VALUES = tuple(17.0 - 8.0 * number / SEEN if number < SEEN else None for number in range(120))
MOVED = (
    Moved("pv_power_w", "PV", tuple(900.0 - 33.0 * step for step in range(24))),
    Moved("battery_power_w", "Battery", tuple(-800.0 - 48.0 * step for step in range(24))),
    Moved("load_power_w", "Loads", tuple(1650.0 + 12.0 * step for step in range(24))),
)
SETTINGS = (
    Event(at(13, 50), "alder-farm", "setting", "Generator start at charge 20 -> 35 %"),
    Event(at(9, 12) - 3 * 86_400, "alder-farm", "setting", "Charge current limit 100 -> 140 A"),
)
DETAIL = AlarmDetail(
    "1",
    "soc_low",
    "raised below 10 for 30s, clears above 12 for 60s",
    10.0,
    True,
    RAISED - 3600,
    RAISED + 3600,
    VALUES,
    "%",
    AlarmPast(3, 7800.0, "mk", NOW - 11 * 86_400),
    contact="J. Alder +44 20 7946 0012   key at gate, runbook 4",
    moved=MOVED,
    settings=SETTINGS,
    stood=(
        Stood("1", "SOC low", "!!", RAISED, None),
        Stood("20", "Generator failed", "!!", RAISED - 900, RAISED - 300),
        Stood("21", "Battery cold", "!", RAISED - 4 * 86_400, RAISED - 4 * 86_400 + 7200),
    ),
)
LOAD = AlarmLoad(37, "SOC low", 11, 360.0)
