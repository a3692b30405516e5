"""What stations and machines do to a recorder: power that fails, services that come and go, values that change kind."""

from __future__ import annotations

import math
import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.store.conftest import service_reading
from tests.store.sealed.test_sealing_survives import kept_up

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.station import ServiceState
from victron_console.sources.values import read_tree
from victron_console.store.answers import GapKind
from victron_console.store.connection import open_writable
from victron_console.store.files.export import export
from victron_console.store.read.reader import Reader
from victron_console.store.records import ServiceChange, StationUpdate
from victron_console.store.sealed.verify import verify
from victron_console.store.write.writer import Writer

Poll = Callable[..., None]
LATER_S = 30 * 86_400.0


@pytest.mark.slow
def test_files_copied_at_any_moment_of_recording_hold_all_that_was_acknowledged(
    poll: Poll, writer: Writer, path: Path, tmp_path: Path, clock: ManualClock
) -> None:
    draw, steps, acknowledged = random.Random(5), 0, 0
    cuts: list[tuple[Path, int]] = []

    def step() -> int:
        nonlocal steps
        steps += 1
        if draw.random() < 0.03:
            cut = tmp_path / f"cut{len(cuts)}.db"
            for end in ("", "-wal"):
                shutil.copyfile(path.with_name(f"{path.name}{end}"), cut.with_name(f"{cut.name}{end}"))
            cuts.append((cut, acknowledged))
        return 0

    writer.db.conn.execute("PRAGMA wal_autocheckpoint = 20")  # the log is emptied many times on the way
    writer.db.conn.set_progress_handler(step, 4)
    for value in range(1, 61):
        poll({"P": value, "Name": f"pack {value}"})
        acknowledged = value
        clock.advance(10)
    writer.db.conn.set_progress_handler(None, 0)
    assert len(cuts) > 50
    for cut, least in cuts:
        with closing(Reader(cut, clock)) as reader:
            assert verify(reader.db).faults == []
            found = [p.value for p in reader.history("alder", "system/0/P", 0, clock.now())]
        assert found in (list(range(1, least + 1)), list(range(1, least + 2)))


@pytest.mark.slow
def test_sixty_services_that_come_and_go_each_keep_their_history_and_their_gaps(
    poll: Poll, writer: Writer, reader: Reader, path: Path, clock: ManualClock
) -> None:
    draw, begin = random.Random(1), clock.now()
    keys = [DeviceKey("tank", str(number)) for number in range(60)]
    here = dict.fromkeys(keys, True)
    said: dict[DeviceKey, list[int]] = {key: [] for key in keys}
    for turn in range(16):
        changes = []
        for key in keys:
            if turn and draw.random() < 0.2:
                here[key] = not here[key]
                state = ServiceState.LIVE if here[key] else ServiceState.GONE
                name = f"com.victronenergy.{key.cls}.tty{key.instance}"
                changes.append(ServiceChange(name, key, state, clock.now(), "left the bus"))
        services = [service_reading(str(key), {"Level": turn}, clock.now()) for key in keys if here[key]]
        writer.record(StationUpdate("alder", clock.now(), services, service_changes=changes))
        for key in keys:
            said[key] += [turn] * here[key]
        clock.advance(10)
    now = clock.now() + LATER_S

    def levels(key: DeviceKey) -> list[object]:
        return [point.value for point in reader.history("alder", key.series("Level"), begin, now)]

    gaps = [gap for gap in reader.gaps("alder", begin, clock.now()) if gap.kind is GapKind.GONE]
    assert {gap.device for gap in gaps if gap.until is None} == {key for key in keys if not here[key]}
    assert {key: levels(key) for key in keys} == said
    with closing(open_writable(path)) as db:
        kept_up(db, now)
        assert verify(db).faults == []
    assert {key: levels(key) for key in keys} == said


def test_a_value_that_changes_its_kind_at_every_poll_is_kept_as_it_was_said(
    writer: Writer, reader: Reader, path: Path, clock: ManualClock
) -> None:
    begin, key = clock.now(), DeviceKey("battery", "1")
    raws: list[Any] = [1, "1", [1], True, None, 1.0, {"a": 1}, math.nan, [], "", math.inf, -7, "nan", 2**80, 0.1, False]
    for raw in raws * 2:
        tree = {"Soc": raw, "Odd": raw}
        services = [service_reading(str(key), read_tree("battery", tree, clock.now()), clock.now())]
        writer.record(StationUpdate("alder", clock.now(), services))
        clock.advance(10)

    def told() -> list[tuple[float, str, object, type, Quality, str]]:
        rows = export(reader, ["alder"], ["*"], begin, clock.now())
        return [(r.at, r.series, r.value, type(r.value), r.quality, r.reason) for r in rows if r.quality != "lost"]

    before = told()
    odd = [(value, quality) for _, series, value, _, quality, _ in before if series.endswith("Odd")]
    assert odd[:7] == [
        (1, Quality.GOOD), ("1", Quality.GOOD), ("[1]", Quality.GOOD), (1, Quality.GOOD), (None, Quality.ABSENT),
        (1.0, Quality.GOOD), ('{"a": 1}', Quality.GOOD),
    ]  # fmt: skip
    assert {quality for _, series, _, _, quality, _ in before if series.endswith("Soc")} >= {
        Quality.GOOD, Quality.IMPLAUSIBLE, Quality.ABSENT,
    }  # fmt: skip
    assert all(not isinstance(value, float) or math.isfinite(value) for _, _, value, *_ in before)
    reader.buckets("alder", "battery/1/Odd", begin, clock.now(), 20)
    with closing(open_writable(path)) as db:
        kept_up(db, clock.now() + LATER_S)
        assert verify(db).faults == []
    assert told() == before
    reader.buckets("alder", "battery/1/Odd", begin, clock.now(), 20)
