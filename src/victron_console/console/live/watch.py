"""Watches the store for the screens: looks four times a second whether anything changed, and reads it anew if so.

Owns the only connection of the console's screens, in a thread of its own, so that a slow read never holds up a key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import TypeVar

from victron_console.console.kit.view import (
    Alarm,
    FleetView,
)
from victron_console.console.live.alarms_of_store import alarm_rates, alarms_of
from victron_console.console.live.assembly import KnownSites, fleet_view
from victron_console.console.live.daily import Daily, daily
from victron_console.insight.fleet import at_moment
from victron_console.insight.moment import station_moment
from victron_console.model.alert import AlertView
from victron_console.model.clock import Clock
from victron_console.store.answers import StationRow
from victron_console.store.errors import StoreError, StoreMissing
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

T = TypeVar("T")
LOOK_EVERY_S = 0.25
RESTS_TIMES = 9
"""A look rests so many times as long as it took: looking stays a tenth of a core, however large the fleet."""
RESTS_AT_MOST_S = 2.0
LOW_BANDWIDTH_LOOK_EVERY_S = 2.0
JUDGE_EVERY_S = 2.0
"""Without a change the fleet is read anew so often: what is not read any more becomes stale by itself."""
DAILY_EVERY_S = 60.0
DAILY_REST_S = 0.5
"""A day is read anew so long after the one before, that of each station at most each `DAILY_EVERY_S`: with a thousand
stations, reading all of them each minute would be most of what the console does. Days change with five-minute slots."""
DAILY_AT_ONCE = 40
"""Stations whose day is read in one look, as long as there are some of which it never was."""
PAST_DAYS_AT_ONCE = 4
"""The same in the past, where each look comes at once after the one before: the values are shown first."""
DAY_HOLDS_S = 300.0
"""In the past, the day of a moment so near does no harm for a while: the right one is read once the moment holds."""
DAY_IS_OTHER_S = 3600.0
"""A day of a moment further off is not shown at all."""
LOG_S = 86_400.0
LOG_LINES = 20
RETRY_S = 2.0


class StoreWatch:
    """Reads the store for the screens, at the moment that they look at."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._reader: Reader | None = None
        self._days: dict[str, Daily] = {}
        self._sites = KnownSites()
        self._days_at: dict[str, float] = {}
        """When each day was read: by the monotonic clock, in the past the moment it was read for."""
        self._as_of: float | None = None
        self._read_at = float("-inf")
        self._read_of: float | None = None
        self._past: _Moment | None = None
        self._more = False
        """Whether another look is wanted at once."""
        self._wake = asyncio.Event()
        self.look_every_s = LOOK_EVERY_S
        self.fault = ""
        """Why the store cannot be read now, as a sentence; empty where it can."""

    async def run(self, arrived: Callable[[FleetView], None]) -> None:
        """Hand on a new view whenever the fleet changed, until cancelled."""
        while True:
            try:
                began = self._clock.monotonic()
                view = await self.ask(self.look_once)
                self.fault = ""
                if view is not None:
                    arrived(view)
                rest_s = min(RESTS_AT_MOST_S, RESTS_TIMES * (self._clock.monotonic() - began))
                await self._rest(0.0 if self._more else max(self.look_every_s, rest_s))
            except StoreError as error:
                self.fault = "" if isinstance(error, StoreMissing) else str(error)
                await self._rest(RETRY_S)

    async def ask(self, question: Callable[[Reader], T]) -> T:
        """Put a question to the store in its thread.

        Raises:
            StoreError: it cannot be read.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: question(self._opened()))

    @property
    def is_whole(self) -> bool:
        """Whether all that belongs to the moment looked at was read, the stations' days included."""
        if self._as_of is None:
            return self._read_of is None and self._read_at > float("-inf")
        return self._past is not None and self._past.at == self._as_of and not self._days_due(self._as_of)

    def look_at(self, as_of: float | None) -> None:
        """Look at another moment; None is now."""
        self._as_of = as_of
        self._wake.set()

    def look_now(self) -> None:
        """Look at once: something was written."""
        self._wake.set()

    def close(self) -> None:
        """Let the store go, once the read that runs is over."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    # ---- in the store's thread

    def _opened(self) -> Reader:
        if self._reader is None:
            self._reader = Reader(self._path, self._clock)
        return self._reader

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def look_once(self, reader: Reader) -> FleetView | None:
        """The fleet, or None where it is as it was. Called in the thread that the reader belongs to."""
        as_of, elapsed = self._as_of, self._clock.monotonic()
        turned = (as_of is None) != (self._read_of is None)
        if turned:
            self._days_at.clear()
        self._read_of = as_of
        if as_of is not None:
            return self._look_back(reader, as_of)
        self._past, self._more = None, False
        if not reader.changed() and not turned and elapsed - self._read_at < JUDGE_EVERY_S:
            return None
        self._read_at = elapsed
        now = self._clock.now()
        with reader.at_once():
            rows = at_moment(reader.stations(), now)
            moment = _read_moment(reader, rows, now, None)
        for row in self._days_to_read(rows, elapsed):
            self._days[row.id] = daily(reader, row, now, None)
            self._days_at[row.id] = elapsed
        return _view(moment, self._days, self._sites)

    def _days_to_read(self, rows: Sequence[StationRow], elapsed: float) -> list[StationRow]:
        """The stations whose day was never read, else those whose day is the oldest."""
        unread = [row for row in rows if row.id not in self._days_at]
        if unread:
            return unread[:DAILY_AT_ONCE]
        every_s = max(DAILY_EVERY_S, len(rows) * DAILY_REST_S)
        due = [row for row in rows if elapsed - self._days_at[row.id] >= every_s]
        # There is about a look a second: those that became due together are spread over the time there is for them.
        at_once = ceil(2 * len(rows) / every_s)
        return sorted(due, key=lambda row: self._days_at[row.id])[:at_once]

    def _look_back(self, reader: Reader, as_of: float) -> FleetView | None:
        """The fleet as it was: values, states and alarms first; what belongs to the day follows, look by look."""
        if self._past is None or self._past.at != as_of:
            with reader.at_once():
                rows = [_past_row(reader, row, as_of) for row in reader.stations(as_of)]
                self._past = _read_moment(reader, at_moment(rows, as_of), as_of, as_of)
        else:
            due = self._days_due(as_of)
            if not due:
                return None
            for row in due[:PAST_DAYS_AT_ONCE]:
                self._days[row.id] = daily(reader, row, as_of, as_of)
                self._days_at[row.id] = as_of
        self._more = any(self._day_is_off_s(row, as_of) >= DAY_HOLDS_S for row in self._days_due(as_of))
        near = {name for name, at in self._days_at.items() if abs(at - as_of) < DAY_IS_OTHER_S}
        return _view(self._past, {name: day for name, day in self._days.items() if name in near})

    def _days_due(self, as_of: float) -> list[StationRow]:
        """The stations whose day is not yet that of the moment, the furthest off first."""
        rows = self._past.rows if self._past is not None else ()
        due = [row for row in rows if self._day_is_off_s(row, as_of)]
        return sorted(due, key=lambda row: -self._day_is_off_s(row, as_of))

    def _day_is_off_s(self, row: StationRow, as_of: float) -> float:
        return abs(self._days_at.get(row.id, float("-inf")) - as_of)


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is read of the fleet at one moment, its days left out."""

    at: float
    replay: bool
    rows: tuple[StationRow, ...]
    alerts: tuple[AlertView, ...]
    alarms: tuple[Alarm, ...]
    """The same as rows."""
    events: tuple[Event, ...]
    rates: tuple[int, int]


def _read_moment(reader: Reader, rows: Sequence[StationRow], now: float, as_of: float | None) -> _Moment:
    alerts = tuple(reader.alerts(as_of))
    return _Moment(
        at=now,
        replay=as_of is not None,
        rows=tuple(rows),
        alerts=alerts,
        alarms=tuple(alarms_of(alerts, {row.id: row.name for row in rows}, now)),
        events=tuple(reader.events(now - LOG_S, now, limit=LOG_LINES)),
        rates=alarm_rates(reader, now, as_of),
    )


def _view(moment: _Moment, days: Mapping[str, Daily], known: KnownSites | None = None) -> FleetView:
    return fleet_view(
        moment.rows,
        days,
        moment.alarms,
        moment.at,
        alerts=moment.alerts,
        events=moment.events,
        replay=moment.replay,
        rates=moment.rates,
        known=known,
    )


def _past_row(reader: Reader, row: StationRow, as_of: float) -> StationRow:
    """The row with its figures then, and with the reads that its changes tell of."""
    moment = station_moment(reader, row.id, as_of)
    if moment is None:
        return row
    read = (device.read_at for device in moment.snapshot.devices.values() if device.read_at is not None)
    return replace(moment.row, read_at=max(read, default=None))
