"""`vrm backfill` and `vrm validate` on the month that ships: our record served as the portal's, then edited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from shutil import copyfile
from zoneinfo import ZoneInfo

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner, Result
from tests.portal import TOKEN, Portal, site

from victron_console.catalogue.vrm import EnergyKind
from victron_console.cli.main import victron_console
from victron_console.contract.schemas import schema
from victron_console.diagnosing.external.own_counters import counted_quarters
from victron_console.diagnosing.external.quarters import own_quarters
from victron_console.diagnosing.record.five_minutes import FiveMinutes
from victron_console.model.clock import SystemClock, local, midnight
from victron_console.model.units import DAY_S
from victron_console.simulator.past.opened import open_past
from victron_console.store.read.reader import Reader

pytestmark = pytest.mark.slow
STATION, SITE, QUARTER_S = "cedar-house", 150001, 900
FLOWS = {"Pc": EnergyKind.PV, "Gc": EnergyKind.IMPORTED, "Bc": EnergyKind.DISCHARGED}


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("vrm") / "demo.db"
    open_past(store, 3, SystemClock().now())
    return store


@dataclass
class Account:
    """A store of our own, and a portal that has the same of it."""

    store: Path
    config: Path
    portal: Portal
    first: date
    last: date

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(
            victron_console, ["--config", str(self.config), "--store", str(self.store), "vrm", *words]
        )

    def taken_in(self) -> Result:
        return self.run("backfill", STATION, "--since", str(self.first), "--site", str(SITE))

    def course(self, code: str) -> dict[int, float]:
        return self.portal.quarters[SITE][code]

    def at(self, day: date, hour: float) -> int:
        with closing(Reader(self.store, SystemClock())) as reader:
            row = reader.station(STATION)
        assert row is not None
        return int(midnight(day, row.zone) + hour * 3600)


@pytest.fixture
def account(past: Path, tmp_path: Path) -> Iterator[Account]:
    """Flows of the portal that come to the same sums as ours: all PV to loads, all import to loads, and so on."""
    store = Path(copyfile(past, tmp_path / "store.db"))
    clock = SystemClock()
    with closing(Reader(store, clock)) as reader:
        row = reader.station(STATION)
        assert row is not None and row.zone is not None
        last = local(clock.now(), row.zone).date() - timedelta(days=1)
        first = last - timedelta(days=6)
        since, until = midnight(first, row.zone), midnight(last + timedelta(days=1), row.zone)
        own = own_quarters(FiveMinutes(reader, STATION, since - 300, until + 300).powers(), since, until)
        serial = str(reader.series(STATION, "system/0/Serial")[0].value)
        counted = counted_quarters(reader, STATION, own, round((until - since) / QUARTER_S))
        zone = row.zone
    begins = [int(since) + n * QUARTER_S for n in range(round((until - since) / QUARTER_S))]
    courses = {code: np.nan_to_num(counted.kwh[kind]) for code, kind in FLOWS.items()}
    known = {
        code: {at: float(kwh) for at, kwh in zip(begins, course, strict=True) if kwh}
        for code, course in courses.items()
    }
    known["bs"] = dict.fromkeys(begins, 50.0)
    portal = Portal([site(SITE, portal=serial, timezone=zone.key)], {SITE: known})

    def days(start: int, end: int) -> list[int]:
        there = ZoneInfo(portal.sites[0]["timezone"])
        begin = local(start, there).date()
        return [int(midnight(begin + timedelta(days=n), there)) for n in range(round((end - start) / DAY_S))]

    portal.days = days
    config = tmp_path / "config"
    config.mkdir()
    (tmp_path / "token").write_text(TOKEN)
    with portal.served() as url:
        (config / "vrm.toml").write_text(f'[vrm]\ntoken = "file:../token"\nurl = "{url}"\n')
        yield Account(store, config, portal, first, last)


def rows(account: Account, kind: str) -> dict[str, dict[str, object]]:
    told = json.loads(account.run("validate", STATION, "--json").stdout)
    jsonschema.validate(told, schema("vrm-validate"), jsonschema.Draft202012Validator)
    return {row["day"]: row for row in told["days"] if row["kind"] == kind}


def test_our_own_record_served_as_the_portals_differs_by_nothing(account: Account) -> None:
    assert "7 days taken in" in account.taken_in().output
    for kind in ("imported", "discharged"):
        for day, row in rows(account, kind).items():
            assert row["agrees"] or row["why"] == "counters", (day, row)
    pv = rows(account, "pv")
    assert len(pv) == 7
    assert all(row["agrees"] or row["why"] == "counters" for row in pv.values())


def test_the_site_of_another_gx_is_not_mixed_in(account: Account) -> None:
    account.portal.sites[0]["identifier"] = "d41243cd7c66"
    result = account.taken_in()
    assert result.exit_code == 1 and "would be mixed" in result.stderr
    with closing(Reader(account.store, SystemClock())) as reader:
        assert reader.external_spans(STATION) == []


def test_what_was_planted_is_named_as_what_it_is(account: Account) -> None:
    gap, lost, jump, missing = (account.first + timedelta(days=n) for n in (1, 2, 3, 4))
    for code in list(account.portal.quarters[SITE]):
        for n in range(20):
            account.course(code).pop(account.at(gap, 10) + n * QUARTER_S, None)
        for n in range(96):
            account.course(code).pop(account.at(missing, 0) + n * QUARTER_S, None)
    sunny = max((account.course("Pc").get(account.at(lost, n / 4), 0.0), n) for n in range(36, 56))[1]
    account.course("Pc").pop(account.at(lost, sunny / 4))
    account.course("Pc")[account.at(jump, 6)] = 150.0
    account.taken_in()
    found = {day: row["why"] for day, row in rows(account, "pv").items()}
    named = {gap: "their_gap", lost: "reset", jump: "jump", missing: "their_gap"}
    assert {day: found[str(day)] for day in named} == named


def test_days_of_another_zone_are_told_and_the_same_hours_compared(account: Account) -> None:
    account.portal.sites[0]["timezone"] = "America/New_York"
    account.taken_in()
    told = account.run("validate", STATION)
    assert "Another time zone: their days, of America/New_York, begin" in told.output
    pv = rows(account, "pv")
    assert all(row["agrees"] or row["why"] == "counters" for row in pv.values())
    assert str(account.first) not in pv, "their first day begins within ours"


def test_nothing_to_compare_is_no_pass(account: Account) -> None:
    assert account.run("validate", STATION).exit_code == 3
    account.portal.quarters.clear()
    account.taken_in()
    told = account.run("validate", STATION)
    assert told.exit_code == 3 and "nothing of the portal's past" in told.output
    assert account.run("backfill", "oak-mill").exit_code == 1
    account.portal.sites[0]["identifier"] = "d41243cd7c66"
    none = account.run("backfill", "--all")
    assert none.exit_code == 1 and "no site of the account is a station here" in none.output
    assert account.run("backfill").exit_code == 2


def test_a_record_that_shares_no_whole_day_with_the_portals_cannot_be_judged(account: Account) -> None:
    account.portal.quarters[SITE] = {"Pc": {account.at(account.first, 12): 1.0}}
    account.taken_in()
    told = account.run("validate", STATION)
    assert "Nothing could be compared" in told.output and told.exit_code == 3


def test_a_site_is_found_by_what_the_gx_says_of_itself(account: Account) -> None:
    serial = account.portal.sites[0]["identifier"]
    account.portal.sites[0]["identifier"] = "d41243cd7c66"
    told = account.run("backfill", STATION, "--since", str(account.first))
    assert told.exit_code == 1 and "no site whose GX is that of cedar-house" in told.output
    with closing(Reader(account.store, SystemClock())) as reader:
        serial = next(row.value for row in reader.series(STATION, "system/0/Serial"))
    account.portal.sites = [site(SITE, portal=str(serial).upper(), timezone="Europe/Kyiv")]
    assert "7 days taken in" in account.run("backfill", "--all", "--since", str(account.first)).output


def test_a_token_that_dies_meanwhile_keeps_what_came_and_says_so(account: Account) -> None:
    account.portal.fails("/stats", 401, {"success": False}, after=1)
    account.portal.fails("/users/me", 401, {"success": False}, after=1)
    told = account.taken_in()
    assert told.exit_code == 1
    assert "refused the token" in told.output and "goes on there" in told.output
