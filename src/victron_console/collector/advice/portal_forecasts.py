"""Keeps what Victron's portal expects of the sites that are read there, so that it can be held against ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial

from victron_console.collector.recorder import Recorder
from victron_console.config.station import StationConfig
from victron_console.config.vrm import VrmAccess
from victron_console.model.clock import Clock
from victron_console.model.external.hourly_forecast import HourlyForecast
from victron_console.model.units import HOUR_S
from victron_console.sources.base import SourceError
from victron_console.sources.vrm.client import VrmClient
from victron_console.sources.vrm.forecast import read_forecast
from victron_console.store.errors import StoreError
from victron_console.store.forecasts import record_forecast
from victron_console.store.write.writer import Writer

log = logging.getLogger(__name__)

FIRST_S = 300.0
"""The polls of a start come first."""
EVERY_S = 6.0 * HOUR_S
"""Four issues a day, for as many questions: the account's limit is for polls (own judgement)."""

MakeClient = Callable[[VrmAccess, Clock], VrmClient]


class PortalForecasts:
    """Asks for each site four times a day, until cancelled."""

    def __init__(
        self, clock: Clock, recorder: Recorder, *, first_s: float = FIRST_S, make_client: MakeClient = VrmClient
    ) -> None:
        """Nothing is asked for before `run`; `make_client` stands in for the portal."""
        self._clock, self._recorder, self._first_s = clock, recorder, first_s
        self._make_client = make_client
        self._sites: dict[str, tuple[VrmAccess, int]] = {}

    def use(self, stations: Iterable[StationConfig]) -> None:
        """Go by these station files from now on: sites that are read at the portal are asked about there."""
        self._sites = {
            config.id: (config.vrm.access(), config.vrm.site) for config in stations if config.vrm is not None
        }

    async def run(self) -> None:
        """Ask, wait, and ask again."""
        await asyncio.sleep(self._first_s)
        while True:
            await self.fetch()
            await asyncio.sleep(EVERY_S)

    async def fetch(self) -> None:
        """Ask about each site, one after another. What cannot be had is left out: the polls tell of the portal."""
        for station, (access, site) in list(self._sites.items()):
            client = self._make_client(access, self._clock)
            try:
                found = await read_forecast(client, site, self._clock.now())
                if found is not None:
                    await self._recorder.call(partial(_keep, station, found))
            except (SourceError, StoreError) as error:
                log.info("no forecast of %s from the portal: %s", station, error)


def _keep(station: str, found: HourlyForecast, writer: Writer) -> None:
    record_forecast(writer.db, station, found)
