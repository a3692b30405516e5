"""Advice for the stations whose file names a tariff: hourly, told in the log when it changes and once a day; and, when
a day is over, what came of it. It never sets anything.

Open-Meteo is asked for the place of such a station and of no other. What it promises is kept, to be held against the
yield.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx

from victron_console.collector.background.worker_process import be_worker, end_pool, spawn_context
from victron_console.collector.recorder import Recorder
from victron_console.diagnosing.ess.advice_log import KIND, Told, same_course, told_of
from victron_console.diagnosing.ess.advice_needs import wants_advice
from victron_console.model.clock import Clock, ManualClock, local
from victron_console.model.external.hourly_forecast import HourlyForecast
from victron_console.sources.open_meteo import ForecastUnavailable, IrradianceForecast, OpenMeteo, Plane
from victron_console.store.answers import StationRow
from victron_console.store.errors import StoreError
from victron_console.store.forecasts import record_forecast
from victron_console.store.promises import Promise, record_promise
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event
from victron_console.store.write.writer import Writer

log = logging.getLogger(__name__)

FIRST_S = 900.0
EVERY_S = 3600.0
NICE = 15


@dataclass(frozen=True, slots=True)
class Advisory:
    """What the worker brings of one station."""

    advice: Event
    came: tuple[Event, ...] = ()
    """Of the days that are over."""
    promise: Promise | None = None
    forecasts: tuple[HourlyForecast, ...] = ()
    """By the hour: of the weather service, and what the advice was made from."""


class Advising:
    """Advises every station that wants it, until cancelled."""

    def __init__(
        self,
        store: Path,
        clock: Clock,
        recorder: Recorder,
        *,
        first_s: float = FIRST_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Nothing is asked for before `run`.

        Args:
            store: what is read; forecasts are kept beside it.
            clock: the time.
            recorder: what writes.
            first_s: wait so long before the first.
            transport: to Open-Meteo, for tests.
        """
        self._store = store
        self._clock = clock
        self._recorder = recorder
        self._first_s = first_s
        self._forecasts = OpenMeteo(clock, store.with_name(f"{store.name}.forecasts"), transport)
        self._told: dict[str, Told] = {}

    async def run(self) -> None:
        """Look each hour which stations want advice."""
        await asyncio.sleep(self._first_s)
        while True:
            try:
                stations = await asyncio.to_thread(self.due)
                if stations:
                    await self.advise(stations)
            except (StoreError, BrokenProcessPool) as error:
                log.warning("no advice this hour: %s", error)
            await asyncio.sleep(EVERY_S)

    def due(self) -> list[StationRow]:
        """The stations that want advice."""
        with closing(Reader(self._store, self._clock)) as reader:
            return [row for row in reader.stations() if wants_advice(row.info)]

    async def advise(self, stations: list[StationRow]) -> None:
        """Advise these, one after another, in a process that ends with them."""
        loop = asyncio.get_running_loop()
        pool = ProcessPoolExecutor(1, mp_context=spawn_context(), initializer=be_worker, initargs=(NICE,))
        try:
            for row in stations:
                try:
                    forecast: IrradianceForecast | str = await self._forecasts.irradiance(_plane(row))
                except ForecastUnavailable as error:
                    forecast = str(error)
                found = await loop.run_in_executor(pool, advised, self._store, row.id, self._clock.now(), forecast)
                await self._take(row, found)
        finally:
            end_pool(pool)

    async def _take(self, row: StationRow, found: Advisory) -> None:
        """Log what came, and what is advised where it is not what was advised before today."""
        events = list(found.came)
        before, now = self._told.get(row.id), told_of(found.advice)
        is_news = now is not None and (before is None or self._is_news(row, before, now))
        if is_news:
            events.append(found.advice)

        def keep(writer: Writer) -> None:
            if found.promise is not None:
                record_promise(writer.db, row.id, found.promise)
            for forecast in found.forecasts:
                record_forecast(writer.db, row.id, forecast)
            writer.note(events)

        await self._recorder.call(keep)
        if is_news and now is not None:
            self._told[row.id] = now

    def _is_news(self, row: StationRow, before: Told, now: Told) -> bool:
        zone = row.zone
        if local(before.at, zone).date() != local(now.at, zone).date():
            return True  # once a day in any case: the log says what holds, and for how long
        return not same_course(before, now, self._clock.now())


def _plane(row: StationRow) -> Plane:
    """The station's array; for one that wants advice, whose file names the place."""
    place, pv = row.info.location, row.info.pv
    return Plane(place.latitude or 0.0, place.longitude or 0.0, pv.tilt_deg, pv.azimuth_deg)


def advised(store: Path, station: str, now: float, forecast: IrradianceForecast | str) -> Advisory:
    """In the worker: one station's advice, and what came of the last days'. Whatever fails is said, so that the others
    go on.

    Args:
        store: what is read.
        station: one that wants advice.
        now: the moment (UTC epoch, s).
        forecast: irradiance on its array; a sentence where there is none.
    """
    from victron_console.diagnosing.ess.station_advice import advice_for  # scipy
    from victron_console.diagnosing.ess.station_forecast import promise_of_tomorrow, weather_forecast
    from victron_console.diagnosing.ess.station_outcome import outcomes
    from victron_console.diagnosing.ess.station_tariff import read_tariff

    came: tuple[Event, ...] = ()
    promise = None
    kept: tuple[HourlyForecast, ...] = ()

    def unadvised(why: str) -> Advisory:
        return Advisory(Event(now, station, KIND, f"no advice: {why}"), came, promise, kept)

    try:
        with closing(Reader(store, ManualClock(now))) as reader:
            row = reader.station(station)
            if row is None:
                return unadvised("the station was never read")
            came = tuple(outcomes(reader, row, now))
            if isinstance(forecast, str):
                return unadvised(forecast)
            promise, kept = promise_of_tomorrow(forecast, now, row.zone), (weather_forecast(forecast),)
            tariff = read_tariff(store, station, row.info, row.zone)
            found = advice_for(reader, row, now, tariff, forecast)
    except (OSError, ValueError) as error:  # BadTariff is a ValueError
        return unadvised(str(error))
    except Exception as error:  # the worker's boundary
        logging.getLogger(__name__).exception("%s could not be advised", station)
        return unadvised(f"{type(error).__name__}: {error}")
    own = () if found.forecast is None else (found.forecast,)
    return Advisory(Event(now, station, KIND, found.text, found.details), came, promise, (*kept, *own))
