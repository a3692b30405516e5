"""ESS advice: only where a tariff is named, told when it changes, and never without a reason."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from victron_console.collector.advice.advising import Advising, advised
from victron_console.collector.recorder import Recorder
from victron_console.diagnosing.ess.advice_log import same_course, told_of
from victron_console.diagnosing.ess.advice_needs import wants_advice
from victron_console.model.clock import ManualClock
from victron_console.model.overview import Overview
from victron_console.model.station import StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.sources.open_meteo import IrradianceForecast
from victron_console.sources.prices import kept
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

NOW = 1_763_852_400.0  # a Saturday night, 23:00 UTC
DAYS = 16
TARIFF = 'buy = 0.40\nsell = 0.05\ncurrency = "€"\n[by_hour]\n"00-05" = 0.08\n'


def info(tariff: Path | None) -> dict[str, Any]:
    return {
        "battery": {"capacity_ah": 200.0},
        "location": {"latitude": 48.0, "longitude": 11.0, "timezone": "UTC"},
        "pv": {"kwp": 2.0, "tilt_deg": 35.0, "azimuth_deg": 170.0},
        "ess": {"tariff_file": str(tariff) if tariff else "", "charge_kw": 3.0, "discharge_kw": 3.0},
    }


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house that wants advice with 16 days of loads behind it, and one that names no tariff."""
    path = tmp_path_factory.mktemp("advice") / "store.db"
    tariff = path.with_name("tariff.toml")
    tariff.write_text(TARIFF, "utf-8")
    clock = ManualClock(NOW - DAYS * 86_400.0)
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord("alder", "Alder", info(tariff)), StationRecord("birch", "Birch", info(None))])
        updates: list[StationUpdate] = []
        while clock.now() <= NOW:
            hour = clock.now() / 3600.0 % 24
            load_w = 500.0 + 700.0 * math.exp(-((hour - 19.0) ** 2) / 8.0)
            shown = Overview(
                figures_at=clock.now(),
                soc_percent=30.0,
                battery_voltage_v=52.0,
                battery_power_w=0.0,
                load_power_w=load_w,
            )
            status = StationStatus(StationState.LIVE, clock.now()) if not updates else None
            updates.append(StationUpdate("alder", clock.now(), status=status, overview=shown))
            clock.advance(300.0)
        writer.record_all(updates)
    return path


def dull() -> IrradianceForecast:
    begins = tuple(NOW + 3600.0 * n for n in range(48))
    return IrradianceForecast(begins, tuple(60.0 if 9 <= at / 3600 % 24 < 15 else 0.0 for at in begins), NOW)


def wants(station: dict[str, Any]) -> bool:
    return wants_advice(StationInfo.from_json(station))


def test_only_a_station_with_all_that_it_takes_wants_advice(tmp_path: Path) -> None:
    whole = info(tmp_path / "t.toml")
    assert wants(whole) and not wants({}) and not wants(info(None))
    for table, key in (("battery", "capacity_ah"), ("pv", "kwp"), ("location", "latitude"), ("ess", "charge_kw")):
        assert not wants(whole | {table: whole[table] | {key: None}}), key


@pytest.mark.slow
def test_cheap_nights_before_a_dull_day_are_advised_with_what_they_save(store: Path) -> None:
    found = advised(store, "alder", NOW, dull()).advice
    assert found.kind == "advice" and found.station == "alder"
    assert "charge from the grid" in found.text and "saves about" in found.text and "Open-Meteo" in found.text
    charging = [step for step in found.details["steps"] if step[2] == "charge from grid"]
    assert charging and all(0 <= (step[0] / 3600) % 24 < 5 and step[3] > 0 for step in charging)
    assert 0 < found.details["low"] <= found.details["saving_a_day"] <= found.details["high"]


@pytest.mark.slow
def test_past_the_end_of_a_kept_forecast_no_sun_is_made_up(store: Path) -> None:
    whole = dull()
    half = replace(whole, begins=whole.begins[:10], w_m2=whole.w_m2[:10])
    found = advised(store, "alder", NOW, half).advice
    assert len(found.details["prices"]["buy"]) == 10


