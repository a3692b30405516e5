"""What changed of a station against what is remembered of it, as rows of a batch."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from victron_console.model.judgement import PollMemory
from victron_console.model.overview import Overview
from victron_console.model.quality import LOST_FAILURES, silent_after_s
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.read.presence import ServiceStanding
from victron_console.store.records import ServiceChange
from victron_console.store.value_encoding import Entry, body_of, entry_of, judged, same
from victron_console.store.write.batch import OVERVIEW_FIELDS, Batch
from victron_console.store.write.registry import MAX_DEVICES, MAX_SERIES, Averages, Device, Slot, Station, decimals_of

KEYFRAME_S = 3600.0
OVERVIEW_SLOT_S = 300

Change = tuple[Slot, Entry]


def take_service(station: Station, reading: ServiceReading, cadence_s: float | None, batch: Batch) -> None:
    """A device was read.

    Args:
        station: as remembered; the device is added where it is new and the station has not too many of them.
        reading: all its values.
        cadence_s: its effective cadence, None where that did not change.
        batch: takes the rows.
    """
    device = station.devices.get(reading.key) or _new_device(station, reading, batch)
    if device is None:
        return
    clock_went_back = device.read_at is not None and reading.at < device.read_at
    _end_silence(device, reading.at, batch)
    _keep(device, reading.service, cadence_s or device.cadence_s, reading.at, batch)
    changes = _changes(station, device, reading, batch)
    _write_changes(device, changes, reading.at, batch)
    if _keyframe_is_due(device, reading.at) or clock_went_back:
        _write_keyframe(device, reading.at, batch)
    device.read_at, device.failures = reading.at, 0
    station.read_at = max(station.read_at or 0.0, reading.at)
    batch.touched[device.no] = device


def take_cadence(device: Device, cadence_s: float, at: float, batch: Batch) -> None:
    """A device is read more or less often from now on."""
    _keep(device, device.service, cadence_s, at, batch)
    batch.touched[device.no] = device


def take_failures(device: Device, failures: int, at: float, batch: Batch) -> None:
    """So many polls of a device failed in a row; with the third it counts as lost from its last reading on."""
    device.failures = failures
    batch.touched[device.no] = device
    if failures >= LOST_FAILURES and device.silence is None and device.read_at is not None:
        device.silence = next(batch.numbers.silence)
        batch.silences.append((device.silence, device.no, device.read_at, at, None))


def take_service_change(station: Station, change: ServiceChange, batch: Batch) -> None:
    """A service hung, left or came back; or it hung once more when it was retried."""
    device = station.devices.get(change.key) if change.key else None
    device_no = device.no if device else None
    before = station.standings.get(change.service)
    if before is None and len(station.standings) >= MAX_DEVICES:
        station.overflowed = True
        return
    since = before.since if before and before.state == change.state else change.at
    station.standings[change.service] = ServiceStanding(
        change.service, device_no, change.state, since, change.reason, change.retry_at
    )
    batch.service_states.append(
        (station.no, change.service, device_no, change.at, change.state, since, change.reason, change.retry_at)
    )


def take_memory(station: Station, memory: PollMemory, batch: Batch) -> None:
    """Keep what judging the next poll needs, and the judgement where it is another one."""
    station.memory = json.dumps(memory.to_json(), separators=(",", ":"))
    if memory.judgement != station.judgement and memory.read_at is not None:
        station.judgement = memory.judgement
        judged = memory.judgement
        batch.judgements.append((station.no, memory.read_at, int(judged.signs_conflict), judged.imbalance_w))


def take_overview(conn: sqlite3.Connection, station: Station, overview: Overview, at: float, batch: Batch) -> None:
    """Add fresh figures to the mean of their five minutes; doubtful ones are left out."""
    slot = int(at // OVERVIEW_SLOT_S) * OVERVIEW_SLOT_S
    if station.averages is None or station.averages.slot != slot:
        station.averages = batch.averages.get((slot, station.no)) or _load_averages(conn, station.no, slot)
    averages = station.averages
    averages.samples += 1
    for name in OVERVIEW_FIELDS:
        value = getattr(overview, name)
        if value is not None and name not in overview.flags:
            averages.sums[name] = averages.sums.get(name, 0.0) + value
            averages.counts[name] = averages.counts.get(name, 0) + 1
    batch.averages[slot, station.no] = averages


def _load_averages(conn: sqlite3.Connection, station_no: int, slot: int) -> Averages:
    row = conn.execute(
        f"SELECT samples, {', '.join(OVERVIEW_FIELDS)} FROM overview5 WHERE slot = ? AND station_no = ?",
        (slot, station_no),
    ).fetchone()
    if row is None:
        return Averages(slot)
    samples = row[0]
    known = {name: mean for name, mean in zip(OVERVIEW_FIELDS, row[1:], strict=True) if mean is not None}
    return Averages(
        slot, samples, {name: mean * samples for name, mean in known.items()}, dict.fromkeys(known, samples)
    )


def _new_device(station: Station, reading: ServiceReading, batch: Batch) -> Device | None:
    if len(station.devices) >= MAX_DEVICES:
        station.overflowed = True
        return None
    key = reading.key
    device = Device(next(batch.numbers.device), key, keyframe_at=reading.at)
    station.devices[key] = device
    batch.devices.append((device.no, station.no, key.cls, key.instance, reading.at))
    return device


def _end_silence(device: Device, at: float, batch: Batch) -> None:
    """Close what `take_failures` opened, or note a silence without failures: a collector that was down or late."""
    if device.silence is not None:
        batch.ended_silences.append((at, device.silence))
        device.silence = None
    elif device.read_at is not None and at - device.read_at > silent_after_s(device.cadence_s):
        batch.silences.append((next(batch.numbers.silence), device.no, device.read_at, None, at))


def _keep(device: Device, service: str, cadence_s: float, at: float, batch: Batch) -> None:
    if (service, cadence_s) != (device.service, device.cadence_s):
        device.service, device.cadence_s = service, cadence_s
        batch.device_changes.append((device.no, at, service, cadence_s))


def _changes(station: Station, device: Device, reading: ServiceReading, batch: Batch) -> list[Change]:
    """New and changed entries; a path that left the service is absent from now on."""
    slots, readings = device.slots, reading.readings
    if readings is device.seen:  # the source found its answer to be the last one again
        return []
    changes: list[Change] = []
    left_out = 0
    for path, value in _news(readings, device.seen):
        slot = slots.get(path)
        if slot is not None:
            entry = entry_of(value, slot.decimals)
            if not same(entry, slot.entry):
                changes.append((slot, entry))
        elif station.series < MAX_SERIES:
            station.series += 1
            slot = slots[path] = Slot(next(batch.numbers.series), decimals_of(device.key, path))
            batch.series.append((slot.no, device.no, path))
            changes.append((slot, entry_of(value, slot.decimals)))
        else:
            left_out += 1
    station.overflowed |= left_out > 0
    device.seen = {} if left_out else readings  # nobody changes it: a source makes a new one at each read
    if len(slots) > len(readings) - left_out:
        left = [slots[path] for path in slots.keys() - readings.keys()]
        changes += [(slot, None) for slot in left if slot.entry is not None]
    return changes


def _news(readings: Mapping[str, Reading], seen: Mapping[str, Reading]) -> list[tuple[str, Reading]]:
    """The readings that may say something else than the last ones: most do not, so this loop is what recording costs.

    A reason is compared by identity: where that errs, a reading is looked at for nothing.
    """
    news = []
    last = seen.get
    for path, value in readings.items():
        before = last(path)
        if (
            before is None
            or value.value != before.value
            or type(value.value) is not type(before.value)
            or value.quality is not before.quality
            or value.reason is not before.reason
        ):
            news.append((path, value))
    return news


def _write_changes(device: Device, changes: list[Change], at: float, batch: Batch) -> None:
    body: dict[int, Entry] = {}
    for slot, entry in changes:
        if isinstance(entry, str):
            batch.texts.append((slot.no, at, entry))
        else:
            body[slot.no] = entry
            if isinstance(slot.entry, str):
                batch.texts.append((slot.no, at, None))
        slot.entry = entry
        value, quality, reason = judged(entry)
        batch.latest.append((slot.no, value, quality.value, reason, at))  # sqlite3 is slow with the enum's member
    if body:
        row = next(batch.numbers.hot)
        batch.hot.append((row, device.tip, at, device.no, body_of(body)))
        device.tip = row
        device.changes += len(body)


def _keyframe_is_due(device: Device, at: float) -> bool:
    """After an hour, once as much was written as a keyframe holds: replay stays short and the store at most doubles."""
    since = device.keyframe_at if device.keyframe_at is not None else at
    return abs(at - since) >= KEYFRAME_S and device.changes >= len(device.slots)


def _write_keyframe(device: Device, at: float, batch: Batch) -> None:
    entries = {slot.no: slot.entry for slot in device.slots.values() if not isinstance(slot.entry, str)}
    batch.keyframes.append((device.no, at, device.tip, body_of(entries)))
    device.keyframe_at, device.changes = at, 0
