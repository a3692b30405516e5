"""Keeps the lists of prices that station files name: asked for when the next day's may be there, at most each hour.

A list that cannot be had stays as it is; that is told in the log once, and once when it can be had again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta, tzinfo
from pathlib import Path

from victron_console.collector.recorder import Recorder
from victron_console.config.prices import PriceAccess
from victron_console.config.station import StationConfig
from victron_console.model.clock import Clock, local, midnight
from victron_console.model.station_info import StationInfo, zone_named
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.sources.prices import kept
from victron_console.sources.prices.fetch import PricesUnavailable, fetch_prices
from victron_console.sources.prices.spot import SpotPrices
from victron_console.store.errors import StoreError
from victron_console.store.records import Event

log = logging.getLogger(__name__)

KIND = "prices"
FIRST_S = 20.0
LOOK_S = 60.0
EVERY_S = float(HOUR_S)
PUBLISHED_HOUR = 13
"""Local; the European day-ahead auction is published about then."""
SLACK_S = 2.0 * HOUR_S
"""A list of days of another zone ends that much before the local day and is whole all the same."""
BACK_S = 7.0 * DAY_S
"""So far back a list is asked for where nothing newer is kept: advice looks at the prices of a week."""
AHEAD_S = 2.0 * DAY_S


class PriceLists:
    """Fetches what is due, until cancelled."""

    def __init__(self, store: Path, clock: Clock, recorder: Recorder, *, first_s: float = FIRST_S) -> None:
        """Nothing is asked for before `run`.

        Args:
            store: lists are kept beside it.
            clock: the time.
            recorder: what writes.
            first_s: wait so long before the first look.
        """
        self._store = store
        self._clock = clock
        self._recorder = recorder
        self._first_s = first_s
        self._wanted: dict[Path, tuple[PriceAccess, tzinfo | None, list[str]]] = {}
        self._asked: dict[Path, float] = {}
        self._failing: set[Path] = set()

    def use(self, stations: Iterable[StationConfig]) -> None:
        """Go by these station files from now on; stations of one list have it fetched once."""
        wanted: dict[Path, tuple[PriceAccess, tzinfo | None, list[str]]] = {}
        for config in stations:
            access = config.prices.access()
            if access is not None:
                facts = StationInfo.from_json(config.public()).prices
                file = kept.file_of(self._store, config.id, facts)
                wanted.setdefault(file, (access, zone_named(config.location.timezone), []))[2].append(config.id)
        changed = [file for file in self._wanted if file in wanted and wanted[file][0] != self._wanted[file][0]]
        for file in changed:  # another token may open it at once
            self._asked.pop(file, None)
        self._wanted = wanted

    async def run(self) -> None:
        """Look each minute what is due."""
        await asyncio.sleep(self._first_s)
        while True:
            try:
                await self.fetch_due()
            except StoreError as error:
                log.warning("what came of the price lists could not be told: %s", error)
            await asyncio.sleep(LOOK_S)

    async def fetch_due(self) -> None:
        """Ask for each list that is due, one after another."""
        for file, (access, zone, stations) in list(self._wanted.items()):
            known = await asyncio.to_thread(kept.load, file)
            asked_at = self._asked.get(file, known.fetched_at if known else None)
            now = self._clock.now()
            if not is_due(known.until if known else None, asked_at, now, zone):
                continue
            self._asked[file] = now
            since = now - BACK_S if known is None else min(max(known.until, now - BACK_S), now) - DAY_S
            try:
                fresh = await fetch_prices(access, since - since % HOUR_S, now - now % HOUR_S + AHEAD_S)
                await asyncio.to_thread(_keep, file, known, fresh, now)
            except (PricesUnavailable, OSError) as error:
                if file not in self._failing:
                    until = f"known to {local(known.until, zone):%Y-%m-%d %H:%M}" if known else "none are known"
                    await self._tell(stations, f"prices: {error}; {until}, asked again each hour")
                self._failing.add(file)
                continue
            if file in self._failing:
                await self._tell(stations, f"prices: {access.source} answers again")
            self._failing.discard(file)

    async def _tell(self, stations: list[str], text: str) -> None:
        log.warning("%s", text)
        events = [Event(self._clock.now(), station, KIND, text) for station in stations]
        await self._recorder.call(lambda writer: writer.note(events))


def is_due(until: float | None, asked_at: float | None, now: float, zone: tzinfo | None) -> bool:
    """Whether a list is to be asked for.

    Args:
        until: it ends; None where there is none yet.
        asked_at: the last time, whatever came of it.
        now: the moment (UTC epoch, s, as all).
        zone: of the place.
    """
    if asked_at is not None and 0.0 <= now - asked_at < EVERY_S:
        return False
    if until is None:
        return True
    here = local(now, zone)
    days = 2 if here.hour >= PUBLISHED_HOUR else 1
    return until < midnight(here.date() + timedelta(days=days), zone) - SLACK_S


def _keep(file: Path, known: kept.KeptPrices | None, fresh: SpotPrices, now: float) -> None:
    joined = known.joined(fresh, now) if known else kept.keep(fresh.currency, dict(fresh.by_quarter), now)
    kept.save(file, joined)
