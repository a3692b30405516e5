"""Forecast irradiance on a PV array from Open-Meteo, kept in a file for when there is no line. Reads no station.

Free for non-commercial use, CC BY 4.0: whoever shows its figures names Open-Meteo.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import BaseModel, FiniteFloat, TypeAdapter

from victron_console.model.clock import Clock
from victron_console.model.units import HOUR_S
from victron_console.sources.failures import short_text
from victron_console.sources.web_answer import ask

URL = "https://api.open-meteo.com/v1/forecast"
FRESH_S = 3 * 3600.0
"""The model behind it runs every few hours: asking more often brings nothing."""
USABLE_S = 48 * 3600.0
"""Without a line a forecast serves this long."""
DEADLINE_S = 15.0
LARGEST_ANSWER = 1_000_000
DAYS = 3


class ForecastUnavailable(Exception):
    """There is no forecast, neither from the line nor kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Where an array stands and looks."""

    latitude: float
    longitude: float
    tilt_deg: float = 30.0
    """From level."""
    facing_deg: float = 180.0
    """Clockwise from north; 180 is south."""


@dataclass(frozen=True, slots=True)
class IrradianceForecast:
    """Mean irradiance on the array in each coming hour."""

    begins: tuple[FiniteFloat, ...]
    """UTC epoch, s."""
    w_m2: tuple[FiniteFloat, ...]
    """Never negative."""
    fetched_at: FiniteFloat
    note: str = ""
    """Why it is not the latest; empty where it is."""


_KEPT = TypeAdapter(IrradianceForecast)


class _Hourly(BaseModel):
    time: list[FiniteFloat]
    global_tilted_irradiance: list[FiniteFloat | None]


class _Answer(BaseModel):
    """As asked for: times in UTC epoch seconds, W/m² on the array."""

    hourly: _Hourly


class OpenMeteo:
    """Forecasts of planes, each asked for at most every three hours."""

    def __init__(
        self, clock: Clock, cache: Path | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """A client.

        Args:
            clock: the time.
            cache: a folder for the answers, made when first needed; None: keep them only in memory.
            transport: stands in for the network.
        """
        self._clock = clock
        self._cache = cache
        self._transport = transport
        self._kept: dict[Plane, IrradianceForecast] = {}

    async def irradiance(self, plane: Plane) -> IrradianceForecast:
        """The forecast of a plane: kept while fresh, asked for else, and kept again where the line fails.

        Raises:
            ForecastUnavailable: nothing could be had and nothing usable is kept.
        """
        kept = self._kept.get(plane) or self._load(plane)
        now = self._clock.now()
        if kept and 0.0 <= now - kept.fetched_at < FRESH_S:
            return kept
        try:
            fetched = _read(await self._ask(plane), now)
        except ForecastUnavailable as error:
            if kept and 0.0 <= now - kept.fetched_at < USABLE_S:
                hours = (now - kept.fetched_at) / HOUR_S
                return IrradianceForecast(kept.begins, kept.w_m2, kept.fetched_at, f"{hours:.0f} h old: {error}")
            raise
        self._kept[plane] = fetched
        self._save(plane, fetched)
        return fetched

    async def _ask(self, plane: Plane) -> bytes:
        parameters = {
            "latitude": f"{plane.latitude:.3f}", "longitude": f"{plane.longitude:.3f}",
            "hourly": "global_tilted_irradiance", "tilt": f"{plane.tilt_deg:g}",
            "azimuth": f"{(plane.facing_deg % 360.0) - 180.0:g}",  # theirs counts from south, east negative
            "timeformat": "unixtime", "timezone": "UTC", "forecast_days": str(DAYS),
        }  # fmt: skip
        request = httpx.Request("GET", URL, params=parameters)
        try:
            answer = await ask(request, DEADLINE_S, LARGEST_ANSWER, self._transport)
        except TimeoutError as error:
            raise ForecastUnavailable(f"Open-Meteo did not answer within {DEADLINE_S:g} s") from error
        except httpx.HTTPError as error:
            raise ForecastUnavailable(f"Open-Meteo cannot be reached: {short_text(error)}") from error
        if answer.status != httpx.codes.OK:
            raise ForecastUnavailable(f"Open-Meteo answered {answer.status}")
        if not answer.is_whole:
            raise ForecastUnavailable("Open-Meteo's answer is too long")
        return answer.body

    def _file(self, plane: Plane) -> Path | None:
        if self._cache is None:
            return None
        name = hashlib.sha256(repr(plane).encode()).hexdigest()[:16]
        return self._cache / f"irradiance-{name}.json"

    def _load(self, plane: Plane) -> IrradianceForecast | None:
        """What a file keeps; None where there is none or it is damaged: then it is simply asked for again."""
        file = self._file(plane)
        if file is None:
            return None
        try:
            found = _KEPT.validate_json(file.read_bytes())
        except (OSError, ValueError):
            return None
        return found if len(found.begins) == len(found.w_m2) > 0 else None

    def _save(self, plane: Plane, forecast: IrradianceForecast) -> None:
        """Keep an answer, whole or not at all. A full disk costs the next start a request, nothing else."""
        file = self._file(plane)
        if file is None:
            return
        fresh = file.with_suffix(".new")
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(_KEPT.dump_json(forecast))
            fresh.replace(file)


def _read(body: bytes, now: float) -> IrradianceForecast:
    """The forecast of an answer. Its values are means of the hour before their time, and may be slightly negative.

    Raises:
        ForecastUnavailable: it is not of the form that Open-Meteo documents.
    """
    try:
        hourly = _Answer.model_validate_json(body).hourly
        pairs = list(zip(hourly.time, hourly.global_tilted_irradiance, strict=True))
    except ValueError as error:
        raise ForecastUnavailable("Open-Meteo's answer has another form than expected") from error
    coming = [(at - HOUR_S, max(0.0, value)) for at, value in pairs if value is not None and at > now]
    if not coming:
        raise ForecastUnavailable("Open-Meteo's answer holds no coming hour")
    return IrradianceForecast(tuple(at for at, _ in coming), tuple(value for _, value in coming), now)
