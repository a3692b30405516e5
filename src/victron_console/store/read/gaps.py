"""Spans without values: gaps are data, so that a chart draws a gap as a gap and never as a line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from victron_console.model.device import DeviceKey
from victron_console.model.quality import silent_after_s
from victron_console.model.station import ServiceState
from victron_console.store.answers import Gap, GapKind
from victron_console.store.read.presence import Presence, presences

_KINDS = {ServiceState.SET_ASIDE: GapKind.SET_ASIDE, ServiceState.GONE: GapKind.GONE}


def gaps(
    conn: sqlite3.Connection, station_no: int, since: float, until: float, now: float, as_of: float | None
) -> list[Gap]:
    """The gaps of a station and its devices that touch a span, by their begin.

    They may overlap: a service set aside is silent too, and each gap says one thing.

    Args:
        conn: inside a read transaction.
        station_no: whose gaps.
        since: begin of the span (UTC epoch, s).
        until: its end.
        now: the moment to judge at; a gap that ended later lasts.
        as_of: `now` where that is in the past, else None.
    """
    present = presences(conn, station_no, as_of)
    found = [*_silent(conn, present, now), *_states(conn, station_no, present, now), *_downtimes(conn, now)]
    touching = [gap for gap in found if gap.since < until and (gap.until is None or gap.until > since)]
    return sorted(touching, key=lambda gap: (gap.since, str(gap.device), gap.kind))


def silent_spans(
    conn: sqlite3.Connection, station_no: int, key: DeviceKey, now: float, as_of: float | None
) -> list[tuple[float, float]]:
    """When nothing was received from a device: its silences and the time it was gone, up to `now` where it lasts."""
    present = [presence for presence in presences(conn, station_no, as_of) if presence.key == key]
    spans = [*_silent(conn, present, now), *_states(conn, station_no, present, now)]
    return [
        (gap.since, now if gap.until is None else gap.until)
        for gap in spans
        if gap.device == key and gap.kind is not GapKind.SET_ASIDE  # its last values still stood until it went silent
    ]


def _silent(conn: sqlite3.Connection, present: list[Presence], now: float) -> Iterator[Gap]:
    for device in present:
        open_since: float | None = None
        rows = conn.execute(
            "SELECT since, lost_at, until FROM silence WHERE device_no = ? AND since <= ? ORDER BY since, id",
            (device.no, now),
        )
        for begin, lost_at, end in rows:
            lasts = end is None or end > now
            open_since = begin if lasts else open_since
            if lasts and now - begin <= silent_after_s(device.cadence_s):
                continue  # not yet noticed then
            kind = GapKind.LOST if lost_at is not None and lost_at <= now else GapKind.STALE
            yield Gap(begin, None if lasts else end, kind, device.key)
        read_at = device.read_at
        if open_since is None and read_at is not None and now - read_at > silent_after_s(device.cadence_s):
            yield Gap(read_at, None, GapKind.STALE, device.key)


def _states(conn: sqlite3.Connection, station_no: int, present: list[Presence], now: float) -> Iterator[Gap]:
    keys = {device.no: device.key for device in present}
    began: dict[str, tuple[float, ServiceState, str, DeviceKey | None]] = {}
    rows = conn.execute(
        "SELECT service, device_no, state, at, reason FROM service_state WHERE station_no = ? AND at <= ? "
        "ORDER BY at, id",
        (station_no, now),
    )
    for service, device_no, state, at, reason in rows:
        before = began.get(service)
        if before and before[1] == state:
            continue  # set aside again: one gap
        if before:
            yield Gap(before[0], at, _KINDS[before[1]], before[3], before[2])
            del began[service]
        if state in _KINDS:
            began[service] = (at, ServiceState(state), reason, keys.get(device_no))
    for begin, last, reason, key in began.values():
        yield Gap(begin, None, _KINDS[last], key, reason)


def _downtimes(conn: sqlite3.Connection, now: float) -> Iterator[Gap]:
    # Noted by the collector that ended it: while it lasts, the silence of the devices is all that is known.
    for begin, end in conn.execute("SELECT since, until FROM downtime WHERE until <= ?", (now,)):
        yield Gap(begin, end, GapKind.COLLECTOR_DOWN, None, "no collector was running")
