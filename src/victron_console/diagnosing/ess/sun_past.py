"""PV by the weather forecasts of a station's past, each as it stood at the hour that is played."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

import numpy as np

from victron_console.diagnosing.ess.advice import HORIZON
from victron_console.diagnosing.ess.forecast import plain_kwh, yield_ratios
from victron_console.diagnosing.ess.hours import Hours
from victron_console.diagnosing.ess.scenarios import SunForecast
from victron_console.diagnosing.ess.station_forecast import promised_and_came
from victron_console.model.external.hourly_forecast import IRRADIANCE, WEATHER, issued_before
from victron_console.sources.open_meteo import USABLE_S
from victron_console.store.read.reader import Reader


class SunPast:
    """Gives the forecast of an hour: what was known when it began, corrected by what had come of those before."""

    def __init__(
        self, reader: Reader, station: str, kwp: float | None, zone: tzinfo | None, hours: Hours, since: float,
        until: float,
    ) -> None:  # fmt: skip
        """Read what was issued for a span (UTC epoch, s); without the array's size nothing follows from it.

        Raises:
            StoreError: the store cannot be read.
        """
        self._reader, self._station, self._kwp, self._zone = reader, station, kwp or 0.0, zone
        self._hours = hours
        self._issued = reader.forecasts(station, WEATHER, since - USABLE_S, until) if kwp else []
        self._ratios: dict[int, Mapping[int, float]] = {}

    def __call__(self, n: int) -> SunForecast | None:
        """Of the hours from one on; None where no usable forecast was there, or it ends within the first."""
        begin = float(self._hours.begins[n])
        issued = issued_before(self._issued, begin)
        if issued is None or issued.issued_at < begin - USABLE_S:
            return None
        told = issued.values(IRRADIANCE, begin, HORIZON)
        if told[0] is None:
            return None
        w_m2 = np.array([np.nan if value is None else value for value in told])
        return SunForecast(plain_kwh(np.maximum(0.0, w_m2) / 1000.0, self._kwp), self._ratios_of(n))

    def _ratios_of(self, n: int) -> Mapping[int, float]:
        """Made once a local day: they are of whole days."""
        day = self._hours.local_day(n)
        if day not in self._ratios:
            at = float(self._hours.begins[n])
            promised, came = promised_and_came(self._reader, self._station, at, self._zone, self._kwp)
            self._ratios[day] = yield_ratios(promised, came, self._kwp)
        return self._ratios[day]
