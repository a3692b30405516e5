"""The daily diagnosis: a fault is found and its twin stays quiet, results are kept, handed to the rules, and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.collector.worn_pair import TWIN, UNTIL, WORN, record_pair
from tests.patience import until

from victron_console.collector import diagnosing
from victron_console.collector.diagnosing import Diagnosing, Examination, due_since
from victron_console.collector.recorder import Recorder
from victron_console.diagnosing.verdict.kept_findings import Kept, unpack
from victron_console.diagnosing.verdict.risk import Tier
from victron_console.model.clock import ManualClock
from victron_console.store.diagnoses import DiagnosisRow
from victron_console.store.operator.wishes import diagnose_now, open_for_operator
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

AT = UNTIL + 60.0


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pair") / "store.db"
    record_pair(path)
    return path


class Rules:
    """What the alarm rules were handed."""

    def __init__(self) -> None:
        self.handed: dict[str, Mapping[str, float | None]] = {}

    async def take(self, station: str, results: Mapping[str, float | None]) -> None:
        self.handed[station] = results


@pytest.fixture
async def recorder(pair: Path) -> AsyncIterator[Recorder]:
    opened = Recorder(pair, ManualClock(AT), lambda: Writer(pair, ManualClock(AT)))
    await opened.open()
    yield opened
    await opened.close()


async def run_until(work: Diagnosing, holds: Callable[[], bool]) -> None:
    task = asyncio.create_task(work.run())
    await until(holds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def kept(path: Path, station: str) -> Kept:
    with closing(Reader(path, ManualClock(AT))) as reader:
        found = unpack(reader.diagnoses()[station].body)
    assert found is not None
    return found


@pytest.mark.slow
async def test_the_worker_finds_the_worn_battery_and_leaves_its_twin_alone(pair: Path, recorder: Recorder) -> None:
    clock, rules = ManualClock(AT), Rules()
    work = Diagnosing(pair, clock, recorder, rules.take, first_s=0)
    await run_until(work, lambda: set(rules.handed) == {WORN, TWIN})
    worn, twin = kept(pair, WORN), kept(pair, TWIN)
    assert worn.risk.tier is Tier.PLAN and twin.risk.word == "ok"
    assert worn.value("soh.loss") == pytest.approx(30.4 / 24, abs=0.2)
    assert worn.value("imbalance.growth") == pytest.approx(15.2, abs=1.0)
    assert twin.value("imbalance.growth") == pytest.approx(0.0, abs=0.3)
    assert rules.handed[WORN]["soh_loss_lo"] == worn.rules["soh_loss_lo"]
    assert rules.handed[TWIN]["replace_early_months"] is None, "what is not known is handed over as such"
    assert len(worn.courses["imbalance.spread"].at) >= 25
    with closing(Reader(pair, clock)) as reader:
        assert len(reader.load_steps(WORN, "battery/1")) == 60
        assert not work.due(), "a station is diagnosed once a day"

    # A new collector hands over what was kept before it has diagnosed anything.
    again = Rules()
    await run_until(Diagnosing(pair, clock, recorder, again.take), lambda: set(again.handed) == {WORN, TWIN})
    assert again.handed == rules.handed


class Inline:
    """A pool that runs the worker's function at once."""

    _processes = None

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def shutdown(self, **_: object) -> None:
        pass