@pytest.mark.slow
def test_with_a_flat_price_nothing_is_to_be_changed(store: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat.toml"
    flat.write_text("buy = 0.30\nsell = 0.08", "utf-8")
    with priced(store, flat):
        found = advised(store, "alder", NOW, dull()).advice
    assert found.text.startswith("no change") and not found.details["steps"]


@pytest.mark.slow
def test_on_old_figures_nothing_is_advised(store: Path) -> None:
    assert "stale" in advised(store, "alder", NOW + 3600, dull()).advice.text


@contextmanager
def priced(store: Path, tariff: Path) -> Iterator[None]:
    """For a while the station names another tariff."""
    birch = StationRecord("birch", "Birch", info(None))
    with closing(Writer(store, ManualClock(NOW))) as writer:
        writer.register([StationRecord("alder", "Alder", info(tariff)), birch])
        yield
        writer.register([StationRecord("alder", "Alder", info(store.with_name("tariff.toml"))), birch])


@pytest.mark.slow
def test_a_list_of_the_web_is_advised_by_as_far_as_it_goes(store: Path) -> None:
    listed = info(None) | {"prices": {"source": "awattar", "zone": "de", "factor": 1.19, "add": 0.05}}
    facts = StationInfo.from_json(listed).prices
    begins = [NOW - 7 * 86_400.0 + 900.0 * n for n in range(8 * 96)]
    spot = {begin: -0.02 if begin / 3600 % 24 < 5 else 0.30 for begin in begins}
    with closing(Writer(store, ManualClock(NOW))) as writer:
        writer.register([StationRecord("alder", "Alder", listed), StationRecord("birch", "Birch", info(None))])
        try:
            assert "prices of awattar were not fetched yet" in advised(store, "alder", NOW, dull()).advice.text
            kept.save(kept.file_of(store, "alder", facts), kept.keep("EUR", spot, NOW))
            found = advised(store, "alder", NOW, dull()).advice
        finally:
            tariff = store.with_name("tariff.toml")
            writer.register(
                [StationRecord("alder", "Alder", info(tariff)), StationRecord("birch", "Birch", info(None))]
            )
    assert "charge from the grid" in found.text and "EUR a day" in found.text
    assert "Prices are listed for 24 h; nothing is advised past them" in found.text
    assert found.details["prices"]["buy"] == [0.407] + [0.0262] * 5 + [0.407] * 18


@pytest.mark.parametrize(("text", "told"), [("sell = 1", "buy is missing"), (None, "No such file")])
def test_a_tariff_that_cannot_be_read_is_said(store: Path, tmp_path: Path, text: str | None, told: str) -> None:
    tariff = tmp_path / "tariff.toml"
    if text is not None:
        tariff.write_text(text, "utf-8")
    with priced(store, tariff):
        assert told in advised(store, "alder", NOW, dull()).advice.text


@pytest.mark.slow
async def test_the_collector_asks_for_that_place_alone_and_tells_what_changed_once(store: Path) -> None:
    clock = ManualClock(NOW)
    asked: list[httpx.URL] = []
    down = False

    def line(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        if down:
            raise httpx.ConnectError("no route")
        hours = [NOW + 3600.0 * (n + 1) for n in range(48)]
        return httpx.Response(200, text=json.dumps({"hourly": {"time": hours, "global_tilted_irradiance": [0.0] * 48}}))

    recorder = Recorder(store, clock, lambda: Writer(store, clock))
    await recorder.open()
    work = Advising(store, clock, recorder, transport=httpx.MockTransport(line))
    for _ in range(2):
        await work.advise(work.due())
    with closing(Reader(store, clock)) as reader:
        (told,) = reader.events(NOW - 60, NOW + 60, kinds=["advice"])
    assert told.station == "alder" and "charge from the grid" in told.text
    with closing(Reader(store, clock)) as reader:
        (promise,) = reader.promises("alder", date(2025, 11, 1))
    assert promise.day == date(2025, 11, 23) and promise.kwh_m2 == 0.0 and promise.issued_at == NOW
    assert len(asked) == 1 and asked[0].params["latitude"] == "48.000" and asked[0].params["azimuth"] == "-10"
    down = True
    clock.advance(72 * 3600.0)
    await work.advise(work.due())
    with closing(Reader(store, clock)) as reader:
        newest = reader.events(NOW, clock.now(), kinds=["advice"])[0]
    assert newest.text.startswith("no advice: Open-Meteo cannot be reached")
    await recorder.close()


@pytest.mark.slow
def test_the_log_repeats_an_advice_only_for_another_course_another_price_or_another_day(store: Path) -> None:
    before = told_of(advised(store, "alder", NOW, dull()).advice)
    assert before is not None
    later = replace(before, at=NOW + 3600, text="saves a cent more")
    assert same_course(before, later, NOW + 3600)
    hour = NOW + 2 * 3600
    for changed in (replace(before.hours[hour], mode="sell"), replace(before.hours[hour], buy=9.9)):
        other = replace(later, hours={**before.hours, hour: changed})
        assert not same_course(before, other, NOW + 3600)
        assert same_course(before, other, hour + 3600), "what has passed is no news"
    silent = replace(before, hours={}, text="no advice: the state of charge is not known or stale")
    assert not same_course(before, silent, NOW) and same_course(silent, silent, NOW)
