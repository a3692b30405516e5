"""Price lists of the web, fetched from a real server: when they are asked for, what stays, and what is told."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import pytest_asyncio
from tests.patience import PATIENCE_S
from tests.sources.prices import answers
from tests.sources.prices.answers import ACCESS, AFTER, ANSWERS, MIDNIGHT, QUARTERS, per_kwh

from victron_console.collector.advice.price_lists import KIND, PriceLists, is_due
from victron_console.collector.recorder import Recorder
from victron_console.config.station import StationConfig
from victron_console.diagnosing.ess.station_tariff import read_tariff
from victron_console.diagnosing.ess.tariff import BadTariff
from victron_console.model.clock import ManualClock
from victron_console.model.station_info import StationInfo
from victron_console.model.units import HOUR_S
from victron_console.sources.prices import fetch, kept
from victron_console.sources.prices.fetch import PricesUnavailable, fetch_prices
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

BERLIN = ZoneInfo("Europe/Berlin")
NOON = MIDNIGHT + 13 * HOUR_S  # 12:00 local, after the change


class Publisher:
    """A web server that answers with whatever it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes, str]] = []
        self.status = 200
        self.body = answers.energy_charts()
        self.goes_on = threading.Event()
        self.goes_on.set()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("content-length", 0))
                login = self.headers.get("authorization", "")
                publisher.asked.append((self.command, self.path, self.rfile.read(length), login))
                publisher.goes_on.wait(PATIENCE_S)
                self.send_response(publisher.status)
                if publisher.status == 302:
                    self.send_header("location", "http://127.0.0.1:9/")
                self.end_headers()
                with suppress(OSError):  # the other side had enough
                    self.wfile.write(publisher.body)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/list"


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.goes_on.set()
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.mark.parametrize("source", ANSWERS)
async def test_each_shape_comes_over_a_real_line(publisher: Publisher, source: str) -> None:
    publisher.body = ANSWERS[source]()
    found = await fetch_prices(replace(ACCESS[source], url=publisher.url), MIDNIGHT, AFTER)
    assert sorted(found.by_quarter) == QUARTERS
    method, path, body, login = publisher.asked[0]
    assert method == ("POST" if source == "tibber" else "GET") and path.startswith("/list")
    assert (b"priceInfo" in body) == (source == "tibber") and bool(login) == (source == "tibber")
    assert ("securityToken=entsoe-token-9c1b" in path) == (source == "entsoe")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, b"busy", "answered 503"),
        (401, b"entsoe-token-9c1b is not known", "answered 401"),
        (302, b"", "answered 302"),
        (200, b"<html>entsoe-token-9c1b</html", "no list"),
        (200, b"<Ack><Reason><text>bad entsoe-token-9c1b</text></Reason></Ack>", r"bad \*\*\*"),
        pytest.param(200, b" " * (fetch.LARGEST_ANSWER + 1), "more than a list can be", id="endless"),
    ],
)
async def test_what_cannot_be_used_is_said_without_the_token(
    publisher: Publisher, status: int, body: bytes, words: str
) -> None:
    publisher.status, publisher.body = status, body
    with pytest.raises(PricesUnavailable, match=words) as caught:
        await fetch_prices(replace(ACCESS["entsoe"], url=publisher.url), MIDNIGHT, AFTER)
    assert "entsoe-token-9c1b" not in str(caught.value)


async def test_a_publisher_that_does_not_answer_or_is_not_there_is_said(publisher: Publisher) -> None:
    publisher.goes_on.clear()
    access = replace(ACCESS["awattar"], url=publisher.url)
    with pytest.raises(PricesUnavailable, match="did not answer within"):
        await fetch_prices(access, MIDNIGHT, AFTER, deadline_s=0.05)
    with pytest.raises(PricesUnavailable, match="cannot be reached"):
        await fetch_prices(replace(access, url="http://127.0.0.1:1/list"), MIDNIGHT, AFTER)


def station(name: str, publisher: Publisher, **prices: object) -> StationConfig:
    table = {"source": "energy-charts", "zone": "DE-LU", "url": publisher.url, "factor": 1.19, "add": 0.1} | prices
    return StationConfig.model_validate({
        "id": name, "name": name, "http": {"url": f"http://192.0.2.10:8088/{name}"},
        "location": {"timezone": "Europe/Berlin"}, "prices": table,
    })  # fmt: skip


class Collected:
    """A store with two stations of one list, and what keeps it."""

    def __init__(self, store: Path, publisher: Publisher) -> None:
        self.store = store
        self.clock = ManualClock(NOON)
        self.recorder = Recorder(store, self.clock, lambda: Writer(store, self.clock))
        self.configs = [station("alder", publisher), station("birch", publisher, sell_factor=1.0)]
        self.lists = PriceLists(store, self.clock, self.recorder)

    def told(self) -> list[tuple[str | None, str]]:
        with closing(Reader(self.store, self.clock)) as reader:
            events = reader.events(0, self.clock.now() + 1, kinds=[KIND])
        return sorted((event.station, event.text) for event in events)

    def prices(self, config: StationConfig) -> tuple[list[float], list[float], float]:
        info = StationInfo.from_json(config.public())
        tariff = read_tariff(self.store, config.id, info, BERLIN)
        buy, sell = tariff.prices(np.array([MIDNIGHT + HOUR_S * n for n in range(26)]), BERLIN)
        return buy.tolist(), sell.tolist(), tariff.until


