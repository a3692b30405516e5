"""What the calls of the API mean, against answers that a transport gives."""

from __future__ import annotations

import asyncio
import json
import unicodedata
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.config.sources import HttpAccess
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.sources.base import (
    BadAnswer,
    BusDead,
    Misconfigured,
    NoSuchService,
    SourceError,
    TimedOut,
)
from victron_console.sources.http import IDENTITY, MAX_SERVICES, HttpApi
from victron_console.sources.values import MAX_PATHS

NOW = 1_760_000_000.0
BATTERY = "com.victronenergy.battery.ttyO0"
Answer = Callable[[httpx.Request], httpx.Response]
Api = Callable[..., HttpApi]


class Station:
    """Answers as the API does; single calls can be made to answer otherwise."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.headers: dict[str, str] = {}
        self.services: list[object] = [BATTERY]
        self.trees: dict[str, object] = {BATTERY: {"DeviceInstance": 258, "Soc": 81.5, "Soh": []}}
        self.instead: dict[str, Answer] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path
        return self.instead[path](request) if path in self.instead else self._usual(path, request)

    def _usual(self, path: str, request: httpx.Request) -> httpx.Response:
        if path == "/":
            return self.say({"name": IDENTITY, "version": "3.2.0"})
        if path == "/health":
            return self.say({"status": "healthy", "success": True})
        if path == "/services":
            return self.say({"services": self.services, "count": len(self.services), "success": True})
        tree = self.trees.get(request.url.params["service"])
        if path != "/value" or tree is None:
            return self.say({"value": None, "error": "not available", "success": False}, 404)
        return self.say({"value": tree, "success": True})

    def say(self, data: object, status: int = 200) -> httpx.Response:
        """An answer as the API gives it."""
        return httpx.Response(status, content=json.dumps(data).encode(), headers=self.headers)

    @property
    def paths(self) -> list[str]:
        """What was asked, in order."""
        return [request.url.path for request in self.asked]


def gives(body: bytes | str, status: int = 200) -> Answer:
    """An answer that is always this."""
    return lambda request: httpx.Response(status, content=body)


@pytest.fixture
def station() -> Station:
    return Station()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def api(station: Station, clock: ManualClock, access_to: Callable[..., HttpAccess]) -> HttpApi:
    return HttpApi(access_to("http://192.0.2.10:8088"), clock, httpx.MockTransport(station))


async def test_a_station_is_asked_who_it_is_before_anything_else(station: Station, api: HttpApi) -> None:
    found = await api.discover()
    assert station.paths == ["/", "/services"]
    assert found.services == (BATTERY,)
    assert found.api == f"{IDENTITY} 3.2.0"


async def test_even_a_single_read_asks_for_the_identity_first_and_once(station: Station, api: HttpApi) -> None:
    await api.read(BATTERY)
    await api.read(BATTERY)
    assert station.paths == ["/", "/value", "/value"]


async def test_a_service_is_read_whole_with_its_key_and_the_moment_of_asking(
    station: Station, clock: ManualClock, api: HttpApi
) -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        clock.advance(2.0)
        return station.say({"value": station.trees[BATTERY], "success": True})

    station.instead["/value"] = slow
    reading = await api.read(BATTERY)
    assert dict(station.asked[-1].url.params) == {"service": BATTERY, "path": "/"}
    assert reading.key == DeviceKey("battery", "258")
    assert (reading.at, reading.round_trip_s) == (NOW, 2.0)
    assert reading.readings["Soc"] == Reading(81.5, NOW)
    assert reading.readings["Soh"].quality is Quality.ABSENT
    assert reading.size_bytes == api.traffic.bytes_in - len(json.dumps({"name": IDENTITY, "version": "3.2.0"}))


async def test_an_answer_with_the_bytes_of_the_last_one_gives_its_readings_at_a_new_moment(
    station: Station, clock: ManualClock, api: HttpApi
) -> None:
    first = await api.read(BATTERY)
    clock.advance(10.0)
    again = await api.read(BATTERY)
    assert again.readings is first.readings and again.at == NOW + 10.0
    tree = station.trees[BATTERY]
    assert isinstance(tree, dict)
    tree["Soc"] = 80.0
    changed = await api.read(BATTERY)
    assert changed.readings["Soc"] == Reading(80.0, NOW + 10.0)
    assert changed.readings["Soh"] is first.readings["Soh"]


async def test_bytes_that_were_no_answer_are_none_the_second_time(station: Station, api: HttpApi) -> None:
    await api.read(BATTERY)
    station.instead["/value"] = gives(b"[]")
    for _ in range(2):
        with pytest.raises(BadAnswer):
            await api.read(BATTERY)


async def test_settings_are_read_like_any_service(station: Station, api: HttpApi) -> None:
    station.trees["com.victronenergy.settings"] = {"Settings/SystemSetup/AcInput1": 1}
    reading = await api.read("com.victronenergy.settings")
    assert reading.key == DeviceKey("settings", "0")
    assert reading.readings["Settings/SystemSetup/AcInput1"].number == 1


async def test_every_call_is_a_get_to_the_stations_own_host(station: Station, api: HttpApi) -> None:
    await api.discover()
    await api.read(BATTERY)
    await api.recovered()
    with pytest.raises(NoSuchService):
        await api.read("com.victronenergy.x&path=/&service=..%2f?#")
    await api.close()
    assert {request.method for request in station.asked} == {"GET"}
    assert {(request.url.host, request.url.port) for request in station.asked} == {("192.0.2.10", 8088)}
    assert set(station.paths) <= {"/", "/services", "/value", "/health"}
    assert not any(request.content for request in station.asked)


async def test_a_path_before_the_api_is_kept(access_to: Callable[..., HttpAccess], station: Station) -> None:
    station.instead = {"/alder/": lambda _: station.say({"name": IDENTITY}), "/alder/services": gives("[]")}
    api = HttpApi(access_to("https://fleet.example/alder"), ManualClock(NOW), httpx.MockTransport(station))
    with pytest.raises(BadAnswer):
        await api.discover()
    assert [str(request.url) for request in station.asked] == [
        "https://fleet.example/alder/",
        "https://fleet.example/alder/services",
    ]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (gives("<html>Welcome</html>"), "another program"),
        (gives('{"name": "venus-influx-loader"}'), "venus-influx-loader"),
        (gives('{"name": "\\u001b[2Jevil"}'), "another program"),
        (gives("[]"), "another program"),
        (gives('"hello"'), "another program"),
        (gives("<html>no</html>", 404), "HTTP 404"),
    ],
    ids=["html", "other name", "hostile name", "list", "text", "404"],
)
async def test_another_program_on_the_port_is_a_misconfiguration(
    station: Station, api: HttpApi, answer: Answer, word: str
) -> None:
    station.instead["/"] = answer
    with pytest.raises(Misconfigured, match=word) as caught:
        await api.discover()
    assert "192.0.2.10:8088" in str(caught.value)
    assert str(caught.value).isprintable()
    assert station.paths == ["/"]


@pytest.mark.parametrize(
    "answer",
    [gives("<html>502 Bad Gateway</html>"), gives("<html>502</html>", 502), gives("[]"), gives("gone", 404)],
    ids=["html", "502", "list", "404"],
)
async def test_a_confirmed_station_that_answers_oddly_for_a_while_is_not_misconfigured(
    station: Station, api: HttpApi, answer: Answer
) -> None:
    await api.discover()
    station.instead["/"] = answer
    with pytest.raises(BadAnswer):
        await api.discover()


@pytest.mark.parametrize(
    "answer",
    [gives("<html>502</html>", 502), gives('{"name": "Victron DB'), gives(""), gives('{"error": "x"}', 500)],
    ids=["502", "cut off", "empty", "500"],
)
async def test_a_first_answer_that_failed_says_nothing_of_who_is_there(
    station: Station, api: HttpApi, answer: Answer
) -> None:
    station.instead["/"] = answer
    with pytest.raises(BadAnswer):
        await api.discover()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_refused_and_not_followed(station: Station, api: HttpApi, status: int) -> None:
    station.instead["/services"] = lambda _: httpx.Response(status, headers={"Location": "http://203.0.113.9/services"})
    with pytest.raises(Misconfigured, match=r"redirects to http://203\.0\.113\.9"):
        await api.discover()
    assert station.paths == ["/", "/services"]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_login_is_a_misconfiguration(station: Station, api: HttpApi, status: int) -> None:
    station.instead["/"] = gives("no", status)
    with pytest.raises(Misconfigured, match="login"):
        await api.discover()


@pytest.mark.parametrize(
    ("answer", "error", "word"),
    [
        (gives('{"value": {"Soc": 81'), BadAnswer, "cut off"),
        (gives("<html>502 Bad Gateway</html>"), BadAnswer, "HTML"),
        (gives(""), BadAnswer, "empty"),
        (gives("\x00\x01"), BadAnswer, "not JSON"),
        (gives("[" * 100_000), BadAnswer, "failed poll"),
        (gives('{"value": 5, "success": true}'), BadAnswer, "no values"),
        (gives('{"value": {"Soc": 1}, "success": false, "error": "NoReply"}'), BadAnswer, "NoReply"),
        (gives('{"error": "org.freedesktop.DBus.Error.NoReply"}', 500), BadAnswer, "HTTP 500: org.freedesktop"),
        (gives('{"error": "Missing service"}', 400), BadAnswer, "HTTP 400"),
        (gives("<html>nginx</html>", 404), BadAnswer, "HTTP 404"),
        (gives('{"value": null, "success": false}', 404), NoSuchService, "left the bus"),
        (gives('{"value": {}, "success": true}'), NoSuchService, "no values"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_a_failed_poll_with_a_reason(
    station: Station, api: HttpApi, answer: Answer, error: type[SourceError], word: str
) -> None:
    station.instead["/value"] = answer
    with pytest.raises(error, match=word) as caught:
        await api.read(BATTERY)
    assert "192.0.2.10:8088" in str(caught.value)


async def test_a_dead_bus_is_an_outage_not_an_empty_station(station: Station, api: HttpApi) -> None:
    station.services = []
    with pytest.raises(BusDead, match="D-Bus"):
        await api.discover()


async def test_a_value_that_is_no_number_spoils_only_itself(station: Station, api: HttpApi) -> None:
    station.instead["/value"] = gives('{"value": {"Soc": NaN, "Dc/0/Voltage": 52.1, "Dc/0/Power": -Infinity}}')
    readings = (await api.read(BATTERY)).readings
    assert [readings[path].quality for path in ("Soc", "Dc/0/Power")] == [Quality.IMPLAUSIBLE] * 2
    assert readings["Dc/0/Voltage"].number == 52.1


async def test_hostile_text_is_harmless_once_it_is_in(station: Station, api: HttpApi) -> None:
    station.services = [BATTERY, "com.victronenergy.battery.\x1b]0;owned\x07[/nope]", 7, None, "../etc", "a" * 70_000]
    station.trees[BATTERY] = {
        "CustomName": "[bold red]Boiler[/] \x1b]0;owned\x07\x1b[2J\u202egnp.exe\x00",
        "Evil/\x1b[2J[/nope]": 1,
        "ProductName": "\ud800",
        "Serial": "x" * 1000,
    }
    assert (await api.discover()).services == (BATTERY,)
    readings = (await api.read(BATTERY)).readings
    for text in [*readings, *(reading.text for reading in readings.values())]:
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in text)
        assert len(text) <= 256


@pytest.mark.slow
async def test_more_services_and_paths_than_sense_are_cut(
    station: Station, api: HttpApi, caplog: pytest.LogCaptureFixture
) -> None:
    station.services = [f"{BATTERY}{n}" for n in range(MAX_SERVICES + 50)]
    station.trees[BATTERY] = {f"Path/{n}": n for n in range(MAX_PATHS + 500)}
    assert len((await api.discover()).services) == MAX_SERVICES
    for _ in range(3):
        assert len((await api.read(BATTERY)).readings) == MAX_PATHS
    assert len(caplog.records) == 2


async def test_the_stations_clock_is_compared_with_ours(station: Station, api: HttpApi) -> None:
    station.headers = {"Date": "Wed, 08 Oct 2025 08:53:20 GMT"}  # 86,400 s before NOW
    assert (await api.discover()).clock_skew_s == pytest.approx(-86_400, abs=0.6)
    assert (await api.read(BATTERY)).clock_skew_s == pytest.approx(-86_400, abs=0.6)


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Oct 99999 99:99:99 GMT", "-"])
async def test_a_date_that_cannot_be_read_is_no_clock(station: Station, api: HttpApi, date: str) -> None:
    station.headers = {"Date": date}
    assert (await api.discover()).clock_skew_s is None


async def test_after_a_timeout_nothing_but_health_is_asked_until_it_answers(
    station: Station, access_to: Callable[..., HttpAccess]
) -> None:
    held = asyncio.Event()

    async def server(request: httpx.Request) -> httpx.Response:
        answer = station(request)
        if request.url.path == "/value" or (request.url.path == "/health" and not held.is_set()):
            await asyncio.Event().wait()
        return answer

    access = access_to("http://192.0.2.10:8088", deadline_s=0.05)
    api = HttpApi(access, ManualClock(NOW), httpx.MockTransport(server), free_deadline_s=0.05)
    await api.discover()
    with pytest.raises(TimedOut, match=rf"for {BATTERY} within 0\.05 s"):
        await api.read(BATTERY)
    for call in (api.recovered(), api.discover(), api.read(BATTERY)):
        with pytest.raises(TimedOut):
            await call
    assert station.paths == ["/", "/services", "/value", "/health", "/health", "/health"]
    held.set()
    await api.recovered()
    await api.discover()
    assert station.paths[-3:] == ["/health", "/", "/services"]


async def test_a_read_that_was_cancelled_is_waited_for_too(
    station: Station, access_to: Callable[..., HttpAccess]
) -> None:
    asked = asyncio.Event()

    async def server(request: httpx.Request) -> httpx.Response:
        answer = station(request)
        if request.url.path == "/value":
            asked.set()
            await asyncio.Event().wait()
        return answer

    api = HttpApi(access_to("http://192.0.2.10:8088"), ManualClock(NOW), httpx.MockTransport(server))
    await api.discover()
    task = asyncio.create_task(api.read(BATTERY))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await api.discover()
    assert station.paths[2:] == ["/value", "/health", "/", "/services"]


async def test_requests_to_one_station_never_overlap(station: Station, access_to: Callable[..., HttpAccess]) -> None:
    open_now: list[str] = []
    most = 0

    async def server(request: httpx.Request) -> httpx.Response:
        nonlocal most
        open_now.append(request.url.path)
        most = max(most, len(open_now))
        for _ in range(5):
            await asyncio.sleep(0)
        open_now.pop()
        return station(request)

    api = HttpApi(access_to("http://192.0.2.10:8088"), ManualClock(NOW), httpx.MockTransport(server))
    await asyncio.gather(api.discover(), *(api.read(BATTERY) for _ in range(5)))
    assert most == 1


async def test_traffic_is_counted_with_errors_by_kind(station: Station, api: HttpApi) -> None:
    await api.discover()
    for _ in range(2):
        with pytest.raises(NoSuchService):
            await api.read("com.victronenergy.gps.none")
    station.services = []
    with pytest.raises(BusDead):
        await api.discover()
    assert (api.traffic.requests, api.traffic.errors) == (6, 3)
    assert api.traffic.by_kind == {"NoSuchService": 2, "BusDead": 1}


@pytest.mark.slow
@given(status=st.integers(100, 599), body=st.binary() | st.text().map(str.encode), path=st.sampled_from(["/", "/x"]))
def test_no_answer_leads_to_another_exception(status: int, body: bytes, path: str) -> None:
    station = Station()
    for call in ("/", "/services") if path == "/" else ("/value",):
        station.instead[call] = gives(body, status)
    nothing = dict.fromkeys(("user", "password", "token", "fingerprint", "proxy"), "")
    access = HttpAccess(url="http://192.0.2.10:8088", headers={}, ca_file=None, deadline_s=8.0, **nothing)

    async def poll() -> None:
        api = HttpApi(access, ManualClock(NOW), httpx.MockTransport(station))
        try:
            await api.discover()
            await api.read(BATTERY)
        except SourceError as error:
            assert str(error).isprintable()

    asyncio.run(poll())


async def test_a_404_after_half_a_minute_is_what_the_server_says_of_a_service_that_hung(
    station: Station, api: HttpApi, clock: ManualClock
) -> None:
    await api.discover()

    def given_up(_: httpx.Request) -> httpx.Response:
        clock.advance(25.0)
        return station.say({"value": None, "success": False}, 404)

    station.instead["/value"] = given_up
    with pytest.raises(TimedOut, match="did not respond until the server gave it up"):
        await api.read(BATTERY)
