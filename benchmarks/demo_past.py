"""Makes the past that ships with the demonstration: a month lived, judged and diagnosed, into `past.zip`.

Run by `make demo-past`. The same code gives the same past.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.recorded_history import RecordedHistory
from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.collector.advice.advising import advised
from victron_console.collector.diagnosing import examined
from victron_console.collector.settings_log import settings_changes
from victron_console.diagnosing.ess.advice_log import same_course, told_of
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock, local
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.simulator.history import STEP_S, StationRecorder, next_read, station_record, still_held
from victron_console.simulator.past.forecast import forecast_of
from victron_console.simulator.past.opened import FILE, JUDGED_AT, LIVED_UNTIL, SPAN, STATES, STORE, TIMES, with_tariff
from victron_console.simulator.past.plant_state import state_of
from victron_console.simulator.past.stories import ADVISED, TARIFF, story_specs, story_troubles
from victron_console.simulator.simulated import SteppedFleet
from victron_console.simulator.station import WARM_UP_STEP_S
from victron_console.sources.open_meteo import Plane
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.connection import open_writable
from victron_console.store.diagnoses import DiagnosisRow, record_diagnosis
from victron_console.store.files.moved_times import Move, columns_with_times
from victron_console.store.operator.alarm_actions import acknowledge
from victron_console.store.promises import record_promise
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.sealed.chunks import Level
from victron_console.store.sealed.merge import due, merge_step
from victron_console.store.sealed.seal import HOT_S, SETTLED_S, seal_step
from victron_console.store.write.writer import Writer

ONLY_BY_NAME = True
DAYS = 30
DIAGNOSED_BEFORE_DAYS = (14, 7, 2, 1, 0)
ADVISED_EACH_H = 3
ADVISED_DAYS = 11
NOT_KEPT = re.compile(
    r"^Batteries$|TimeToGo|ConsumedAmphours|/S$|ConsumptionOn|^Ac/(?:Consumption|Grid|ActiveIn|Genset|PvOn\w+)/.*Current$"
    r"|Device/Time|TimeLastContact|UpTime|SignalStrength|Statistics|^Energy/|History/|Timers/|Dc/Vebus/|InverterCharger"
    r"|Ac/Out/P$|Ac/Out/L\d/I|Ac/ActiveIn/P|Available|CellTemperature|^Dc/Pv/Current|^Ac/ActiveIn/L\d/(?:S|I)$"
)
"""What is not recorded of the month: figures that follow from others, and those that are moments."""


def _kept(reading: ServiceReading) -> ServiceReading:
    return replace(reading, readings={p: r for p, r in reading.readings.items() if not NOT_KEPT.search(p)})


def _with_days_only(row: DiagnosisRow) -> DiagnosisRow:
    """A diagnosis without its months and years: what is moved by days would not begin with them any more."""
    return replace(row, body={**row.body, "energy": [each for each in row.body["energy"] if each[0] == "day"]})


class _Life:
    """The month of some stations."""

    def __init__(self, store: Path, days: float, only: tuple[str, ...]) -> None:
        self.store = store
        self.begin = JUDGED_AT - days * DAY_S
        specs = [spec for spec in story_specs() if not only or spec.id in only]
        self.fleet = SteppedFleet(specs, self.begin, story_troubles(JUDGED_AT))
        self.clock = ManualClock(self.begin)
        self.writer = Writer(store, self.clock)
        self.records = [self._record(record) for record in map(station_record, self.fleet.stations)]
        self.writer.register(self.records)
        self.recorders = [StationRecorder(station) for station in self.fleet.stations]
        self.reader = Reader(store, self.clock)
        self.engine = AlertEngine(shipped_rules(), RecordedHistory(self.reader))
        for record in self.records:
            self.engine.configure(record.id, record.tags, record.info)
        self.settings: dict[str, dict[str, Reading]] = {}
        self.held: list[StationUpdate] = []
        self.states: dict[str, dict[str, object]] = {}
        self.told: object = None

    def _record(self, record: StationRecord) -> StationRecord:
        return replace(record, info=with_tariff(record.id, dict(record.info), self.store.parent))

    def live(self) -> None:
        """All of it."""
        steps = round((LIVED_UNTIL - self.begin) / STEP_S)
        for step in range(steps + 1):
            at = self.clock.at = self.begin + step * STEP_S
            self.fleet.step_to(at, WARM_UP_STEP_S)
            self._record_step(at, step)
            if at % HOUR_S == 0.0 and at >= JUDGED_AT:
                self.states[f"{at:.0f}"] = {s.spec.id: state_of(s.plant) for s in self.fleet.stations}
            if at > JUDGED_AT:
                continue
            if at % HOUR_S == 0.0:
                self._by_the_hour(at)
            if at % DAY_S == 0.0:
                self._seal(at)
        self.reader.close()
        self.writer.close()

    def _record_step(self, at: float, step: int) -> None:
        reads = partial(next_read, STEP_S, slow=step % 4 == 0)
        read = [(recorder, recorder.update(at, reads)) for recorder in self.recorders]
        snapshots = {update.station: recorder.snapshot(at) for recorder, update in read if update}
        updates = [update for _, update in read if update]
        kept = [
            replace(one, services=[*map(_kept, one.services)], events=self._events(one), cadences=one.cadences)
            for one in updates
        ]
        self.writer.record_all([*self.held, *kept])
        self.held = still_held(updates, at, STEP_S, LIVED_UNTIL)
        if at <= JUDGED_AT:
            changes = self.engine.step(snapshots, at)
            record_alerts(self.writer.db, changes, at)
            self._tell(changes)

    def _tell(self, changes: AlertChanges) -> None:
        for it in changes.occurrences:
            print(
                f"    {local(it.raised_at):%d %H:%M} {it.key} {it.title} {'' if it.active else 'cleared'}", flush=True
            )

    def _events(self, update: StationUpdate) -> list:  # type: ignore[type-arg]
        events = []
        for reading in update.services:
            if reading.key == DeviceKey("settings", reading.key.instance):
                before = self.settings.get(update.station)
                self.settings[update.station] = dict(reading.readings)
                if before is not None:
                    events += settings_changes(update.station, update.at, before, reading.readings)
        return events

    def _by_the_hour(self, at: float) -> None:
        hour = round(at / HOUR_S)
        if hour % 24 == 3 and round((JUDGED_AT - at) // DAY_S) in DIAGNOSED_BEFORE_DAYS:
            self._diagnose(at)
        if hour % ADVISED_EACH_H == 0 and JUDGED_AT - at < ADVISED_DAYS * DAY_S:
            self._advise(at)
        if hour % 24 == 7:
            self._acknowledge(at)

    def _diagnose(self, at: float) -> None:
        for record in self.records:
            found = examined(self.store, record.id, at)
            if found.row is not None:
                record_diagnosis(self.writer.db, _with_days_only(found.row), found.steps)
                self.engine.diagnose(record.id, found.rules or {})
            print(f"  diagnosed {record.id} {found.trouble}", flush=True)

    def _advise(self, at: float) -> None:
        for station in self.fleet.stations:
            if station.spec.id != ADVISED:
                continue
            spec = station.spec
            found = advised(self.store, ADVISED, at, forecast_of(spec, Plane(spec.latitude, spec.longitude), at))
            if found.promise is not None:
                record_promise(self.writer.db, ADVISED, found.promise)
            now = told_of(found.advice)
            before = self.told
            is_news = now is not None and (
                before is None or local(before.at).date() != local(now.at).date() or not same_course(before, now, at)  # type: ignore[attr-defined, arg-type]
            )
            self.writer.note([*found.came, *([found.advice] if is_news else [])])
            self.told = now if is_news else before
            for event in (*found.came, found.advice):
                print(f"    {event.text[:150]}", flush=True)

    def _acknowledge(self, at: float) -> None:
        """In the morning somebody acknowledges what came and went."""
        for view in self.reader.alerts(at):
            it = view.occurrence
            if it.cleared_at is not None and view.ack is None and at - it.cleared_at > 6 * HOUR_S:
                acknowledge(self.writer.db, it.id, now=at, who="desk", comment="")

    def _seal(self, midnight: float) -> None:
        db = self.writer.db
        while seal_step(db, midnight + HOT_S):
            pass
        for device_no, level, period in due(db.conn, midnight + SETTLED_S, 100_000):
            if level is Level.DAY:  # weeks would not stay whole ones when the store is moved by days
                merge_step(db, device_no, level, period, midnight + SETTLED_S)
        print(f"{local(midnight, UTC):%d %b} {time.process_time():.0f} s of CPU", flush=True)


def make(target: Path, days: float = DAYS, only: tuple[str, ...] = ()) -> None:
    """Live through it and pack it."""
    with tempfile.TemporaryDirectory() as folder:
        store, packed = Path(folder) / "store.db", Path(folder) / "packed.db"
        (Path(folder) / "tariff.toml").write_text(TARIFF, "utf-8")
        life = _Life(store, days, only)
        life.live()
        with closing(Reader(store)) as reader:
            reader.db.conn.execute("VACUUM INTO ?", (str(packed),))
        with closing(open_writable(packed)) as db:
            times = columns_with_times(db, Move(*SPAN, 1))
            db.conn.execute("UPDATE block SET rollup = NULL")  # a day of a poll each quarter of an hour is read as fast
            db.conn.execute("VACUUM")
            db.conn.execute("PRAGMA journal_mode = DELETE")
        parts = {
            STORE: packed.read_bytes(),
            STATES: json.dumps(life.states).encode(),
            TIMES: json.dumps(times).encode(),
        }
        with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
            for name, content in parts.items():
                info = zipfile.ZipInfo(name, datetime(2020, 9, 21, tzinfo=UTC).timetuple()[:6])
                info.compress_type = zipfile.ZIP_LZMA
                archive.writestr(info, content)
                print(f"{name}: {len(content) / 1e6:.1f} MB")
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    make(
        Path(sys.argv[1]) if len(sys.argv) > 1 else FILE,
        float(sys.argv[2]) if len(sys.argv) > 2 else DAYS,
        tuple(sys.argv[3:]),
    )
