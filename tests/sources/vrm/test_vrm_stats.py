"""The past of a site: what is made of the portal's statistics, whatever they hold."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from tests.portal import QUARTER_S, TOKEN, Portal

from victron_console.catalogue.vrm import SUMS, EnergyKind
from victron_console.config.vrm import VrmAccess
from victron_console.model.clock import ManualClock, midnight
from victron_console.model.external.external_day import ExternalDay
from victron_console.sources.base import BadAnswer
from victron_console.sources.vrm.client import VrmClient
from victron_console.sources.vrm.stats import points_of, read_days

BERLIN = ZoneInfo("Europe/Berlin")
SITE = 150001
NUMBERS = count()


def client_of(portal: Portal) -> VrmClient:
    access = VrmAccess(f"http://stats-{next(NUMBERS)}.invalid/v2", TOKEN)
    return VrmClient(access, ManualClock(1_780_000_000.0), transport=portal.transport())


async def days_of(portal: Portal, first: date, number: int = 1, zone: ZoneInfo = BERLIN) -> list[ExternalDay]:
    days = [first + timedelta(days=n) for n in range(number)]
    portal.days = lambda since, until: [int(midnight(day, zone)) for day in days]
    return await read_days(client_of(portal), SITE, days, zone, 5.0)


def begin(day: date, zone: ZoneInfo = BERLIN) -> int:
    return int(midnight(day, zone))


@pytest.mark.parametrize(
    ("day", "zone", "quarters"),
    [
        (date(2026, 3, 29), BERLIN, 92), (date(2026, 10, 25), BERLIN, 100), (date(2026, 6, 1), BERLIN, 96),
        (date(2026, 6, 1), ZoneInfo("Asia/Kathmandu"), 96), (date(2026, 6, 1), ZoneInfo("Pacific/Kiritimati"), 96),
        (date(2026, 6, 1), ZoneInfo("Pacific/Pago_Pago"), 96),
    ],
)  # fmt: skip
async def test_a_local_day_has_all_its_quarters_in_every_zone(day: date, zone: ZoneInfo, quarters: int) -> None:
    since, until = begin(day, zone), begin(day + timedelta(days=1), zone)
    around = range(since - 4 * QUARTER_S, until + 4 * QUARTER_S, QUARTER_S)
    portal = Portal(
        quarters={SITE: {"Pc": dict.fromkeys(around, 0.25), "bs": dict.fromkeys(around, (50.0, 49.0, 51.0))}}
    )
    (found,) = await days_of(portal, day, zone=zone)
    assert found.quarters == quarters == len(found.energies["Pc"]) == len(found.means["bs"])
    assert sum(found.told.get(code, 0.0) for code in SUMS[EnergyKind.PV]) == pytest.approx(0.25 * quarters)
    assert found.told_at == since
    assert (found.zone, found.asked_at) == (zone.key, 5.0)


async def test_holes_stay_holes_and_an_energy_left_out_is_none_where_anything_came() -> None:
    since = begin(date(2026, 6, 1))
    means = {since + n * QUARTER_S: (50.0, 49.0, 51.0) for n in range(96) if n not in (10, 11)}
    portal = Portal(quarters={SITE: {"bs": means, "Gc": {since: 0.5}}})
    first, second = await days_of(portal, date(2026, 6, 1), 2)
    assert first.seen() == frozenset(range(96)) - {10, 11}
    assert (first.sum_of(("Gc", "Gb"), 0), first.sum_of(("Gc", "Gb"), 1)) == (0.5, 0.0)
    assert second.seen() == frozenset() and second.told_at is None


def test_points_are_taken_as_far_as_they_are_some() -> None:
    nan = float("nan")
    rows = [[0, 1.0], [900_000, "2.5"], [900_000, 3], [1_800_000, None], [2_700_000], "x", [nan, 1], [3_600_000, nan]]
    assert points_of({"Pc": rows, "Pb": False, "Pg": []}, "here") == {"Pc": {0.0: (1.0,), 900.0: (3.0,)}}
    assert points_of([{"instance": 0, "stats": {"Pc": [[0, 1]]}}], "here") == {"Pc": {0.0: (1.0,)}}
    nothing: tuple[object, ...] = ([], None, False)
    assert [points_of(each, "here") for each in nothing] == [{}, {}, {}]
    others: tuple[object, ...] = ("text", 7, [1, 2], [{"instance": 0}])
    for other in others:
        with pytest.raises(BadAnswer):
            points_of(other, "here")


async def test_energies_below_nothing_or_beyond_all_sense_are_left_out() -> None:
    since = begin(date(2026, 6, 1))
    portal = Portal(quarters={SITE: {"Pc": {since: -1.0, since + QUARTER_S: 1e9, since + 2 * QUARTER_S: 1.0}}})
    (found,) = await days_of(portal, date(2026, 6, 1))
    assert found.energies == {"Pc": {2: 1.0}}
