"""Irradiance from Open-Meteo: what is asked, what is read, and what serves while the line is down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from victron_console.model.clock import ManualClock
from victron_console.sources.open_meteo import ForecastUnavailable, OpenMeteo, Plane

NOW = 1_764_547_200.0
HUT = Plane(47.3, 11.4, tilt_deg=35.0, facing_deg=90.0)


class Line:
    """A scripted Open-Meteo."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.status = 200
        self.body: Any = hourly([-1.5, 0.0, 120.0, None, 350.0])
        self.down = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.down:
            raise httpx.ConnectError("no route")
        body = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return httpx.Response(self.status, text=body)


def hourly(values: list[Any], since: float = NOW) -> dict[str, Any]:
    times = [since + 3600 * n for n in range(len(values))]
    return {"hourly": {"time": times, "global_tilted_irradiance": values}}


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


async def test_the_plane_is_asked_for_in_their_degrees(line: Line, clock: ManualClock) -> None:
    await OpenMeteo(clock, transport=httpx.MockTransport(line)).irradiance(HUT)
    asked = line.asked[0].url.params
    assert (asked["tilt"], asked["azimuth"], asked["hourly"]) == ("35", "-90", "global_tilted_irradiance")
    assert asked["timeformat"] == "unixtime"


async def test_hours_begin_where_their_mean_does_and_none_is_negative(line: Line, clock: ManualClock) -> None:
    found = await OpenMeteo(clock, transport=httpx.MockTransport(line)).irradiance(HUT)
    assert found.begins == (NOW, NOW + 3600, NOW + 3 * 3600)
    assert found.w_m2 == (0.0, 120.0, 350.0)
    line.body = hourly([50.0, -3.0], NOW + 3600)
    clock.advance(4 * 3600)
    line.body = hourly([50.0, -3.0], NOW + 5 * 3600)
    assert (await OpenMeteo(clock, transport=httpx.MockTransport(line)).irradiance(HUT)).w_m2 == (50.0, 0.0)


async def test_a_fresh_forecast_is_not_asked_for_again(line: Line, clock: ManualClock, tmp_path: Path) -> None:
    for _ in range(3):
        client = OpenMeteo(clock, tmp_path / "cache", httpx.MockTransport(line))
        await client.irradiance(HUT)
        await client.irradiance(HUT)
    assert len(line.asked) == 1
    clock.advance(3 * 3600 + 1)
    await client.irradiance(HUT)
    await client.irradiance(Plane(47.3, 11.4))
    assert len(line.asked) == 3


async def test_without_a_line_the_kept_forecast_serves_and_says_how_old_it_is(
    line: Line, clock: ManualClock, tmp_path: Path
) -> None:
    client = OpenMeteo(clock, tmp_path, httpx.MockTransport(line))
    first = await client.irradiance(HUT)
    line.down = True
    clock.advance(20 * 3600)
    for again in (client, OpenMeteo(clock, tmp_path, httpx.MockTransport(line))):
        found = await again.irradiance(HUT)
        assert found.w_m2 == first.w_m2 and "20 h old" in found.note and "no route" in found.note
    clock.advance(30 * 3600)
    with pytest.raises(ForecastUnavailable, match="cannot be reached"):
        await client.irradiance(HUT)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, {}, "500"),
        (400, {"error": True, "reason": "x"}, "400"),
        (200, "<html>", "another form"),
        (200, {}, "another form"),
        (200, [], "another form"),
        (200, hourly([None, None]), "no coming hour"),
        (200, hourly([1.0], NOW - 9e4), "no coming hour"),
        (200, hourly(["sun"]), "another form"),
        pytest.param(200, "1" * 1_100_000, "too long", id="too long"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_refused_with_its_reason(
    line: Line, clock: ManualClock, status: int, body: object, words: str
) -> None:
    line.status, line.body = status, body
    with pytest.raises(ForecastUnavailable, match=words):
        await OpenMeteo(clock, transport=httpx.MockTransport(line)).irradiance(HUT)


def damage(cache: Path) -> Path:
    (file,) = cache.glob("*.json")
    file.write_text('{"begins": [1], "w_m2": []')
    return file


async def test_a_damaged_or_forbidden_cache_only_costs_a_request(
    line: Line, clock: ManualClock, tmp_path: Path
) -> None:
    client = OpenMeteo(clock, tmp_path, httpx.MockTransport(line))
    await client.irradiance(HUT)
    blocked = damage(tmp_path)
    await OpenMeteo(clock, tmp_path, httpx.MockTransport(line)).irradiance(HUT)
    await OpenMeteo(clock, blocked / "cache", httpx.MockTransport(line)).irradiance(HUT)
    assert len(line.asked) == 3
