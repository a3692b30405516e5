"""Stations made by hand after what owners reported, and what the console makes of them: no store, no wire, no sleep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.collector.device_table import is_connected
from victron_console.console.kit.state_line import Told, site_type, state_facts
from victron_console.console.kit.view import Site
from victron_console.console.site.data import SiteData, SiteDay, SiteFigures, site_figures
from victron_console.console.site.page import draw_page
from victron_console.console.site.parts import Page, PageState, SiteSection
from victron_console.insight.moment import StationMoment
from victron_console.insight.overview.overview import polled
from victron_console.model.alert import Occurrence
from victron_console.model.device import BUS_PREFIX, DeviceKey, class_of
from victron_console.model.judgement import PollMemory
from victron_console.model.overview import Overview
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree
from victron_console.store.answers import StationRow

T0 = 1_800_000_000.0
POLL_S = 10.0

Tree = dict[str, Any]
Bus = dict[str, Tree]
"""Bus name without `com.victronenergy.` to values by path."""
Change = Callable[[float, Bus], None]
"""Makes the bus what it is so many seconds after the start."""


def _as_it_is(_: float, __: Bus) -> None:
    return


@dataclass
class Made:
    """One station; `bus` is what its GX publishes, `change` moves it."""

    bus: Bus
    change: Change = _as_it_is
    tags: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    _names: DeviceNames = field(default_factory=DeviceNames)
    _gone: dict[DeviceKey, float] = field(default_factory=dict)

    def at(self, seconds: float) -> Snapshot:
        """The station so long after the start, everything just read."""
        now = T0 + seconds
        self.change(seconds, self.bus)
        states = {}
        self._names.on_bus([BUS_PREFIX + service for service in self.bus])
        for name, tree in self.bus.items():
            service = BUS_PREFIX + name
            readings = read_tree(class_of(service), tree, now)
            key = self._names.key(service, readings)
            there = is_connected(ServiceReading(service, key, now, readings))
            self._gone = {it: at for it, at in self._gone.items() if it != key} if there else {key: now} | self._gone
            state = ServiceState.LIVE if there else ServiceState.GONE
            states[key] = DeviceState(key, service, readings, read_at=now, state=state, since=self._gone.get(key, T0))
        return Snapshot("made", now, states, StationStatus(StationState.LIVE, T0))

    def shown(self, seconds: float = 120.0) -> tuple[Snapshot, Overview]:
        """What the collector makes of it after so long: its balance is judged over a minute."""
        memory = PollMemory()
        for number in range(int(seconds / POLL_S) + 1):
            snapshot = self.at(number * POLL_S)
            shown, memory = polled(snapshot, memory)
        return snapshot, shown

    def figures(self, seconds: float = 120.0) -> SiteFigures:
        """All that the Site screen is made of."""
        row, snapshot = self.row(seconds), self.at(seconds)
        return site_figures(StationMoment(row, snapshot))

    def row(self, seconds: float = 120.0) -> StationRow:
        """What the fleet knows of it after so long."""
        snapshot, shown = self.shown(seconds)
        return StationRow(
            "made", "Made", self.tags, StationInfo.from_json(self.config), snapshot.status, shown, snapshot.at, POLL_S
        )

    def screen(self, section: SiteSection = SiteSection.OVERVIEW, width: int = 160, height: int = 50) -> str:
        """The Site screen as text: what its header says of the station, then the page."""
        figures = self.figures()
        now = figures.snapshot.at
        site = Site("made", "Made", figures.shown, read_at=now - 4)
        page = Page(SiteData("made", figures, SiteDay(now - 86_400, now, ())), site, (), now, PageState(section))
        lines, _ = draw_page(page, width, height)
        facts = state_facts(Told(figures.snapshot, figures.shown, site, now, checks=len(figures.checks)))
        head = [site_type(figures.snapshot, figures.shown), *(run.text for run in facts)]
        return "\n".join(["   ".join(head), *(line.text.rstrip() for line in lines)])

    def audit(self) -> dict[str, str]:
        """The outcome of each check of the commissioning review."""
        return {finding.check: finding.outcome.value for finding in self.figures().audit}

    def alarms(self, seconds: float, each_s: float = POLL_S) -> list[Occurrence]:
        """The alarms (not the notes) that were raised within so long, each as it was last told."""
        engine = AlertEngine(shipped_rules())
        engine.configure("made", self.tags, self.config)
        raised: dict[int, Occurrence] = {}
        memory = PollMemory()
        for number in range(int(seconds / each_s) + 1):
            snapshot = self.at(number * each_s)
            shown, memory = polled(snapshot, memory)
            engine.diagnose("made", {"unbalanced": float("balance" in shown.flags)})
            told = engine.step({"made": snapshot}, snapshot.at)
            raised |= {it.id: it for it in told.occurrences if it.is_alarm}
        return list(raised.values())


def titles(alarms: list[Occurrence]) -> set[str]:
    """What alarms are called."""
    return {alarm.title for alarm in alarms}


def without(tree: Tree, *paths: str) -> Tree:
    """The tree with paths that have no value."""
    return tree | {path: [] for path in paths}
