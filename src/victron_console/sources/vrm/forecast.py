"""What the portal expects of a site's coming hours: consumption and yield, made by Victron from weather and habit."""

from __future__ import annotations

from collections.abc import Mapping

from victron_console.catalogue.vrm import FORECAST_CODES
from victron_console.model.external.hourly_forecast import PORTAL, HourlyForecast
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.sources.vrm.client import VrmClient
from victron_console.sources.vrm.stats import LARGEST_KWH, points_of

AHEAD_S = 2 * DAY_S
WH = 1000.0


async def read_forecast(client: VrmClient, site: int, now: float) -> HourlyForecast | None:
    """The coming two days, from the present hour on; None where the portal foretells nothing of the site.

    Args:
        client: of the account.
        site: its number at the portal.
        now: the moment (UTC epoch, s).

    Raises:
        SourceError: as `VrmClient.get`.
    """
    since = now - now % HOUR_S
    answer = await client.get(
        f"/installations/{site}/stats",
        {"type": "forecast", "interval": "hours", "start": int(since), "end": int(since + AHEAD_S)},
    )
    points = points_of(answer.get("records"), client.place)
    count = round(AHEAD_S / HOUR_S)
    series = {
        quantity: _hours({at: values[0] for at, values in points.get(code, {}).items()}, since, count)
        for code, quantity in FORECAST_CODES.items()
    }
    told = {quantity: each for quantity, each in series.items() if any(value is not None for value in each)}
    return HourlyForecast(PORTAL, now, since, told) if told else None


def _hours(wh: Mapping[float, float], since: float, count: int) -> tuple[float | None, ...]:
    """kWh by the hour. What is left out within the days that are told is nothing: the portal leaves zeros out."""
    within = {
        round((at - since) // HOUR_S): value / WH
        for at, value in wh.items()
        if since <= at < since + count * HOUR_S and 0.0 <= value <= LARGEST_KWH * WH
    }
    if not within:
        return (None,) * count
    last = max(within)
    # Nights of no sun are left out at the end, too, as far as the last day that is told goes.
    end = min(count, -(-(last + 1) // 24) * 24)
    return tuple(within.get(n, 0.0) if n < end else None for n in range(count))
