"""A store with one station, and an engine that answers as it is told."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from victron_console.collector.engines.engine_push import EnginePush
from victron_console.collector.recorder import Recorder
from victron_console.config import EngineSettings
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.service import ServiceReading
from victron_console.store.engines import EngineState
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

T0 = 1_800_000_000.0
Point = tuple[str, int]
"""Name of the metric and moment, ms."""


class FakeEngine(httpx.AsyncBaseTransport):
    """Counts how often it took each sample; may be down, answer otherwise, or be killed."""

    def __init__(self) -> None:
        self.taken: Counter[Point] = Counter()
        self.begun_at = 1
        """When it was started."""
        self.left_out = 0
        self.dedup = "1ms"
        self.answers: Callable[[bytes], httpx.Response | None] = lambda body: None
        self.requests = 0
        self.asked = 0
        """How often it was asked how it is."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/metrics":
            self.asked += 1
            self.answers(b"") if self.answers == self.down else None
            return httpx.Response(200, text=self._page())
        self.requests += 1
        body = gzip.decompress(await request.aread())
        if (answer := self.answers(body)) is not None:
            return answer
        for row in map(json.loads, body.splitlines()):
            assert len(row["values"]) == len(row["timestamps"])
            self.taken.update((row["metric"]["__name__"], at) for at in row["timestamps"])
        return httpx.Response(204)

    def _page(self) -> str:
        return (
            f'flag{{name="dedup.minScrapeInterval", value="{self.dedup}", is_set="true"}} 1\n'
            f'vm_rows_ignored_total{{reason="small_timestamp"}} {self.left_out}\n'
            f"vm_app_start_timestamp {self.begun_at}\n"
        )

    def down(self, body: bytes) -> httpx.Response:
        """An answer: none."""
        raise httpx.ConnectError("connection refused")


class Handover:
    """A recorder with a station, and what is handed over of it to one engine."""

    def __init__(self, store: Path, clock: ManualClock, recorder: Recorder, engine: FakeEngine) -> None:
        self.store, self.clock, self.recorder, self.engine = store, clock, recorder, engine
        self.told: list[str] = []
        self.read_at: list[float] = []
        """The moments of the polls."""
        self.push = self.made()

    def made(self, **settings: object) -> EnginePush:
        plain = {"name": "metrics", "kind": "victoriametrics", "url": "http://127.0.0.1:8428", "repeat": "off"}
        chosen = EngineSettings.model_validate(plain | settings)
        return EnginePush(chosen, self.store, self.clock, self.recorder.call, self._tell, self.engine)

    async def _tell(self, problem: str) -> None:
        self.told.append(problem)

    async def poll(self, values: Mapping[str, Scalar], device: str = "battery/258", wait_s: float = 1.0) -> None:
        """One reading of a device."""
        key, at = DeviceKey.parse(device), self.clock.now()
        self.read_at.append(at)
        readings = {
            path: Reading(value, at, Quality.ABSENT if value is None else Quality.GOOD)
            for path, value in values.items()
        }
        reading = ServiceReading(f"com.victronenergy.{key.cls}.x", key, at, readings)
        await self.recorder.record([StationUpdate("alder", at, [reading])])
        self.clock.advance(wait_s)

    async def send_all(self) -> None:
        """Turns until nothing is left, and time for the engine to have it on its disk; a failure ends it, too."""
        for _ in range(200):
            await self.push.turn()
            state = self.state()
            if state.waiting_since is None or state.failing_since is not None:
                return
            self.clock.advance(5.0)
        raise AssertionError("it never ends")

    def state(self) -> EngineState:
        with closing(Reader(self.store, self.clock)) as reader:
            return reader.engines()[0]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(T0)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
async def handover(tmp_path: Path, clock: ManualClock, engine: FakeEngine) -> AsyncIterator[Handover]:
    store = tmp_path / "store.db"
    recorder = Recorder(store, clock, lambda: Writer(store, clock))
    await recorder.open()
    await recorder.register([StationRecord("alder", "Alder Farm")])
    made = Handover(store, clock, recorder, engine)
    yield made
    await made.push.end()
    await recorder.close()
