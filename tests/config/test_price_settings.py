"""`[station.prices]`: what is asked for beside which list, and that its token stays a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from victron_console.config import LoadResult, load
from victron_console.model.station_info import StationInfo

LEAST = '[[station]]\nid = "a"\nname = "A"\nurl = "https://a.example"\n'
TOKEN = "token-4f1d-9a3c"


def read(folder: Path, prices: str, more: str = "") -> LoadResult:
    file = folder / "site.toml"
    file.write_text(f"{LEAST}{more}[station.prices]\n{prices}\n", encoding="utf-8")
    return load([file], environ={"TOKEN": TOKEN})


def test_a_list_is_known_by_what_the_store_keeps_without_its_token(tmp_path: Path) -> None:
    found = read(tmp_path, 'source = "entsoe"\nzone = "10Y1001A1001A82H"\ntoken = "env:TOKEN"\nadd = 0.2')
    assert found.faults == ()
    station = found.stations[0]
    access = station.prices.access()
    assert access is not None and access.token == TOKEN
    assert TOKEN not in json.dumps(station.public()) + repr(station) + repr(access)
    facts = StationInfo.from_json(station.public()).prices
    assert (facts.source, facts.zone, facts.add, facts.factor) == ("entsoe", "10Y1001A1001A82H", 0.2, 1.0)


@pytest.mark.parametrize(
    "prices",
    [
        'source = "energy-charts"\nzone = "DE-LU"', 'source = "awattar"\nzone = "at"',
        'source = "octopus"\nzone = "E-1R-AGILE-24-10-01-C"', 'source = "tibber"\ntoken = "env:TOKEN"',
        'source = "energy-charts"\nzone = "FR"\nurl = "http://192.0.2.1/price"\nsell_factor = 1.0\nsell_add = -0.01',
    ],
)  # fmt: skip
def test_each_source_is_taken_with_what_it_needs(tmp_path: Path, prices: str) -> None:
    assert read(tmp_path, prices).faults == ()


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ('source = "nordpool"', "energy-charts, awattar"),
        ('source = "energy-charts"', "a bidding zone such as DE-LU"),
        ('source = "energy-charts"\nzone = "DE/../LU"', "a bidding zone such as DE-LU"),
        ('source = "awattar"\nzone = "ch"', "de or at"),
        ('source = "octopus"\nzone = "AGILE"', "the tariff's code"),
        ('source = "entsoe"\nzone = "10Y1001A1001A82H"', "a reference to the token of entsoe"),
        ('source = "tibber"', "a reference to the token of tibber"),
        ('source = "tibber"\ntoken = "plain"', "a reference"),
        ('source = "awattar"\nzone = "de"\ntoken = "env:TOKEN"', "no token"),
        ('source = "awattar"\nzone = "de"\nfactor = -1.0', "factor"),
    ],
)
def test_what_a_source_cannot_do_is_refused_with_what_is_expected(tmp_path: Path, prices: str, expected: str) -> None:
    assert any(expected in str(fault) for fault in read(tmp_path, prices).faults)


def test_a_file_and_a_list_are_one_too_many(tmp_path: Path) -> None:
    ess = '[station.ess]\ntariff_file = "t.toml"\ncharge_kw = 1.0\ndischarge_kw = 1.0\n'
    found = read(tmp_path, 'source = "awattar"\nzone = "de"', ess)
    assert any("either a tariff_file" in str(fault) for fault in found.faults)
