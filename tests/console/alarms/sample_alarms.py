"""The alarms of the made-up fleet, with those that are held back, and what the store would say of the first one."""

from __future__ import annotations

from dataclasses import replace

from tests.console.sample_fleet import ALARMS, NOW, SAMPLE, alarm, at

from victron_console.console.alarms.data import AlarmDetail, AlarmPast
from victron_console.console.alarms.rates import AlarmLoad
from victron_console.console.kit.view import (
    Dawn,
    Mark,
)

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
VALUES = tuple(57.0 - 48.0 * (number / 179) ** 0.8 for number in range(180))
DETAIL = AlarmDetail(
    "1",
    "soc_low",
    "raised below 10 for 30s, clears above 12 for 60s",
    10.0,
    True,
    VALUES,
    "%",
    AlarmPast(3, 7800.0, "mk", NOW - 11 * 86_400),
    contact="J. Alder +44 20 7946 0012   key at gate, runbook 4",
)
LOAD = AlarmLoad(37, "soc_low", 11, 360.0)
