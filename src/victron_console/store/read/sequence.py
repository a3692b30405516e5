"""All values of a station at many moments in a row: the past is read once and then only its changes are followed.

What comes out is what `fleet.snapshot` gives for each moment; a month for a back-test would take it half an hour.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, nextafter

from victron_console.model.snapshot import Snapshot
from victron_console.store.operator.wanted import accepted_as_gone
from victron_console.store.read.fleet import battery_choice, device_state, station_number, status_at
from victron_console.store.read.presence import hanging_services, presences
from victron_console.store.read.replay import Held, changes_between, keyframe_before, keyframes_between, texts_at
from victron_console.store.sealed import history as sealed
from victron_console.store.value_encoding import Entry, Judged, judged


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that changed entries of a device, by series number."""

    at: float
    """From when on it counts."""
    changed_at: float | None
    """When it says that it was; earlier than that where the clock went back."""
    entries: Mapping[int, Entry]
    is_whole: bool = False
    """These are all its entries: a keyframe."""


def snapshots(conn: sqlite3.Connection, station: str, moments: Sequence[float]) -> list[Snapshot]:
    """The station at each of some moments.

    Args:
        conn: inside a read transaction.
        station: its id.
        moments: UTC epoch, s, in order. Everything that changed between them is held in memory: an hour is a good span.

    Raises:
        UnknownStation: the store never had it.
    """
    no = station_number(conn, station)
    if not moments:
        return []
    devices: dict[int, _Device] = {}
    texts = texts_at(conn, no, moments[0])
    later = _later_texts(conn, no, moments[0], moments[-1])
    found, choice = [], battery_choice(conn, no)
    for moment in moments:
        states, accepted = {}, accepted_as_gone(conn, no, moment)
        for presence in presences(conn, no, moment):
            device = devices.get(presence.no)
            if device is None:  # its first keyframe may come later than the first moment: it was no device then
                device = devices[presence.no] = _Device.read(
                    conn, presence.no, moments[0], moments[-1], texts, later.get(presence.no, ())
                )
            values = device.values_at(moment)
            states[presence.key] = device_state(presence.read_by(device.changed_at), values, accepted)
        hangs = hanging_services(conn, no, moment)
        found.append(Snapshot(station, moment, states, status_at(conn, no, moment), choice, hangs))
    return found


@dataclass(slots=True)
class _Device:
    """A device's values, moved forward in time."""

    paths: Mapping[int, str]
    """By series number."""
    entries: dict[int, Entry]
    changed_at: float | None
    """When one of them last changed."""
    texts: dict[int, str]
    events: Iterator[_Event]
    text_events: Iterator[tuple[float, int, str | None]]
    next_event: _Event | None = None
    next_text: tuple[float, int, str | None] | None = None
    values: dict[str, Judged] = field(default_factory=dict)

    @classmethod
    def read(
        cls, conn: sqlite3.Connection, no: int, since: float, until: float, texts: Mapping[int, str],
        text_events: Sequence[tuple[float, int, str | None]],
    ) -> _Device:  # fmt: skip
        """A device as it was at `since`, with what changes up to `until`."""
        paths = {
            number: path for path, number in conn.execute("SELECT path, no FROM series WHERE device_no = ?", (no,))
        }
        held, events = _course(conn, no, since, until)
        own = {number: text for number, text in texts.items() if number in paths}
        device = cls(paths, held.entries, held.changed_at, own, iter(events), iter(text_events))
        device.next_event, device.next_text = next(device.events, None), next(device.text_events, None)
        device._judge(paths)
        return device

    def values_at(self, moment: float) -> Mapping[str, Judged]:
        """Its values by path; ask in order of time."""
        touched: set[int] = set()
        while self.next_event is not None and self.next_event.at <= moment:
            if self.next_event.is_whole:
                touched |= self.entries.keys()
                self.entries = {}
            self.entries.update(self.next_event.entries)
            self.changed_at = self.next_event.changed_at
            touched |= self.next_event.entries.keys()
            self.next_event = next(self.events, None)
        while self.next_text is not None and self.next_text[0] <= moment:
            _, number, text = self.next_text
            if text is None:
                self.texts.pop(number, None)
            else:
                self.texts[number] = text
            touched.add(number)
            self.next_text = next(self.text_events, None)
        self._judge(touched)
        return self.values

    def _judge(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            path = self.paths.get(number)
            if path is None:
                continue
            if number in self.texts:
                self.values[path] = judged(self.texts[number])
            elif number in self.entries:
                self.values[path] = judged(self.entries[number])
            else:
                self.values.pop(path, None)


def _course(conn: sqlite3.Connection, device_no: int, since: float, until: float) -> tuple[Held, list[_Event]]:
    """What a device held at a moment, and what changes it up to another, as `replay.held_at` sees it."""
    first = keyframe_before(conn, device_no, since)
    resets = keyframes_between(conn, device_no, since, until)
    events: list[_Event] = []
    if first.tip or first.entries:
        held = Held(dict(first.entries), first.at)
    else:
        held = Held(*sealed.values_at(conn, device_no, since))
        end = nextafter(resets[0][0], -inf) if resets else until
        events += [_Event(at, at, changed) for at, changed in sealed.changes_of_device(conn, device_no, since, end)]
    segments = [(since, first), *resets]
    for (at, keyframe), following in zip(segments, [*(at for at, _ in resets), inf], strict=True):
        if keyframe is not first:
            events.append(_Event(at, at, keyframe.entries, is_whole=True))
        end = min(until, nextafter(following, -inf))
        # Where the clock went back a row tells an earlier time than the keyframe that it follows.
        rows = changes_between(conn, device_no, keyframe, end)
        events += [_Event(max(at, moment), moment, changed) for moment, changed in rows]
    events.sort(key=lambda event: event.at)  # stable: what was written in one moment stays in order
    return held, events


def _later_texts(
    conn: sqlite3.Connection, station_no: int, since: float, until: float
) -> dict[int, list[tuple[float, int, str | None]]]:
    """The changes of texts after a moment, by device: when, series number, text."""
    found: dict[int, list[tuple[float, int, str | None]]] = {}
    for device_no, at, series_no, value in conn.execute(
        "SELECT device.no, text_change.at, series_no, value FROM device JOIN series ON device_no = device.no "
        "JOIN text_change ON series_no = series.no AND at > ? AND at <= ? WHERE station_no = ? "
        "ORDER BY at, text_change.id",
        (since, until, station_no),
    ):
        found.setdefault(device_no, []).append((at, series_no, value))
    return found
