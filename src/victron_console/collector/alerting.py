"""Runs the alert engine beside the fleet, in a thread of its own, and keeps what it changes.

The engine is pure; what it needs from outside is here: rule files that may be edited, the recorded past, the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.recorded_history import RecordedHistory
from victron_console.alerts.rules.rule_file import RulesInvalid, load_rules, rule_files, shipped_rules
from victron_console.collector.recorder import PASSING, Recorder
from victron_console.config.edits import Edits, Stamps, stamps_of
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import Clock
from victron_console.model.console_alarm import ConsoleAlarm
from victron_console.model.snapshot import Snapshot
from victron_console.store.alarms.engine_rows import kept_alerts, record_alerts
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

log = logging.getLogger(__name__)

RULES_INVALID = ConsoleAlarm(
    "rules_invalid", "Rule files are wrong", "mend the rule files; the last good rules are in force"
)

AT_ONCE = 50
"""Stations that are judged in one step. The first look at one takes some 30 ms, in which its rules are bound and their
windows filled from the past: of a thousand in one step nobody would hear for half a minute."""

T = TypeVar("T")


class RecordedPast:
    """The store's history as the engine's windows want it. Opened where it is first used: in the engine's thread."""

    def __init__(self, store: Path, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._reader: Reader | None = None

    def points(self, station: str, series: str, since: float, until: float) -> list[tuple[float, float | str | None]]:
        """Changes of a series, oldest first; None where there was no good value. Empty where they cannot be read."""
        try:
            self._reader = self._reader or Reader(self._store, self._clock)
            return RecordedHistory(self._reader).points(station, series, since, until)
        except StoreError as error:  # rules that need no past must go on judging
            log.debug("%s of %s: its past cannot be read: %s", series, station, error)
            return []

    def close(self) -> None:
        """Let the store go."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


class Alerting:
    """The engine, its rules and its memory, for as long as the collector runs."""

    def __init__(
        self, store: Path, clock: Clock, recorder: Recorder, rule_folders: Callable[[], Sequence[Path]]
    ) -> None:
        """Nothing is read before `open`.

        Args:
            store: where the past is read from.
            clock: names the moments.
            recorder: what writes.
            rule_folders: where the operator's own rules are now; asked at each look for edits.
        """
        self._clock = clock
        self._recorder = recorder
        self._folders = rule_folders
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="alerts")
        self._past = RecordedPast(store, clock)
        self._engine = AlertEngine(shipped_rules(), self._past)
        self._edits = Edits()
        self._unwritten: deque[AlertChanges] = deque()
        self._writing = asyncio.Lock()
        self._unjudged: dict[str, Snapshot] = {}
        self._skews_s: dict[str, float] = {}
        self._judging: asyncio.Task[None] | None = None
        self._step_began: float | None = None
        self.plan: Callable[[AlertChanges], AlertChanges] = lambda changes: changes
        """Takes what changed before it is stored, and gives it with what else is to be stored along."""
        self.failed: Callable[[Exception], None] = lambda error: log.exception("the alert engine failed")
        """Takes a fault of ours in the engine; to be called where it is caught."""

    async def open(self, stations: Sequence[StationRecord]) -> None:
        """Load the rules and go on where the last collector stood."""
        now = self._clock.now()
        kept = await self._recorder.call(lambda writer: kept_alerts(writer.db, now))
        await self._run(lambda: self._engine.restore(kept, now))
        await self.configure(stations)
        await self._read_rules(await asyncio.to_thread(self._look))

    async def configure(self, stations: Sequence[StationRecord]) -> None:
        """Take in what is configured; alarms of stations that are configured no more are closed."""
        for record in stations:
            await self._run(partial(self._engine.configure, record.id, record.tags, record.info))
        configured = {record.id for record in stations}
        for station in {alarm.key.station for alarm in self._engine.open if alarm.key.station} - configured:
            await self._keep(await self._run(partial(self._engine.forget, station, self._clock.now())))

    async def take_edits(self) -> None:
        """Read the rule files anew where they changed and are whole; see `Edits`."""
        stamps = await asyncio.to_thread(self._look)
        if self._edits.are_over(stamps):
            await self._read_rules(stamps)

    async def _read_rules(self, stamps: Stamps) -> None:
        """Judge by these files from now on; faulty ones leave the last good rules in force and are told."""
        self._edits.note_read(stamps)
        now = self._clock.now()
        try:
            rules = await asyncio.to_thread(load_rules, sorted(stamps))
            problem = ""
            await self._keep(await self._run(lambda: self._engine.reload(rules, now)))
        except RulesInvalid as invalid:
            problem = "; ".join(str(fault) for fault in invalid.faults)
            log.error("rule files: %s", problem)
        await self.tell_trouble(RULES_INVALID, problem)

    def take(self, snapshots: Mapping[str, Snapshot], skews_s: Mapping[str, float]) -> None:
        """Have what was polled judged as `step` does, some stations after others, while the recording goes on.

        Of a station that comes again before its turn the newest snapshot counts.

        Raises:
            StoreError: what was judged before could not be written, and that will not pass by itself.
        """
        self._unjudged |= snapshots
        self._skews_s |= skews_s
        if self._judging is not None and not self._judging.done():
            return
        if self._judging is not None:
            self._judging.result()
        self._judging = asyncio.create_task(self._judge_in_turn(), name="judge")

    @property
    def judging_for_s(self) -> float:
        """How long the engine has been at the step that it does now, s; 0.0 where it does none."""
        return 0.0 if self._step_began is None else self._clock.monotonic() - self._step_began

    async def _judge_in_turn(self) -> None:
        """A step for the stations that have waited longest, and others until none waits."""
        while True:
            turn = list(islice(self._unjudged, AT_ONCE))
            skews_s = {station: self._skews_s.pop(station) for station in turn if station in self._skews_s}
            await self.step({station: self._unjudged.pop(station) for station in turn}, skews_s)
            if not self._unjudged:
                return

    async def step(self, snapshots: Mapping[str, Snapshot], skews_s: Mapping[str, float]) -> None:
        """Judge what was polled and what time alone has changed, and keep the outcome.

        A fault of ours in the engine must not end the recording: it is logged, and the next step goes on.

        Args:
            snapshots: the stations polled since the last step, well or in vain.
            skews_s: the clock of each minus ours, where it is known.
        """
        now, monotonic = self._clock.now(), self._clock.monotonic()

        def judged() -> AlertChanges:
            for station, skew_s in skews_s.items():
                self._engine.diagnose(station, {}, skew_s)
            return self._engine.step(snapshots, now, monotonic)

        self._step_began = monotonic
        try:
            changes = await self._run(judged)
        except Exception as error:
            self.failed(error)
            return
        finally:
            self._step_began = None
        await self._keep(changes)

    async def tell_trouble(self, alarm: ConsoleAlarm, problem: str) -> None:
        """Raise or clear an alarm of the console itself; an empty problem clears it."""
        now = self._clock.now()
        await self._keep(await self._run(lambda: self._engine.console_alarm(alarm, problem, now)))

    async def diagnose(self, station: str, results: Mapping[str, float | None]) -> None:
        """Hand the results of the diagnostics to the rules that read them."""
        await self._run(lambda: self._engine.diagnose(station, results))

    async def close(self) -> None:
        """Judge what was taken and end the thread; what could not be written by now is lost with the process."""
        if self._judging is not None:
            await self._judging
        await self._run(self._past.close)
        self._thread.shutdown()

    def _look(self) -> Stamps:
        return stamps_of(file for folder in self._folders() for file in rule_files(folder))

    async def _keep(self, changes: AlertChanges) -> None:
        if not changes.empty:
            self._unwritten.append(self.plan(changes))
        await self._write()

    async def tidy(self) -> None:
        """Log the shelves whose time is over, also while no alarm changes."""
        if not self._unwritten:
            self._unwritten.append(AlertChanges())
        await self._write()

    async def _write(self) -> None:
        async with self._writing:  # the notifier's and the sealing's troubles come from tasks of their own
            while self._unwritten:
                oldest = self._unwritten[0]
                try:
                    await self._recorder.call(partial(_record, changes=oldest, now=self._clock.now()))
                except PASSING as error:
                    log.debug("alerts wait for the store: %s", error)
                    return
                self._unwritten.popleft()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _record(writer: Writer, changes: AlertChanges, now: float) -> None:
    record_alerts(writer.db, changes, now)
