"""Stations made by hand, played through the engine poll by poll; time is a number, nothing sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import parse_rules, shipped_rules
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.model.alert import AlertEvent, AlertKey, Occurrence
from victron_console.model.alert_record import AlertChanges, KeptAlerts
from victron_console.model.device import DeviceKey, split_series
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState, StationState, StationStatus

T0 = 1_800_000_000.0
POLL_S = 10.0


def reading(value: Scalar, at: float) -> Reading:
    return Reading(None, at, Quality.ABSENT) if value is None else Reading(value, at)


@dataclass
class Site:
    """One station whose values a test sets; `poll` reads all of them, `fail` none."""

    id: str = "alder"
    values: dict[str, Scalar] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    set_aside: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    unanswered: tuple[str, ...] = ()
    services: dict[str, str] = field(default_factory=dict)
    cadence_s: float = POLL_S
    _devices: dict[DeviceKey, DeviceState] = field(default_factory=dict)
    _failures: int = 0

    def poll(self, now: float) -> Snapshot:
        """Everything read at `now`."""
        self._failures = 0
        trees: dict[DeviceKey, dict[str, Reading]] = {}
        for series, value in self.values.items():
            key, path = split_series(series)
            trees.setdefault(key, {})[path] = reading(value, now)
        for key, readings in trees.items():
            name = str(key)
            state = ServiceState.GONE if name in self.gone else ServiceState.LIVE
            state = ServiceState.SET_ASIDE if name in self.set_aside else state
            old = self._devices.get(key)
            read_at = old.read_at if old and state is not ServiceState.LIVE else now
            service = self.services.get(name, f"com.victronenergy.{key.cls}.x{key.instance}")
            accepted = name in self.accepted
            self._devices[key] = DeviceState(
                key, service, readings, read_at, self.cadence_s, 0, state, accepted=accepted
            )
        status = StationStatus(StationState.LIVE, now)
        return Snapshot(self.id, now, dict(self._devices), status, unanswered=self.unanswered)

    def fail(self, now: float) -> Snapshot:
        """A poll in vain: everything as it was, one failure more."""
        self._failures += 1
        self._devices = {
            key: DeviceState(key, it.service, it.readings, it.read_at, it.cadence_s, self._failures, it.state)
            for key, it in self._devices.items()
        }
        state = StationState.LOST if self._failures >= 3 else StationState.LIVE
        return Snapshot(self.id, now, dict(self._devices), StationStatus(state, now))


@dataclass
class Player:
    """An engine with one site, its clock, and everything it said."""

    alerts: AlertEngine
    site: Site = field(default_factory=Site)
    now: float = T0
    events: list[AlertEvent] = field(default_factory=list)
    stored: dict[int, Occurrence] = field(default_factory=dict)
    last: AlertChanges = field(default_factory=AlertChanges)
    levels: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def keep(self, result: AlertChanges) -> AlertChanges:
        """Take over what a step gave, as a store would."""
        self.events += result.events
        self.stored |= {occurrence.id: occurrence for occurrence in result.occurrences}
        for row in result.levels:
            self.levels[row.key] = row
            if row.phase == "normal":
                del self.levels[row.key]
        self.last = result
        return result

    def poll(self, seconds: float = 0.0, **values: Scalar) -> AlertChanges:
        """One poll `seconds` later; `soc=9` sets what SHORT calls soc."""
        self.now += seconds
        self.site.values |= {SHORT[name]: value for name, value in values.items()}
        return self.keep(self.alerts.step({self.site.id: self.site.poll(self.now)}, self.now))

    def run(self, seconds: float, **values: Scalar) -> None:
        """Polls each 10 s for a while."""
        self.site.values |= {SHORT[name]: value for name, value in values.items()}
        for _ in range(round(seconds / POLL_S)):
            self.poll(POLL_S)

    def fail(self, seconds: float) -> None:
        """Failed polls each 10 s for a while."""
        for _ in range(round(seconds / POLL_S)):
            self.now += POLL_S
            self.keep(self.alerts.step({self.site.id: self.site.fail(self.now)}, self.now))

    def kinds(self, family: str = "") -> list[str]:
        """What happened to a family, in order."""
        return [event.kind for event in self.events if f"|{family}" in event.key or not family]

    def open(self, family: str) -> Occurrence | None:
        """The open occurrence of a family."""
        return next((o for o in self.alerts.open if o.key.family == family), None)


def restarted(player: Player, rules: str = "") -> Player:
    """The same station under a new engine that knows what the store kept."""
    engine = AlertEngine(parse_rules(rules) if rules else shipped_rules())
    open_ones = [it for it in player.stored.values() if it.active]
    raises = [(AlertKey.parse(e.key), e.at) for e in player.events if e.kind in ("raised", "raised again")]
    engine.restore(
        KeptAlerts(open_ones, list(player.levels.values()), raises, max(player.stored, default=0) + 1), player.now
    )
    return Player(engine, player.site, player.now, [], dict(player.stored), levels=dict(player.levels))


SHORT: Mapping[str, str] = {
    "soc": "system/0/Dc/Battery/Soc",
    "source": "system/0/Ac/ActiveIn/Source",
    "grid_lost": "vebus/276/Alarms/GridLost",
    "volts": "system/0/Dc/Battery/Voltage",
    "hz": "vebus/276/Ac/ActiveIn/L1/F",
    "bms": "system/0/ActiveBmsService",
    "notices": "platform/0/Notifications/NumberOfUnAcknowledgedAlarms",
}

SOC_RULES = """
schema = 1
[[rule]]
id = "soc"
family = "soc"
title = "SOC low"
response = "Cut loads"
per = "station"
unit = "%"
[rule.inputs]
m = "system/*/Dc/Battery/Soc"
[[rule.level]]
severity = "critical"
raise = "last(m) < 10"
clear = "last(m) > 12"
for = "30s"
clear_for = "60s"
[[rule.level]]
severity = "warning"
raise = "last(m) < 20"
clear = "last(m) > 23"
for = "0s"
clear_for = "60s"
"""

CRIT_ONLY = SOC_RULES[: SOC_RULES.rindex("[[rule.level]]")]


@pytest.fixture
def play() -> Iterator[Callable[[str | RuleSet], Player]]:
    """A player by rule text; an empty text stands for the shipped rules."""

    def make(rules: str | RuleSet = "") -> Player:
        chosen = rules if isinstance(rules, RuleSet) else parse_rules(rules) if rules else shipped_rules()
        return Player(AlertEngine(chosen))

    yield make
