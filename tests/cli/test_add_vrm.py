"""`add --vrm` against a portal on loopback: what is listed, what is written, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.portal import TOKEN, Portal, site

from victron_console.cli.main import victron_console
from victron_console.cli.stations.vrm_account import site_of
from victron_console.config import load
from victron_console.sources.vrm.sites import VrmSite


@pytest.fixture
def portal() -> Portal:
    return Portal(
        [
            site(1, "Alder Farm", "c0619a000001", tags=[{"name": "north", "automatic": False}]),
            site(2, "Birch Hut", "c0619a000002", mqtt_host="mqtt3.example.org",
                 gateways=["c0619a000002", "c0619a000009"],
                 extended=[{"code": "lt", "rawValue": 52.5}, {"code": "lg", "rawValue": 13.4}]),
            site(3, "Cedar Boat", identifier=None),
        ]
    )  # fmt: skip


@pytest.fixture
def folder(portal: Portal, tmp_path: Path) -> Iterator[Path]:
    """A configuration that names the account."""
    made = tmp_path / "config"
    made.mkdir()
    (tmp_path / "token").write_text(TOKEN)
    with portal.served() as url:
        (made / "vrm.toml").write_text(f'[vrm]\ntoken = "file:../token"\nurl = "{url}"\n')
        yield made


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(victron_console, ["--config", str(folder), "add", *words])


def test_sites_are_listed_and_nothing_is_written_unasked(folder: Path) -> None:
    told = run(folder, "--vrm")
    assert told.exit_code == 0, told.output
    assert "1  Alder Farm: new, tags north" in told.output
    assert "3  Cedar Boat: it has no GX" in told.output
    assert "Nothing was chosen" in told.output
    assert len(list(folder.glob("*.toml"))) == 1


def test_a_chosen_site_becomes_a_station_that_is_read_over_the_portals_brokers(folder: Path) -> None:
    told = run(folder, "--vrm", "--site", "birch hut")
    assert told.exit_code == 0, told.output
    assert "further gateways, which are not read: c0619a000009" in told.output
    (station,) = load([folder]).stations
    assert (station.id, station.name, station.source) == ("birch-hut", "Birch Hut", "mqtt")
    assert (station.location.latitude, station.location.timezone) == (52.5, "Europe/Berlin")
    assert station.mqtt is not None
    access = station.mqtt.access()
    assert (access.host, access.user) == ("mqtt3.example.org", "user@example.invalid")
    assert access.password == f"Token {TOKEN}", "its token is a reference that holds from where its file lies"
    assert (station.fallback, station.vrm and station.vrm.site) == ("vrm", 2)
    assert TOKEN not in (folder / "birch-hut.toml").read_text()


def test_tags_choose_and_a_second_time_tells_new_and_vanished_sites(folder: Path, portal: Portal) -> None:
    assert "1 of 1 sites written" in run(folder, "--vrm", "--site", "north").output
    portal.sites = [site(4, "Elm Works", "c0619a000004"), site(2, "Birch Hut", "c0619a000002")]
    told = run(folder, "--vrm", "--all")
    assert "Alder Farm: configured as alder-farm, but not in this account any more; it stays" in told.output
    assert "2 of 2 sites written" in told.output
    assert {station.id for station in load([folder]).stations} == {"alder-farm", "elm-works", "birch-hut"}
    assert "Nothing to add" in run(folder, "--vrm", "--all").output


def test_sites_may_be_chosen_in_the_configuration(folder: Path) -> None:
    with (folder / "vrm.toml").open("a") as out:
        out.write('sites = ["1"]\n')
    assert "Alder Farm: written to" in run(folder, "--vrm").output


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--vrm", "--site", "Oak"), "no site of the account is called 'Oak'"), ((), "either HOST"),
     (("192.0.2.1", "--vrm"), "either HOST"), (("192.0.2.1", "--all"), "either HOST")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(folder: Path, words: tuple[str, ...], said: str) -> None:
    told = run(folder, *words)
    assert told.exit_code != 0
    assert said in told.output


def test_a_token_that_was_revoked_says_where_to_make_one(folder: Path, portal: Portal) -> None:
    portal.token = "another"
    told = run(folder, "--vrm")
    assert told.exit_code == 1
    assert "refused the token" in told.output and TOKEN not in told.output


def test_a_portal_that_fails_meanwhile_is_not_asked_for_the_gateways_of_each_site(folder: Path, portal: Portal) -> None:
    portal.fails("system-overview", 503)
    told = run(folder, "--vrm", "--all")
    assert "2 of 2 sites written" in told.output
    assert told.output.count("several gateways is not known") == len(portal.paths("system-overview")) == 1


def test_a_station_is_the_one_site_with_its_gx() -> None:
    sites = [VrmSite(n, f"Site {n}", gx, None, "", None, None) for n, gx in ((1, "aa"), (2, "BB"), (3, "bb"), (4, ""))]
    assert site_of(sites, "alder", ["AA"]).number == 1
    for ids, said in (
        (["bb"], "several sites have the GX of alder: 2, 3"),
        ([""], "no site whose GX"),
        ([], "read once"),
    ):
        with pytest.raises(ValueError, match=said):
            site_of(sites, "alder", ids)


def test_without_a_token_it_says_how_to_give_one(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    assert "write [vrm] with token" in run(tmp_path, "--vrm").output


def test_500_sites_are_listed(folder: Path, portal: Portal) -> None:
    portal.sites = [site(n, f"Site {n}", f"c0619a{n:06}") for n in range(1, 501)]
    assert run(folder, "--vrm").output.count(": new") == 500
