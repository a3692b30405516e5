"""What the portal expects of a site: in Wh there, in kWh here, and nothing where it tells nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from victron_console.config.vrm import VrmAccess
from victron_console.model.clock import ManualClock
from victron_console.model.external.hourly_forecast import LOAD, PV, HourlyForecast
from victron_console.sources.base import BadAnswer, SourceError
from victron_console.sources.vrm.client import VrmClient
from victron_console.sources.vrm.forecast import read_forecast

NOW = 1_780_000_200.0
SINCE = NOW - NOW % 3600.0


async def told(answer: dict[str, Any], status: int = 200) -> tuple[HourlyForecast | None, httpx.URL]:
    asked: list[httpx.URL] = []

    def give(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(status, json=answer)

    access = VrmAccess("https://portal.test/v2", "forecasts")
    client = VrmClient(access, ManualClock(NOW), transport=httpx.MockTransport(give))
    return await read_forecast(client, 7, NOW), asked[0]


def points(*wh: tuple[int, float]) -> list[list[float]]:
    return [[(SINCE + n * 3600.0) * 1000.0, value] for n, value in wh]


async def test_consumption_and_yield_come_by_the_hour_in_kwh() -> None:
    records = {"vrm_consumption_fc": points((0, 500.0), (1, 250.0), (3, 100.0)), "solar_yield_forecast": False}
    found, url = await told({"success": True, "records": records})
    assert found is not None and found.source == "vrm" and found.issued_at == NOW and found.since == SINCE
    assert found.values(LOAD, SINCE, 4) == (0.5, 0.25, 0.0, 0.1) and PV not in found.series
    assert found.values(LOAD, SINCE + 24 * 3600.0, 1) == (None,), "a day that is not told is not nothing"
    assert url.path == "/v2/installations/7/stats" and url.params["type"] == "forecast"
    assert url.params["start"] == str(int(SINCE)) and url.params["interval"] == "hours"


async def test_a_forecast_of_the_past_or_of_no_energy_is_none() -> None:
    nothing: tuple[object, ...] = (
        [], False, {"vrm_consumption_fc": False}, {"vrm_consumption_fc": points((-5, 10.0), (2, -4.0))},
                    {"vrm_consumption_fc": points((2, 1e12))},
    )  # fmt: skip
    for records in nothing:
        found, _ = await told({"success": True, "records": records})
        assert found is None


async def test_another_shape_and_a_refusal_are_said() -> None:
    with pytest.raises(BadAnswer):
        await told({"success": True, "records": "soon"})
    with pytest.raises(SourceError):
        await told({"success": False}, 403)
