"""The screens, and the one table that says which key opens which. A screen is imported when it is first opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from victron_console.console.kit.frame.tab_strip import Tab
from victron_console.console.kit.view import URGENCY, FleetView, Mark
from victron_console.console.live.alarm_order import UNSEEN

if TYPE_CHECKING:
    from victron_console.console.kit.frame.screen import ConsoleScreen


@dataclass(frozen=True, slots=True)
class ScreenEntry:
    """A screen that can be opened by its key, its name in `:` and the palette."""

    key: str
    name: str
    about: str
    module: str
    cls: str

    def make(self) -> ConsoleScreen:
        """A new instance of the screen."""
        screen = getattr(import_module(f"victron_console.console.{self.module}.screen"), self.cls)
        return cast("ConsoleScreen", screen())


SCREENS = (
    ScreenEntry("1", "fleet", "Every site in one row, the worst first.", "fleet", "FleetScreen"),
    ScreenEntry("2", "site", "One site: its energy as wired, battery, day, devices and checks.", "site", "SiteScreen"),
    ScreenEntry("3", "alarms", "All alarms by what has been done about them.", "alarms", "AlarmsScreen"),
    ScreenEntry(
        "4", "cells", "The cells of a site, and the packs of the fleet by their spread.", "cells", "CellsScreen"
    ),
    ScreenEntry("5", "trends", "Values of a site over time, an hour to five years.", "trends", "TrendsScreen"),
    ScreenEntry("6", "paths", "Every value of a site by device: search, pin, copy.", "paths", "PathsScreen"),
    ScreenEntry("7", "link", "How every station is reached, and how the collector is.", "link", "LinkScreen"),
    ScreenEntry("8", "log", "What happened, newest first: alarms, deeds, links, settings.", "log", "LogScreen"),
    ScreenEntry(
        "9",
        "health",
        "What the past says of each site: battery, cells, inverter, grid; jobs.",
        "health",
        "HealthScreen",
    ),
)


def screen_tabs(view: FleetView, station: str | None, here: str) -> Sequence[Tab]:
    """The tabs: of the screen in front, of the alarms that nobody has seen, of what the chosen site has nothing for."""
    unseen = [alarm for alarm in view.alarms if alarm.mark in UNSEEN]
    worst = min((alarm.mark for alarm in unseen), key=URGENCY.__getitem__, default=Mark.NONE)
    site = view.site(station)
    empty = {"alarms": not view.alarms, "cells": site is not None and site.overview.cell_spread_v is None}
    return [
        Tab(
            entry.key,
            entry.name,
            here=entry.name == here,
            empty=empty.get(entry.name, False),
            count=len(unseen) if entry.name == "alarms" else 0,
            mark=worst,
        )
        for entry in SCREENS
    ]
