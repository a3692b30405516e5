"""The worker process that diagnoses each station once a day, its results for the store, and for the alarm rules.

One station after another, each in the night of its own place, behind everything else. A station that cannot be
diagnosed is told once and stops no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from functools import partial
from pathlib import Path
from zlib import crc32

from victron_console.alerts.rules.vocabulary import DIAGNOSTICS
from victron_console.collector.background.worker_process import be_worker, end_pool, spawn_context
from victron_console.collector.recorder import Recorder
from victron_console.diagnosing.verdict.kept_findings import unpack
from victron_console.model.clock import Clock, ManualClock, local, midnight
from victron_console.store.diagnoses import DiagnosisRow, StepRow, record_diagnosis
from victron_console.store.errors import StoreError
from victron_console.store.operator.wanted import WantedKind
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event
from victron_console.store.write.writer import Writer

log = logging.getLogger(__name__)

FIRST_S = 45.0
"""Nothing is diagnosed so soon after a start: the first polls are more urgent."""
EVERY_S = 300.0
ASKED_EVERY_S = 5.0
"""How often is looked whether an operator asks for a diagnosis."""
RETRY_S = 3600.0
"""A station that could not be diagnosed is tried again after so long."""
NIGHT_S = 3600.0
"""From one o'clock on, local time of the station ..."""
SPREAD_S = 4 * 3600
"""... spread over so many seconds, each station always at the same moment."""
NICE = 15
HandOver = Callable[[str, Mapping[str, float | None]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Examination:
    """What the worker brings: a result to keep, or why there is none."""

    row: DiagnosisRow | None = None
    steps: tuple[StepRow, ...] = ()
    rules: Mapping[str, float] | None = None
    trouble: str = ""


class Diagnosing:
    """Diagnoses every configured station once a day, until cancelled."""

    def __init__(
        self, store: Path, clock: Clock, recorder: Recorder, hand_over: HandOver, *, first_s: float = FIRST_S
    ) -> None:
        """Nothing runs before `run`.

        Args:
            store: what is read.
            clock: when it is night, and what is due.
            recorder: what writes.
            hand_over: takes the results that alarm rules read.
            first_s: wait so long before the first station.
        """
        self._store = store
        self._clock = clock
        self._recorder = recorder
        self._hand_over = hand_over
        self._first_s = first_s
        self._troubles: dict[str, str] = {}
        self._tried_at: dict[str, float] = {}

    async def run(self) -> None:
        """Hand over what is kept, then look every five minutes which station is due, and what an operator asks for."""
        await self._tell_rules()
        await asyncio.sleep(self._first_s)
        looked_at = float("-inf")
        while True:
            if self._clock.monotonic() - looked_at >= EVERY_S:
                looked_at = self._clock.monotonic()
                if due := await asyncio.to_thread(self.due):
                    await self.diagnose(due)
            if asked := await asyncio.to_thread(self.asked):
                await self.diagnose(asked)
            await asyncio.sleep(ASKED_EVERY_S)

    async def _tell_rules(self) -> None:
        """The rules go on with what was found last: a restart must not make their alarms unknown."""
        try:
            kept = await asyncio.to_thread(self._kept)
        except StoreError as error:
            log.warning("the kept diagnoses cannot be read: %s", error)
            return
        for station, rules in kept.items():
            await self._hand_over(station, _whole(rules))

    def _kept(self) -> dict[str, Mapping[str, float]]:
        with closing(Reader(self._store, self._clock)) as reader:
            found = {station: unpack(row.body) for station, row in reader.diagnoses().items()}
        return {station: kept.rules for station, kept in found.items() if kept is not None}

    def due(self) -> list[str]:
        """The stations to diagnose now; none where the store cannot tell."""
        now = self._clock.now()
        try:
            with closing(Reader(self._store, self._clock)) as reader:
                done = {station: row.at for station, row in reader.diagnoses().items()}
                return [
                    row.id
                    for row in reader.stations()
                    if row.read_at is not None
                    and now - self._tried_at.get(row.id, 0.0) >= RETRY_S
                    and done.get(row.id, 0.0) < due_since(row.id, now, row.zone)
                ]
        except StoreError as error:
            log.warning("what is due for diagnosis cannot be read: %s", error)
            return []

    def asked(self) -> list[str]:
        """The stations that an operator asks to be diagnosed and that were not tried since."""
        try:
            with closing(Reader(self._store, self._clock)) as reader:
                wishes = [wish for wish in reader.wanted() if wish.kind is WantedKind.DIAGNOSE]
                done = {station: row.at for station, row in reader.diagnoses().items()} if wishes else {}
                known = {row.id for row in reader.stations() if row.read_at is not None} if wishes else set()
        except StoreError as error:
            log.debug("what is asked for cannot be read: %s", error)
            return []
        tried = {
            wish.station: max(done.get(wish.station, 0.0), self._tried_at.get(wish.station, 0.0)) for wish in wishes
        }
        return [wish.station for wish in wishes if wish.station in known and wish.at > tried[wish.station]]

    async def diagnose(self, stations: list[str]) -> None:
        """These, one after another, in a process that ends with them: what it loaded takes 150 MB."""
        pool = ProcessPoolExecutor(1, mp_context=spawn_context(), initializer=be_worker, initargs=(NICE,))
        try:
            for station in stations:
                self._tried_at[station] = self._clock.now()
                await self._take(station, await self._examined(pool, station))
        except BrokenProcessPool:
            log.warning("the process that diagnoses died; the stations left are tried again later")
        finally:
            end_pool(pool)

    async def _examined(self, pool: ProcessPoolExecutor, station: str) -> Examination:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, examined, self._store, station, self._clock.now())

    async def _take(self, station: str, found: Examination) -> None:
        await self._tell(station, found.trouble)
        if found.row is None:
            if not found.trouble:  # its record is too young: look again with the next turn
                self._tried_at.pop(station, None)
            return
        try:
            await self._recorder.call(partial(_keep, row=found.row, steps=found.steps))
        except StoreError as error:
            log.warning("%s: its diagnosis could not be kept: %s", station, error)
        await self._hand_over(station, _whole(found.rules or {}))

    async def _tell(self, station: str, trouble: str) -> None:
        """Note the edge from well to failing and back."""
        before = self._troubles.get(station, "")
        self._troubles[station] = trouble
        if bool(trouble) == bool(before):
            return
        text = f"not diagnosed: {trouble}" if trouble else "diagnosed again"
        log.warning("%s: %s", station, text)
        event = Event(self._clock.now(), station, "diagnosis", text)
        try:
            await self._recorder.call(lambda writer: writer.note([event]))
        except StoreError as error:
            log.warning("%s: %s (not noted in the store: %s)", station, text, error)


def due_since(station: str, now: float, zone: tzinfo | None) -> float:
    """The last moment up to now at which a station's daily diagnosis was due (UTC epoch, s)."""
    offset = NIGHT_S + crc32(station.encode()) % SPREAD_S
    today = local(now, zone).date()
    due = midnight(today, zone) + offset
    return due if due <= now else midnight(today - timedelta(days=1), zone) + offset


def examined(store: Path, station: str, now: float) -> Examination:
    """In the worker: one station. Whatever fails is said, so that the others go on."""
    from victron_console.alerts.language.inputs import FIELDS  # scipy and the rules' fields are for the worker alone
    from victron_console.diagnosing.verdict.kept_findings import pack
    from victron_console.diagnosing.verdict.station_diagnosis import examine

    try:
        with closing(Reader(store, ManualClock(now))) as reader:
            found = examine(reader, station, now, FIELDS["errors"])
    except Exception as error:  # the worker's boundary
        logging.getLogger(__name__).exception("%s could not be diagnosed", station)
        return Examination(trouble=f"{type(error).__name__}: {error}")
    if found is None:
        return Examination()
    row = DiagnosisRow(station, now, pack(found.kept))
    return Examination(row, found.steps, found.kept.rules)


def _whole(rules: Mapping[str, float]) -> dict[str, float | None]:
    """All that rules may read: a figure that was known and is no more must not go on in their memory."""
    return {name: rules.get(name) for name in sorted(DIAGNOSTICS)}


def _keep(writer: Writer, row: DiagnosisRow, steps: tuple[StepRow, ...]) -> None:
    record_diagnosis(writer.db, row, steps)
