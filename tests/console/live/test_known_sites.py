"""A view that keeps what did not change is the view that is made whole, at any moment, of every kind of site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from victron_console.console.kit.view import Alarm, FleetView, Mark
from victron_console.console.live.assembly import HOLDS_S, KnownSites, fleet_view
from victron_console.console.live.daily import Daily
from victron_console.insight.fleet import at_moment
from victron_console.insight.overview.overview import overview
from victron_console.insight.sunrise import Dawn
from victron_console.insight.verdict.site_verdict import Known
from victron_console.model.device import class_of
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.simulated import SteppedFleet
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree
from victron_console.store.answers import StationRow

NOON = 1_763_899_200.0
STATIONS = 24


class Recorded:
    """Stations of every topology that the simulator has, each read now and then, as the store gives their rows."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.at = NOON
        self._fleet = SteppedFleet(demo_specs(STATIONS), NOON, warm_up_s=600)
        self._names = {station.spec.id: DeviceNames() for station in self._fleet.stations}
        self.rows = {station.spec.id: self._read(n) for n, station in enumerate(self._fleet.stations)}
        self.days = {name: self._day() for name in self.rows}
        self.alarms: tuple[Alarm, ...] = ()

    def step(self) -> None:
        """Let some time pass, and let some stations be read."""
        passed_s = self.dice.choice((0.25, 1.0, 4.0, 25.0, 40.0))
        self.at += passed_s
        self._fleet.step_to(self.at, passed_s)
        for n, name in enumerate(self.rows):
            if self.dice.random() < 0.3:
                self.rows[name] = self._read(n)
            if self.dice.random() < 0.02:
                self.days[name] = self._day()
        if self.dice.random() < 0.2:
            name = self.dice.choice(list(self.rows))
            mark = self.dice.choice((Mark.NOW, Mark.TODAY, Mark.ACKED_NOW))
            self.alarms = (Alarm("1", mark, self.at - 60, name, name, "SOC low", figure="soc_percent"),)

    def _read(self, number: int) -> StationRow:
        station = self._fleet.stations[number]
        cadence_s, devices = self.dice.choice((10.0, 60.0)), {}
        for service, tree in station.services().items():
            readings = read_tree(class_of(service), tree, self.at)
            key = self._names[station.spec.id].key(service, readings)
            failures = self.dice.choice((0, 0, 0, 0, 3))
            devices[key] = DeviceState(key, service, readings, self.at, cadence_s, failures)
        shown = overview(Snapshot(station.spec.id, self.at, devices))
        if self.dice.random() < 0.2:  # of a station of another version nobody knows what its figures come from
            shown = replace(shown, made_of={}, origins={})
        status = StationStatus(self.dice.choice((StationState.LIVE,) * 5 + (StationState.DEGRADED,)), NOON)
        return StationRow(station.spec.id, station.spec.name, (), StationInfo(), status, shown, self.at, cadence_s)

    def _day(self) -> Daily:
        empty_at = self.at + self.dice.uniform(-10.0, 300.0) if self.dice.random() < 0.5 else None
        return Daily(vrm_contact_at=NOON - 900.0, known=Known(dawn=Dawn(empty_at=empty_at, sunrise_at=self.at + 3600)))

    def view(self, known: KnownSites | None = None) -> FleetView:
        """The fleet as it is to be shown now."""
        return fleet_view(at_moment(self.rows.values(), self.at), self.days, self.alarms, self.at, known=known)


def without_vrm_age(view: FleetView) -> FleetView:
    """The view but for the one age that is told by the minute."""
    return replace(view, sites=tuple(replace(site, vrm_age_s=None) for site in view.sites))


@pytest.fixture(params=range(3))
def recorded(request: pytest.FixtureRequest) -> Iterator[Recorded]:
    yield Recorded(request.param)


def test_what_was_kept_is_what_would_be_made_anew(recorded: Recorded) -> None:
    known, kept, before = KnownSites(), 0, recorded.view()
    for _ in range(120):
        recorded.step()
        made = recorded.view(known)
        whole = recorded.view()
        assert without_vrm_age(made) == without_vrm_age(whole)
        for one, other in zip(made.sites, whole.sites, strict=True):
            assert one.vrm_age_s is not None
            assert other.vrm_age_s is not None
            assert 0.0 <= other.vrm_age_s - one.vrm_age_s < HOLDS_S
        kept += sum(one is other for one, other in zip(made.sites, before.sites, strict=True))
        before = made
    assert kept > 120 * STATIONS / 4


def test_a_clock_that_went_back_keeps_nothing(recorded: Recorded) -> None:
    known = KnownSites()
    recorded.view(known)
    recorded.at -= 600.0
    assert without_vrm_age(recorded.view(known)) == without_vrm_age(recorded.view())


def test_a_site_first_seen_late_becomes_old_in_time_also_where_nobody_knows_its_devices() -> None:
    status = StationStatus(StationState.DEGRADED, NOON)
    row = StationRow("alder", "Alder", (), StationInfo(), status, Overview(soc_percent=50.0), NOON, 10.0)
    known = KnownSites()
    seen = [fleet_view(at_moment([row], at), {}, (), at, known=known).sites[0].quality for at in (NOON + 25, NOON + 31)]
    assert seen == [Quality.GOOD, Quality.STALE]