@pytest_asyncio.fixture
async def collected(tmp_path: Path, publisher: Publisher) -> AsyncIterator[Collected]:
    made = Collected(tmp_path / "store.db", publisher)
    await made.recorder.open()
    await made.recorder.register([StationRecord(one.id, one.name, one.public()) for one in made.configs])
    made.lists.use(made.configs)
    yield made
    await made.recorder.close()


async def test_stations_of_one_list_have_it_fetched_once_each_with_its_own_fees(
    collected: Collected, publisher: Publisher
) -> None:
    with pytest.raises(BadTariff, match="not fetched yet"):
        collected.prices(collected.configs[0])
    await collected.lists.fetch_due()
    assert len(publisher.asked) == 1 and not collected.told()
    means = [sum(per_kwh(MIDNIGHT + HOUR_S * n + 900 * q) for q in range(4)) / 4 for n in range(25)]
    buy, sell, until = collected.prices(collected.configs[0])
    assert buy[:25] == pytest.approx([1.19 * mean + 0.1 for mean in means], abs=1e-6) and np.isnan(buy[25])
    assert set(sell[:25]) == {0.0} and until == AFTER
    assert collected.prices(collected.configs[1])[1][:25] == pytest.approx(means, abs=1e-6)


@pytest.mark.slow
async def test_the_next_day_is_asked_for_from_13_h_on_each_hour_until_it_is_there(
    collected: Collected, publisher: Publisher
) -> None:
    collected.clock.at = MIDNIGHT
    asked_at = []
    tomorrow = [AFTER + 900.0 * n for n in range(96)]
    for minute in range(0, 25 * 60, 10):
        collected.clock.at = MIDNIGHT + minute * 60.0
        hour = (minute - 60) / 60 if minute >= 180 else minute / 60
        publisher.body = answers.energy_charts([*QUARTERS, *tomorrow] if hour >= 15.5 else QUARTERS)
        before = len(publisher.asked)
        await collected.lists.fetch_due()
        asked_at += [hour] if len(publisher.asked) > before else []
    assert asked_at == [0, 13, 14, 15, 16]
    assert collected.prices(collected.configs[0])[2] == AFTER + 24 * HOUR_S


@pytest.mark.slow
async def test_a_failing_list_keeps_what_was_there_and_is_told_once_and_once_when_it_is_back(
    collected: Collected, publisher: Publisher
) -> None:
    await collected.lists.fetch_due()
    known = collected.prices(collected.configs[0])
    publisher.status = 500
    for _ in range(3):
        collected.clock.advance(HOUR_S)
        await collected.lists.fetch_due()
    assert len(publisher.asked) == 4
    words = "prices: energy-charts answered 500; known to 2025-10-27 00:00, asked again each hour"
    assert collected.told() == [("alder", words), ("birch", words)]
    np.testing.assert_equal(collected.prices(collected.configs[0]), known)
    publisher.status = 200
    collected.clock.advance(HOUR_S)
    await collected.lists.fetch_due()
    assert ("alder", "prices: energy-charts answers again") in collected.told() and len(collected.told()) == 4


async def test_days_that_are_over_keep_their_prices_and_a_restart_asks_no_more_than_it_must(
    collected: Collected, publisher: Publisher
) -> None:
    await collected.lists.fetch_due()
    collected.clock.advance(24 * HOUR_S)
    publisher.body = answers.energy_charts([AFTER + 900.0 * n for n in range(96)])
    await collected.lists.fetch_due()
    buy, _, until = collected.prices(collected.configs[0])
    assert not np.isnan(buy).any() and until == AFTER + 24 * HOUR_S
    again = PriceLists(collected.store, collected.clock, collected.recorder)
    again.use(collected.configs)
    await again.fetch_due()
    assert len(publisher.asked) == 2


async def test_a_damaged_list_is_asked_for_anew(collected: Collected, publisher: Publisher) -> None:
    await collected.lists.fetch_due()
    (file,) = collected.store.with_name("store.db.prices").glob("*.json")
    file.write_text('{"currency": "EUR", "begins": [1], "prices": [], "fetched_at": 1}')
    again = PriceLists(collected.store, collected.clock, collected.recorder)
    again.use(collected.configs)
    await again.fetch_due()
    assert len(publisher.asked) == 2 and kept.load(file) is not None


async def test_a_folder_that_cannot_be_written_is_told(collected: Collected) -> None:
    collected.store.with_name("store.db.prices").write_text("in the way")
    await collected.lists.fetch_due()
    assert "none are known" in collected.told()[0][1]


async def test_each_contract_has_a_list_of_its_own(tmp_path: Path, collected: Collected, publisher: Publisher) -> None:
    secret = tmp_path / "token"
    secret.write_text("tibber-token-5e7d")
    publisher.body = answers.tibber()
    both = [station(name, publisher, source="tibber", zone="", token=f"file:{secret}") for name in ("alder", "birch")]
    collected.lists.use(both)
    await collected.lists.fetch_due()
    assert len(publisher.asked) == 2 and {asked[3] for asked in publisher.asked} == {"Bearer tibber-token-5e7d"}
    assert "5e7d" not in json.dumps(both[0].public()) + repr(both[0]) + repr(both[0].prices.access())


def test_a_list_of_another_zones_days_is_whole_and_a_clock_that_jumped_back_asks() -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    ends = MIDNIGHT + 25 * HOUR_S  # 23:00 in Lisbon
    assert not is_due(ends, NOON - 2 * HOUR_S, NOON, lisbon) and is_due(
        ends, NOON - 2 * HOUR_S, NOON + 3 * HOUR_S, lisbon
    )
    assert is_due(None, NOON + 60, NOON, lisbon) and not is_due(None, NOON - 60, NOON, lisbon)
