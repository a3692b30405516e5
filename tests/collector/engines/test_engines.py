"""All engines of the configuration: each for itself, edited while they run, with one alarm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from typing import cast

import httpx
import pytest
from tests.collector.engines.conftest import FakeEngine, Handover
from tests.patience import until

from victron_console.collector.engines import engines as engines_module
from victron_console.collector.engines.engines import Engines
from victron_console.collector.internal_faults import InternalFaults
from victron_console.config import EngineSettings
from victron_console.sources.tasks import end
from victron_console.store.engines import EngineState
from victron_console.store.read.reader import Reader


class Two(httpx.AsyncBaseTransport):
    """An engine at each of two ports."""

    def __init__(self) -> None:
        self.engines = {1: FakeEngine(), 2: FakeEngine()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.engines[cast("int", request.url.port)].handle_async_request(request)


def engine(name: str, port: int, **settings: object) -> EngineSettings:
    plain = {"name": name, "kind": "victoriametrics", "url": f"http://127.0.0.1:{port}", "repeat": "off"}
    return EngineSettings.model_validate(plain | settings)


class Running:
    def __init__(self, handover: Handover) -> None:
        self.two = Two()
        self.told: list[str] = []
        self.faults: list[str] = []
        faults = InternalFaults(handover.clock, self._fault)
        write = handover.recorder.call
        self.engines = Engines(handover.store, handover.clock, write, self._tell, faults, self.two)

    async def _tell(self, problem: str) -> None:
        self.told.append(problem)

    async def _fault(self, problem: str) -> None:
        self.faults.append(problem)


@pytest.fixture
async def running(handover: Handover, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    monkeypatch.setattr(engines_module, "LOOK_S", 0.01)
    made = Running(handover)
    task = asyncio.create_task(made.engines.run())
    yield made
    await end(task)


async def test_each_engine_gets_all_and_one_that_is_down_holds_up_no_other(
    handover: Handover, running: Running
) -> None:
    running.two.engines[1].answers = running.two.engines[1].down
    await handover.poll({"Soc": 50})
    running.engines.use((engine("a", 1), engine("b", 2)))
    await until(lambda: sum(running.two.engines[2].taken.values()) == 1)
    await until(lambda: any(state.failing_since for state in states(handover)))
    assert not running.two.engines[1].taken


async def test_an_engine_that_is_taken_out_ends_and_is_shown_no_more(handover: Handover, running: Running) -> None:
    running.engines.use((engine("a", 1), engine("b", 2)))
    await until(lambda: len(states(handover)) == 2)
    running.engines.use((engine("b", 2),))
    await until(lambda: [state.name for state in states(handover)] == ["b"])
    await handover.poll({"Soc": 50})
    running.engines.use((engine("b", 2, labels={"edited": "yes"}),))
    await until(lambda: sum(running.two.engines[2].taken.values()) == 1)
    assert not running.two.engines[1].taken


async def test_an_edit_that_comes_while_another_is_taken_up_is_not_lost(handover: Handover, running: Running) -> None:
    await until(lambda: running.told)  # the first look, without an engine
    for port in (1, 2, 1):
        running.engines.use((engine("a", port),))
        await asyncio.sleep(0)
    await handover.poll({"Soc": 50})
    await until(lambda: sum(running.two.engines[1].taken.values()) == 1)
    assert not running.two.engines[2].taken


async def test_an_alarm_of_a_collector_before_ends_once_all_engines_take_samples(
    handover: Handover, running: Running
) -> None:
    await until(lambda: running.told)  # the first look, without an engine
    running.told.clear()
    running.two.engines[1].answers = running.two.engines[1].down
    running.engines.use((engine("a", 1), engine("b", 2)))
    await until(lambda: any(state.failing_since for state in states(handover)) and running.two.engines[2].asked)
    assert running.told == []


async def test_without_engines_an_alarm_of_a_collector_before_ends(running: Running) -> None:
    await until(lambda: running.told == [""])


def states(handover: Handover) -> list[EngineState]:
    with closing(Reader(handover.store, handover.clock)) as reader:
        return reader.engines()
