"""Each published shape of a list of prices: what is asked, what is read, what is refused."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from tests.sources.prices import answers
from tests.sources.prices.answers import ACCESS, ANSWERS, MIDNIGHT, QUARTERS, document, per_kwh, point, series

from victron_console.model.units import HOUR_S
from victron_console.sources.prices import tibber
from victron_console.sources.prices.fetch import SHAPES
from victron_console.sources.prices.spot import NoPriceList, SpotPrices, until_next


def read(source: str, body: bytes) -> SpotPrices:
    access = ACCESS[source]
    return SHAPES[access.source].read(body, access)


@pytest.mark.parametrize("source", ANSWERS)
def test_a_day_of_25_hours_is_read_whole_with_its_negative_prices(source: str) -> None:
    found = read(source, ANSWERS[source]())
    assert sorted(found.by_quarter) == QUARTERS
    step_s = 1800.0 if source == "octopus" else 900.0
    told = [per_kwh(at - at % step_s) for at in QUARTERS]
    assert [found.by_quarter[at] for at in QUARTERS] == pytest.approx(told, abs=1e-6)
    assert min(found.by_quarter.values()) < 0
    assert found.currency == {"octopus": "GBP", "tibber": "SEK"}.get(source, "EUR")


@pytest.mark.parametrize("source", ["energy-charts", "awattar", "tibber"])
def test_hours_are_four_quarters_each(source: str) -> None:
    hours = [MIDNIGHT + HOUR_S * n for n in range(25)]
    body = ANSWERS[source](hours)
    if source == "awattar":
        data = json.loads(body)
        for row in data["data"]:
            row["end_timestamp"] = row["start_timestamp"] + 3_600_000
        body = json.dumps(data).encode()
    assert sorted(read(source, body).by_quarter) == QUARTERS


def test_what_is_asked_names_zone_span_and_token_where_it_belongs() -> None:
    urls = {}
    for source, access in ACCESS.items():
        asked = SHAPES[access.source].request(access, MIDNIGHT, MIDNIGHT + 48 * HOUR_S)
        urls[source] = str(asked.url)
    asked = tibber.request(ACCESS["tibber"], 0, 0)
    assert (
        asked.headers["authorization"] == "Bearer tibber-token-5e7d"
        and "priceInfo" in json.loads(asked.content)["query"]
    )
    query = json.loads(asked.content)["query"]
    assert query.count("{") == query.count("}")
    assert urls == {
        "energy-charts": "https://api.energy-charts.info/price?bzn=DE-LU&start=2025-10-25&end=2025-10-27",
        "awattar": "https://api.awattar.de/v1/marketdata?start=1761429600000&end=1761602400000",
        "octopus": "https://api.octopus.energy/v1/products/AGILE-24-10-01/electricity-tariffs/E-1R-AGILE-24-10-01-C/"
        "standard-unit-rates/?period_from=2025-10-25T22%3A00Z&period_to=2025-10-27T22%3A00Z&page_size=1500",
        "tibber": "https://api.tibber.com/v1-beta/gql",
        "entsoe": "https://web-api.tp.entsoe.eu/api?securityToken=entsoe-token-9c1b&documentType=A44"
        "&in_Domain=10Y1001A1001A82H&out_Domain=10Y1001A1001A82H&periodStart=202510252200&periodEnd=202510272200",
    }


def test_a_begin_that_is_left_out_leaves_its_time_without_a_price() -> None:
    left_out = [at for at in QUARTERS if at != QUARTERS[10]]
    assert sorted(read("energy-charts", answers.energy_charts(left_out)).by_quarter) == left_out
    hours_then_quarters = [0.0, 3600.0, 7200.0, 8100.0]
    assert until_next(hours_then_quarters) == [3600.0, 3600.0, 900.0, 900.0]


def test_a_price_that_is_null_is_none() -> None:
    data = json.loads(answers.energy_charts())
    data["price"][3] = None
    found = read("energy-charts", json.dumps(data).encode())
    assert QUARTERS[3] not in found.by_quarter and len(found.by_quarter) == 99


def test_the_home_that_is_named_is_taken_and_an_error_of_tibber_is_told() -> None:
    other = ACCESS["tibber"].__class__("tibber", "11111111-2222-3333-4444-555555555555", "", "t")
    with pytest.raises(NoPriceList, match="no such home"):
        tibber.read(answers.tibber(), other)
    assert tibber.read(answers.tibber(home=other.zone), other).by_quarter
    with pytest.raises(NoPriceList, match="invalid token"):
        read("tibber", b'{"data": null, "errors": [{"message": "invalid token"}]}')


def test_entsoe_leaves_out_what_repeats_in_variable_blocks_alone() -> None:
    points = point(1, 10) + point(3, -20)
    repeated = read("entsoe", document(series(points))).by_quarter
    assert [repeated[at] for at in QUARTERS[:4]] == [0.01, 0.01, -0.02, -0.02] and len(repeated) == 100
    assert len(read("entsoe", document(series(points, curve="A01"))).by_quarter) == 2


def test_entsoe_of_two_auctions_the_coupled_one_counts_and_of_two_resolutions_the_finer() -> None:
    coupled, other = series(point(1, 10)), series(point(1, 99), sequence=2)
    assert set(read("entsoe", document(other, coupled)).by_quarter.values()) == {0.01}
    hourly = series(point(1, 40), resolution="PT60M")
    quarters = series(point(2, 50), curve="A01")
    found = read("entsoe", document(hourly, quarters)).by_quarter
    assert [found[at] for at in QUARTERS[:3]] == [0.04, 0.05, 0.04]


def test_entsoe_acknowledging_instead_gives_its_reason() -> None:
    reason = "<Reason><code>999</code><text>No matching data found</text></Reason>"
    body = f"<Acknowledgement_MarketDocument>{reason}</Acknowledgement_MarketDocument>".encode()
    with pytest.raises(NoPriceList, match="No matching data found"):
        read("entsoe", body)


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (document(series(point(1, 10)), before=LAUGHS), "declares a document type"),
        (document(series(point(1, 10)), before='<!DOCTYPE l SYSTEM "file:///etc/passwd">'), "declares a document type"),
        (document("<a>" * 30 + "</a>" * 30), "nested too deep"),
        (document(series("<Point><position>1</position><price.amount>NaN</price.amount></Point>")), "finite"),
        (document(series("<Point><position>1</position><price.amount>1e999</price.amount></Point>")), "finite"),
        (document(series("<Point><price.amount>1</price.amount></Point>")), "finite|do not fit"),
        (document(series(point(101, 1))), "do not fit"),
        (document(series(point(1, 1) + point(1, 2))), "position"),
        (document(series(point(1, 1), resolution="PT1M")), "resolution"),
        (document(series(point(1, 1), unit="MAW")), "unit"),
        (document(series("")), "no price"),
        (document(series(point(1, 1)).replace("2025-10-26T23:00Z", "9999-10-26T23:00Z")), "do not fit"),
        (document(series(point(1, 1)).replace("2025-10-25T22:00Z", "2025-10-25T22:00")), "zone"),
        (document("<TimeSeries/>" * 600), "more than"),
        (document()[:-40], "no XML"),
        (b"\xff\xfe\x00", "no XML"),
        (b"", "no XML"),
    ],
)  # fmt: skip
def test_entsoe_refuses_what_is_no_list(body: bytes, words: str) -> None:
    with pytest.raises(NoPriceList, match=words):
        read("entsoe", body)


def changed(source: str, **change: object) -> bytes:
    """An answer of which the first entry, or the whole, was changed."""
    data = json.loads(ANSWERS[source]())
    entry = {
        "energy-charts": lambda: data, "awattar": lambda: data["data"][0], "octopus": lambda: data["results"][0],
        "tibber": lambda: data["data"]["viewer"]["homes"][1]["currentSubscription"]["priceInfo"]["today"][0],
    }[source]()  # fmt: skip
    entry.update(change)
    return json.dumps(data).encode()


HOSTILE = [
    ("energy-charts", {"unit": "EUR / day"}), ("energy-charts", {"price": [1.0]}),
    ("energy-charts", {"price": [1e300] * 100}), ("energy-charts", {"price": ["x"] * 100}),
    ("energy-charts", {"price": [float("nan")] * 100}), ("energy-charts", {"unix_seconds": [1e12] * 100}),
    ("energy-charts", {"unix_seconds": [MIDNIGHT] * 100}), ("energy-charts", {"unix_seconds": [], "price": []}),
    ("energy-charts", {"unix_seconds": [MIDNIGHT + 7], "price": [1.0]}),
    ("energy-charts", {"unix_seconds": list(range(20_000)), "price": [0.0] * 20_000}),
    ("awattar", {"end_timestamp": 9e15}), ("awattar", {"start_timestamp": -1}), ("awattar", {"unit": "Ct/kWh"}),
    ("awattar", {"marketprice": None}), ("awattar", {"end_timestamp": MIDNIGHT * 1000}),
    ("octopus", {"valid_to": None}), ("octopus", {"valid_to": "2031-01-01T00:00:00Z"}),
    ("octopus", {"valid_from": "yesterday"}), ("octopus", {"value_inc_vat": 1e30}),
    ("tibber", {"currency": "EUR"}), ("tibber", {"startsAt": "2025-10-26T00:00"}), ("tibber", {"total": "free"}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "change"), HOSTILE)
def test_what_is_no_list_is_refused(source: str, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # NoPriceList, or pydantic's
        read(source, changed(source, **change))


@pytest.mark.parametrize("source", ["energy-charts", "awattar", "octopus", "tibber"])
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"<html>", b'{"data": 1}', b"[" * 100_000, b"\xff"])
def test_what_is_no_answer_is_refused(source: str, body: bytes) -> None:
    with pytest.raises(ValueError):
        read(source, body)


def test_the_answers_here_hold_both_hours_of_the_change() -> None:
    rows = json.loads(answers.tibber())["data"]["viewer"]["homes"][1]["currentSubscription"]["priceInfo"]["today"]
    assert sum(row["startsAt"].startswith("2025-10-26T02:") for row in rows) == 8
    assert all(later - begin == 900 for begin, later in pairwise(QUARTERS))