@pytest.mark.slow
async def test_a_station_that_fails_is_told_once_and_stops_no_other(
    pair: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, rules = ManualClock(AT + 30 * 86_400), Rules()
    work = Diagnosing(pair, clock, recorder, rules.take, first_s=0)
    asked: list[str] = []

    async def brought(pool: object, station: str) -> Examination:
        asked.append(station)
        if station == WORN and len(asked) < 5:
            return Examination(trouble="ValueError: the arrays do not belong together")
        row = DiagnosisRow(station, clock.now(), {"version": 0})
        return Examination(row, (), {"unbalanced": 0.0})

    monkeypatch.setattr(diagnosing, "ProcessPoolExecutor", Inline)
    monkeypatch.setattr(work, "_examined", brought)
    for _ in range(3):
        await work.diagnose([WORN, TWIN])
    assert asked == [WORN, TWIN] * 3 and set(rules.handed) == {WORN, TWIN}
    with closing(Reader(pair, clock)) as reader:
        told = [event.text for event in reader.events(AT, clock.now() + 1, kinds=["diagnosis"])]
    assert sorted(told) == ["diagnosed again", "not diagnosed: ValueError: the arrays do not belong together"]


@pytest.mark.slow
async def test_a_station_that_failed_is_tried_again_after_an_hour(pair: Path, recorder: Recorder) -> None:
    clock = ManualClock(AT + 60 * 86_400)
    work = Diagnosing(pair, clock, recorder, Rules().take)
    work._tried_at[WORN] = clock.now() - 60
    assert work.due() == [TWIN]
    clock.advance(3600)
    assert set(work.due()) == {WORN, TWIN}


@pytest.mark.slow
async def test_a_station_whose_record_is_too_young_is_looked_at_again_with_the_next_turn(
    pair: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Diagnosing(pair, ManualClock(AT + 90 * 86_400), recorder, Rules().take)

    async def brought(pool: object, station: str) -> Examination:
        return Examination() if station == WORN else Examination(trouble="ValueError: no")

    monkeypatch.setattr(diagnosing, "ProcessPoolExecutor", Inline)
    monkeypatch.setattr(work, "_examined", brought)
    await work.diagnose([WORN, TWIN])
    assert work.due() == [WORN]


@pytest.mark.slow
async def test_what_an_operator_asks_for_is_diagnosed_once_and_by_day(pair: Path, recorder: Recorder) -> None:
    clock = ManualClock(AT + 90 * 86_400)
    work = Diagnosing(pair, clock, recorder, Rules().take)
    assert work.asked() == []
    with closing(open_for_operator(pair)) as db:
        diagnose_now(db, TWIN, now=clock.now(), who="alma")
        diagnose_now(db, "nowhere", now=clock.now(), who="alma")
    assert work.asked() == [TWIN]
    work._tried_at[TWIN] = clock.now()
    assert work.asked() == [], "it was tried"
    work._tried_at.clear()
    clock.advance(7200)
    assert work.asked() == [], "nobody waits any more"


def test_each_station_is_due_once_in_its_own_night_always_at_the_same_time() -> None:
    noon = 1_763_899_200.0  # 12:00 UTC, 13:00 in Berlin
    berlin = ZoneInfo("Europe/Berlin")
    moments = {name: due_since(name, noon, berlin) for name in ("alder", "birch", "cedar", "dune")}
    assert len(set(moments.values())) == 4
    for name, at in moments.items():
        assert noon - 12 * 3600 <= at <= noon - 7 * 3600
        assert due_since(name, at + 1, berlin) == at
        assert due_since(name, at - 1, berlin) == at - 86_400
    assert due_since("alder", noon, ZoneInfo("Asia/Tokyo")) != moments["alder"]


@pytest.mark.parametrize("noon", [1_792_922_400.0, 1_774_778_400.0])
def test_a_station_is_due_once_also_in_the_night_in_which_the_clock_changes(noon: float) -> None:
    """25 October and 29 March 2026, about noon in Berlin."""
    for name in ("alder", "birch", "cedar", "dune"):
        moments = {due_since(name, noon - minutes * 60, ZoneInfo("Europe/Berlin")) for minutes in range(0, 14 * 60, 10)}
        assert len(moments) == 2  # of that night and of the one before


async def test_a_station_that_is_gone_by_then_stops_no_other(
    pair: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = Rules()
    work = Diagnosing(pair, ManualClock(AT + 90 * 86_400), recorder, rules.take)

    async def brought(pool: object, station: str) -> Examination:
        return Examination(DiagnosisRow(station, AT + 90 * 86_400, {"version": 0}), (), {})

    monkeypatch.setattr(diagnosing, "ProcessPoolExecutor", Inline)
    monkeypatch.setattr(work, "_examined", brought)
    await work.diagnose(["nobody", TWIN])
    with closing(Reader(pair, ManualClock(AT))) as reader:
        assert reader.diagnoses()[TWIN].body == {"version": 0}
