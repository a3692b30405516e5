"""The past taken in from the portal: all of it, once, and going on where a run was ended."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.portal import QUARTER_S, TOKEN, Portal, site

from victron_console.catalogue.vrm import LONGEST_STATS_DAYS
from victron_console.collector.past.vrm_backfill import SETTLED_S, Backfilled, backfill, days_to_ask
from victron_console.config.vrm import VrmAccess
from victron_console.model.clock import ManualClock, midnight
from victron_console.sources.base import SourceError
from victron_console.sources.vrm.client import VrmClient
from victron_console.sources.vrm.sites import site_of
from victron_console.store.lease import Lease
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

ZONE = ZoneInfo("Europe/Berlin")
FIRST, TODAY = date(2025, 12, 1), date(2026, 6, 1)
NUMBERS = count()


class Site:
    """A store with a station, and the portal's record of half a year of it."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(midnight(TODAY, ZONE) + 3600.0)
        self.store = folder / "store.db"
        with closing(Writer(self.store, self.clock)) as writer:
            writer.register([StationRecord("alder", "Alder")])
        since, until = int(midnight(FIRST, ZONE)), int(midnight(TODAY, ZONE))
        noons = [int(midnight(FIRST + timedelta(days=n), ZONE)) + 43_200 for n in range((TODAY - FIRST).days)]
        self.portal = Portal(
            [site(syscreated=since)],
            {150001: {"Pc": dict.fromkeys(noons, 1.0), "bs": dict.fromkeys(range(since, until, QUARTER_S), 50.0)}},
        )
        access = VrmAccess(f"http://backfill-{next(NUMBERS)}.invalid/v2", TOKEN)
        self.client = VrmClient(access, self.clock, pause=self.pause, transport=self.portal.transport())

    async def pause(self, seconds: float) -> None:
        self.clock.advance(seconds)

    async def run(self, since: date | None = None) -> Backfilled:
        found = site_of(self.portal.sites[0])
        assert found is not None
        return await backfill(self.store, "alder", self.client, found, ZONE, self.clock, since)

    def kept(self) -> dict[date, float]:
        with closing(Reader(self.store, self.clock)) as reader:
            days = reader.external_days("alder", "vrm", date.min, date.max)
        return {day.day: sum(day.sum_of(("Pc",), n) for n in range(day.quarters)) for day in days}


@pytest.fixture
def alder(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def test_all_days_from_the_sites_begin_to_yesterday_are_in(alder: Site) -> None:
    done = await alder.run()
    days = [FIRST + timedelta(days=n) for n in range((TODAY - FIRST).days)]
    assert alder.kept() == dict.fromkeys(days, 1.0)
    assert done == Backfilled(days=len(days), empty=0, kept=0)
    spans = [int(q["end"][0]) - int(q["start"][0]) for _, path, q in alder.portal.asked if path.endswith("stats")]
    assert max(spans) <= LONGEST_STATS_DAYS * 86_400


async def test_a_run_that_was_ended_goes_on_where_it_was(alder: Site) -> None:
    alder.portal.fails("/stats", 503, "<html>", after=5)
    with pytest.raises(SourceError):
        await alder.run()
    before, asked = alder.kept(), len(alder.portal.asked)
    assert 0 < len(before) < (TODAY - FIRST).days, "what came is kept, the newest first"
    assert max(before) == TODAY - timedelta(days=1)
    alder.portal.faults.clear()
    done = await alder.run()
    assert len(alder.kept()) == (TODAY - FIRST).days
    assert done.days == (TODAY - FIRST).days - len(before) + 3, "the days that are not settled are asked for again"
    whole = len(alder.portal.asked) - asked
    assert whole <= 2 * (1 + -(-(TODAY - FIRST).days // 30))


async def test_what_is_settled_is_not_asked_for_again_and_what_was_corrected_is_taken_over(alder: Site) -> None:
    await alder.run()
    alder.portal.quarters[150001]["Pc"] = dict.fromkeys(alder.portal.quarters[150001]["Pc"], 2.0)
    alder.clock.advance(SETTLED_S)
    again = await alder.run()
    assert again.days == 3 + 3, "three that were fresh then, and three new ones"
    assert alder.kept()[TODAY - timedelta(days=1)] == 2.0
    assert alder.kept()[TODAY - timedelta(days=4)] == 1.0


async def test_it_runs_beside_a_collector_and_changes_nothing_of_our_own(alder: Site) -> None:
    with Lease(alder.store, alder.clock):
        assert (await alder.run(TODAY - timedelta(days=10))).days == 10
    with closing(Reader(alder.store, alder.clock)) as reader:
        assert reader.series("alder") == []
        assert [event.text for event in reader.events(0.0, 2e10, "alder")] == [
            "past taken in: Victron's portal, site 150001"
        ]


async def test_days_without_anything_are_kept_as_such(alder: Site) -> None:
    alder.portal.quarters.clear()
    done = await alder.run()
    assert done.empty == done.days == (TODAY - FIRST).days
    with closing(Reader(alder.store, alder.clock)) as reader:
        assert reader.external_spans("alder") == []
    assert (await alder.run()).days == 3


def test_only_runs_of_days_that_are_missing_are_asked_for() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(100)]
    asked = {day: (0.0, SETTLED_S) for day in days if day.month == 2}
    runs = days_to_ask(asked, days[0], days[-1])
    assert [(run[0], run[-1]) for run in runs] == [
        (date(2026, 3, 31), date(2026, 4, 10)),
        (date(2026, 3, 1), date(2026, 3, 30)),
        (date(2026, 1, 31), date(2026, 1, 31)),
        (date(2026, 1, 1), date(2026, 1, 30)),
    ]
    assert days_to_ask({}, days[1], days[0]) == []


async def test_the_past_of_another_site_is_never_mixed_in(alder: Site) -> None:
    await alder.run(TODAY - timedelta(days=10))
    before, asked = alder.kept(), len(alder.portal.asked)
    alder.portal.sites[0]["idSite"] = 150002
    with pytest.raises(ValueError, match=r"has the past of site 150001, not of 150002"):
        await alder.run()
    assert alder.kept() == before and len(alder.portal.asked) == asked
