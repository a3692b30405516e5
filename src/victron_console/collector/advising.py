"""Advice for the stations whose file names a tariff: hourly, told in the log when it changes. It never sets anything.

Open-Meteo is asked for the place of such a station and of no other.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

import httpx

from victron_console.collector.behind import stay_behind, workers
from victron_console.collector.recorder import Recorder
from victron_console.insight.diagnostics.station_needs import wants_advice
from victron_console.model.clock import Clock, ManualClock
from victron_console.sources.open_meteo import ForecastUnavailable, IrradianceForecast, OpenMeteo, Plane
from victron_console.store.errors import StoreError
from victron_console.store.reader import Reader
from victron_console.store.rows import Event, StationRow

log = logging.getLogger(__name__)

FIRST_S = 900.0
EVERY_S = 3600.0
NICE = 15
KIND = "advice"
"""The kind of the log's lines that hold it."""


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
        self._told: dict[str, str] = {}

    async def run(self) -> None:
        """Look each hour which stations want advice."""
        await asyncio.sleep(self._first_s)
        while True:
            try:
                stations = await asyncio.to_thread(self._wanting)
                if stations:
                    await self._advise(stations)
            except (StoreError, BrokenProcessPool) as error:
                log.warning("no advice this hour: %s", error)
            await asyncio.sleep(EVERY_S)

    def _wanting(self) -> list[StationRow]:
        with closing(Reader(self._store, self._clock)) as reader:
            return [row for row in reader.stations() if wants_advice(row.info)]

    async def _advise(self, stations: list[StationRow]) -> None:
        loop = asyncio.get_running_loop()
        pool = ProcessPoolExecutor(1, mp_context=workers(), initializer=stay_behind, initargs=(NICE,))
        try:
            for row in stations:
                try:
                    forecast = await self._forecasts.irradiance(_plane(row))
                except ForecastUnavailable as error:
                    await self._tell(Event(self._clock.now(), row.id, KIND, f"no advice: {error}"))
                    continue
                await self._tell(
                    await loop.run_in_executor(pool, advised, self._store, row.id, self._clock.now(), forecast)
                )
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    async def _tell(self, event: Event) -> None:
        """Log what is advised where it is not what was advised before."""
        if event.station is None or self._told.get(event.station) == event.text:
            return
        self._told[event.station] = event.text
        await self._recorder.call(lambda writer: writer.note([event]))


def _plane(row: StationRow) -> Plane:
    place, pv = row.info["location"], row.info["pv"]
    return Plane(place["latitude"], place["longitude"], pv.get("tilt_deg", 30.0), pv.get("azimuth_deg", 180.0))


def advised(store: Path, station: str, now: float, forecast: IrradianceForecast) -> Event:
    """In the worker: one station's advice. Whatever fails is said, so that the others go on."""
    from victron_console.insight.diagnostics.station_advice import advice_for, read_tariff  # scipy

    try:
        with closing(Reader(store, ManualClock(now))) as reader:
            row = reader.station(station)
            found = advice_for(reader, station, now, read_tariff(row.info if row else {}), forecast)
    except (OSError, ValueError) as error:  # BadTariff is a ValueError
        return Event(now, station, KIND, f"no advice: {error}")
    except Exception as error:  # the worker's boundary
        logging.getLogger(__name__).exception("%s could not be advised", station)
        return Event(now, station, KIND, f"no advice: {type(error).__name__}: {error}")
    return Event(now, station, KIND, found.text, found.details)
