"""A station that echoes our own login: it is neither stored nor shown, whatever it is wrapped in."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable

import httpx
import pytest

from victron_console.config.sources import HttpAccess, MqttAccess
from victron_console.model.clock import ManualClock
from victron_console.model.quality import Quality
from victron_console.sources.base import SourceError
from victron_console.sources.hidden import MARK, Hidden
from victron_console.sources.http import IDENTITY, HttpApi
from victron_console.sources.mqtt_tree import Tree

BATTERY = "com.victronenergy.battery.ttyO0"
TOKEN = "s3cret-t0ken"
ESCAPED = "".join(f"\\u{ord(each):04x}" for each in TOKEN)
NOW = 1_760_000_000.0
AccessTo = Callable[..., HttpAccess]


def echoing(request: httpx.Request) -> httpx.Response:
    """Says back what it was sent, in every place a text can stand in."""
    said = request.headers["authorization"]
    if request.url.path == "/":
        return httpx.Response(200, json={"name": f"{IDENTITY} {said}", "version": TOKEN})
    if request.url.path == "/services":
        return httpx.Response(200, json={"services": [BATTERY], "success": True})
    tree = {"CustomName": said, "Power": 1, "List": [said, {TOKEN: TOKEN}], "Text": json.dumps([said])}
    body = json.dumps({"value": tree, "success": True})
    inner = json.dumps(f'["{ESCAPED}"]')
    return httpx.Response(
        200, content=body[:-1].replace('"Text"', f'"Inner": {inner}, "Esc": "{ESCAPED}", "Text"') + "}"
    )


async def all_said(access: HttpAccess) -> str:
    api = HttpApi(access, ManualClock(NOW), httpx.MockTransport(echoing))
    found = await api.discover()
    reading = await api.read(BATTERY)
    return "\n".join([found.api, *reading.readings, *(each.text for each in reading.readings.values())])


async def test_an_echoed_token_never_gets_in(access_to: AccessTo) -> None:
    said = await all_said(access_to("http://192.0.2.10:8088", token=TOKEN))
    assert TOKEN not in said
    assert said.count(MARK) >= 8


async def test_nor_does_a_password_nor_the_login_made_of_it(access_to: AccessTo) -> None:
    said = await all_said(access_to("http://192.0.2.10:8088", user="mk", password=TOKEN))
    assert TOKEN not in said
    assert b64encode(f"mk:{TOKEN}".encode()).decode() not in said


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(302, headers={"location": f"http://192.0.2.10/?token={TOKEN}"}),
        httpx.Response(500, json={"error": f"bad token {TOKEN}", "success": False}),
    ],
    ids=["redirect", "error"],
)
async def test_the_reason_of_a_failed_poll_does_not_say_it_either(access_to: AccessTo, answer: httpx.Response) -> None:
    api = HttpApi(
        access_to("http://192.0.2.10:8088", token=TOKEN), ManualClock(NOW), httpx.MockTransport(lambda _: answer)
    )
    with pytest.raises(SourceError) as caught:
        await api.discover()
    assert TOKEN not in str(caught.value)


def test_a_brokers_password_in_a_payload_is_hidden() -> None:
    access = MqttAccess("h", 8883, True, None, "", "mk", f"Token {TOKEN}", "p", True, 8.0)
    tree = Tree("p", hidden=Hidden.of_mqtt(access))
    tree.take("N/p/battery/258/CustomName", json.dumps({"value": f"Token {TOKEN}"}).encode(), NOW, 0.0)
    readings = tree.devices["com.victronenergy.battery.258"].readings
    assert {path: reading.value for path, reading in readings.items()} == {"CustomName": MARK}


def test_a_short_secret_is_hidden_as_a_whole_and_blanks_no_other_word() -> None:
    hidden = Hidden(["pin"])
    assert hidden.value({"a": "pin", "b": "pinned"}) == {"a": MARK, "b": "pinned"}
    assert (
        hidden.text("victron") == "victron" and Hidden(["victronenergy"]).text("of victronenergy") == "of victronenergy"
    )


@pytest.mark.parametrize(
    "password", ["1", "0", "1234", "12345678", "52.1", "victron", "battery", "Voltage", "victronenergy", BATTERY]
)
async def test_an_ordinary_password_costs_no_reading(access_to: AccessTo, password: str) -> None:
    tree = {"Dc/0/Voltage": 52.1, "Dc/0/Power": 1234, "DeviceInstance": 1, "Serial": "12345678x", "State": 0}
    tree |= {"Yield": 12345678, "Text": "1234", "Service": BATTERY}

    def answer(request: httpx.Request) -> httpx.Response:
        said = {"/": {"name": IDENTITY}, "/services": {"services": [BATTERY]}}.get(request.url.path, {"value": tree})
        return httpx.Response(200, json=said)

    api = HttpApi(
        access_to("http://192.0.2.10:8088", user="mk", password=password),
        ManualClock(NOW),
        httpx.MockTransport(answer),
    )
    found = await api.discover()
    assert found.services == (BATTERY,)
    said = await api.read(BATTERY)
    kept = tree if password != "12345678" else tree | {"Serial": f"{MARK}x"}
    assert {path: reading.value for path, reading in said.readings.items()} == kept
    assert {reading.quality for reading in said.readings.values()} == {Quality.GOOD}
    assert said.key.instance == "1"


def test_an_ordinary_password_of_a_broker_refuses_no_topic() -> None:
    tree = Tree("p", hidden=Hidden(["battery", "battery/258"]))
    tree.take("N/p/battery/258/Dc/0/Power", b'{"value": 258}', NOW, 0.0)
    readings = tree.devices["com.victronenergy.battery.258"].readings
    assert {path: reading.value for path, reading in readings.items()} == {"Dc/0/Power": 258}


def test_a_secret_escaped_in_json_is_found_behind_leading_blanks() -> None:
    assert Hidden([TOKEN]).value(f' \n{{"a": "{ESCAPED}"}}') == f'{{"a": "{MARK}"}}'


def test_without_a_secret_nothing_is_looked_through() -> None:
    assert not Hidden().may_be_in(b'{"a": "\\u00b0"}')
