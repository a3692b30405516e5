"""Firmware over a fleet: complaints by version, and an order of upgrades that risks one well site first."""

from __future__ import annotations

from victron_console.diagnosing.gx.firmware import compare
from victron_console.diagnosing.gx.upgrades import UpgradePlan, by_version, upgrade_plan

RUNS = {"alder": "v3.55", "birch": "v3.55", "cedar": "v3.70", "dune": "v3.55", "elm": "v3.55", "fir": ""}
TIERS = {"alder": "plan", "birch": "ok", "cedar": "ok", "dune": "act", "elm": "watch"}


def test_complaints_are_counted_by_version_the_newest_first_and_too_few_sites_are_told_apart() -> None:
    newest, older, unknown = by_version(compare(RUNS, {}), TIERS, {"alder": 3, "dune": 5, "nobody": 99})
    assert str(newest.version) == "v3.70" and (newest.stations, newest.urgent, newest.alarms) == (1, 0, 0.0)
    assert (older.stations, older.urgent, older.alarms) == (4, 2, 2.0)
    assert older.comparable and not newest.comparable and unknown.version is None


def test_a_well_site_is_upgraded_first_and_alone_and_a_sick_one_once_it_is_mended() -> None:
    assert upgrade_plan(compare(RUNS, {}), TIERS) == UpgradePlan("birch", ("elm", "alder"), ("dune",))
    assert upgrade_plan(compare({"cedar": "v3.70"}, {}), TIERS) == UpgradePlan(None, (), ())
