"""A station at a moment: the figures and what is doubtful of them are the same for whoever asks, live or later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from victron_console.insight.moment import StationMoment, station_moment
from victron_console.insight.overview.overview import polled
from victron_console.model.clock import ManualClock
from victron_console.model.judgement import PollMemory
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

Build = Callable[..., Snapshot]
BEGIN = 1_763_900_000.0
SIGNS = {"Dc/Battery/Power": -500.0, "Dc/Battery/Voltage": 52.0, "Dc/Battery/Current": 9.8}
FLOWS = {"Ac/Grid/L1/Power": 1000.0, "Dc/Battery/Power": 0.0}


class Site:
    """A station that is polled each 10 s; its judgement comes from the store again whenever it is restarted."""

    def __init__(self, path: Path, build: Build) -> None:
        self.clock = ManualClock(BEGIN)
        self.path = path
        self._build = build
        self._writer = Writer(path, self.clock)
        self._writer.register([StationRecord("alder", "Alder")])
        self._memory = PollMemory()

    def poll(self, system: dict[str, float], *, times: int = 1) -> None:
        for _ in range(times):
            self.clock.advance(10)
            snapshot = self._build({"system/0": system}, at=self.clock.at)
            shown, self._memory = polled(snapshot, self._memory)
            services = [
                ServiceReading(each.service, each.key, self.clock.at, each.readings)
                for each in snapshot.devices.values()
            ]
            live = StationStatus(StationState.LIVE, BEGIN)
            self._writer.record(
                StationUpdate(
                    "alder", self.clock.at, services=services, status=live, overview=shown, memory=self._memory
                )
            )

    def restart(self) -> None:
        self._writer.close()
        self._writer = Writer(self.path, self.clock)
        with closing(Reader(self.path, self.clock)) as reader:
            self._memory = reader.poll_memory("alder")

    def moment(self, as_of: float | None = None) -> StationMoment:
        with closing(Reader(self.path, self.clock)) as reader:
            found = station_moment(reader, "alder", as_of)
        assert found is not None
        return found

    def flags(self, as_of: float | None = None) -> dict[str, str]:
        return self.moment(as_of).shown.flags

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
def site(tmp_path: Path, build: Build) -> Iterator[Site]:
    made = Site(tmp_path / "store.db", build)
    yield made
    made.close()


def test_a_sign_conflict_is_told_of_the_past_as_it_was_told_live(site: Site) -> None:
    live = {}
    for poll in range(8):
        site.poll(SIGNS if poll < 6 else SIGNS | {"Dc/Battery/Current": -9.8})
        live[site.clock.at] = site.flags()
    assert ["battery_current_a" in flags for flags in live.values()] == [False, False, True, True, True, True, False,
                                                                        False]  # fmt: skip
    assert {at: site.flags(at) for at in live} == live


@pytest.mark.slow
def test_an_imbalance_is_told_of_the_past_as_it_was_told_live(site: Site) -> None:
    live = {}
    for poll in range(60):
        load_w = 980.0 if poll < 10 or poll >= 25 else 3000.0 + 40 * poll
        site.poll(FLOWS | {"Ac/Consumption/L1/Power": load_w})
        live[site.clock.at] = site.flags().get("balance", "")
    assert not any(list(live.values())[:10])
    assert list(live.values())[20].endswith("a meter's role, phase or direction.")
    assert not list(live.values())[-1]
    assert {at: site.flags(at).get("balance", "") for at in live} == live


def test_a_restarted_collector_goes_on_with_what_it_had_judged(site: Site) -> None:
    site.poll(SIGNS, times=2)
    site.restart()
    site.poll(SIGNS)
    assert "battery_current_a" in site.flags()
    site.restart()
    site.poll(SIGNS)
    assert "battery_current_a" in site.flags()


def test_a_balance_is_not_judged_before_a_minute_is_known(site: Site) -> None:
    for _ in range(6):
        site.poll(FLOWS | {"Ac/Consumption/L1/Power": 5000.0})
        assert "balance" not in site.flags()
        assert "balance" not in site.flags(site.clock.at)
    site.poll(FLOWS | {"Ac/Consumption/L1/Power": 5000.0})
    assert site.flags()["balance"].startswith("4000 W more go out than come in:")


def test_a_steady_judgement_is_recorded_once(site: Site) -> None:
    for poll in range(60):
        site.poll(FLOWS | {"Ac/Consumption/L1/Power": 5000.0 + poll})
    with closing(Reader(site.path, site.clock)) as reader:
        (rows,) = reader.db.execute("SELECT count(*) FROM judgement").fetchone()
    assert rows == 2, "not judged yet, then what was found"


def test_what_nobody_judged_is_judged_by_its_moment_and_says_so(site: Site) -> None:
    site.poll(FLOWS | {"Ac/Consumption/L1/Power": 5000.0}, times=9)
    at = site.clock.at
    site._writer.db.execute("DELETE FROM judgement")
    assert site.flags(at)["balance"].startswith("4000 W more go out than come in at this one moment:")
    site.poll(SIGNS, times=9)
    site._writer.db.execute("DELETE FROM judgement")
    assert "battery_current_a" not in site.flags(site.clock.at)
