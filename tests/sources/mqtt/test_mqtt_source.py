"""The MQTT source against a real broker and a GX that misbehaves."""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiomqtt import Client, MqttError
from tests.patience import PATIENCE_S, until, until_async
from tests.sources.mqtt.conftest import (
    DATA,
    PASSWORD,
    PORTAL,
    QUICK,
    STATE,
    USER,
    Broker,
    Gx,
    running_gx,
)

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.sources.base import (
    Discovery,
    Misconfigured,
    NoSuchService,
    SourceError,
    TimedOut,
    Unreachable,
)
from victron_console.sources.mqtt import Mqtt
from victron_console.sources.mqtt_guard import GuardedClient

pytestmark = pytest.mark.slow  # each test has a broker of its own

Connect = Callable[..., Mqtt]
SYSTEM, BATTERY, TANK = "com.victronenergy.system", "com.victronenergy.battery.258", "com.victronenergy.tank.21"
CERTIFICATE = DATA / "station.cert.pem"
IMPATIENT = replace(QUICK, dump_retry_s=0.3)
SHORT_S = 1.0
"""A deadline that is to be missed; what comes before it has ample time even where the machine is busy."""


def changed_services(found: Discovery) -> frozenset[str]:
    assert found.changed is not None
    return found.changed.take()


async def value(source: Mqtt, service: str, path: str) -> object:
    return (await source.read(service)).readings[path].value


async def until_value(source: Mqtt, service: str, path: str, expected: object) -> None:
    async def shows() -> bool:
        return await value(source, service, path) == expected

    await until_async(shows)


async def pass_time(seconds: float, clock: ManualClock, gx: Gx, found: Discovery) -> None:
    """Move the clock; returns when a heartbeat of then was received, which what is said after it tells."""
    clock.advance(seconds)
    changed_services(found)
    await gx.beat()
    await gx.publish(f"system/0/Marker/{clock.monotonic():.0f}", {"value": 1})
    await until(lambda: SYSTEM in changed_services(found))


async def until_it_fails(source: Mqtt, service: str) -> None:
    async def never() -> bool:
        await source.read(service)
        return False

    await until_async(never)


async def test_the_station_is_found_by_itself_and_read_whole(broker: Broker, gx: Gx, connect: Connect) -> None:
    found = await connect(broker.port).discover()
    assert found.services == (BATTERY, "com.victronenergy.settings", SYSTEM, TANK)
    assert PORTAL in found.api
    assert found.clock_skew_s is not None and abs(found.clock_skew_s) < 2


async def test_devices_and_values_bear_the_names_they_have_over_http(broker: Broker, gx: Gx, connect: Connect) -> None:
    source = connect(broker.port)
    await source.discover()
    battery, settings = await source.read(BATTERY), await source.read("com.victronenergy.settings")
    assert battery.key == DeviceKey("battery", "258")
    assert {path: reading.value for path, reading in battery.readings.items()} == {
        "Dc/0/Voltage": 52.1,
        "Dc/0/Current": -3.2,
        "Soc": 81.0,
    }
    assert settings.key == DeviceKey("settings", "0")


async def test_a_change_is_news_and_a_change_within_the_deadband_waits_for_the_next_read(
    broker: Broker, gx: Gx, connect: Connect
) -> None:
    source = connect(broker.port)
    found = await source.discover()
    for service in found.services:
        await source.read(service)
    changed_services(found)
    await gx.say("system/0/Dc/Battery/Power", 239)  # its deadband is 10 W or more
    await gx.say("tank/21/Level", 60)
    assert found.changed is not None
    await until(lambda: found.changed is not None and found.changed.next_moment() < float("inf"))
    assert changed_services(found) == {TANK}
    assert await value(source, SYSTEM, "Dc/Battery/Power") == 239


async def test_null_is_absent_and_an_empty_payload_ends_the_device(broker: Broker, gx: Gx, connect: Connect) -> None:
    source = connect(broker.port)
    found = await source.discover()
    changed_services(found)
    await gx.say("battery/258/Soc", None)
    await until(lambda: BATTERY in changed_services(found))
    assert (await source.read(BATTERY)).readings["Soc"].quality is Quality.ABSENT
    await gx.leave("tank/21/")
    await until(lambda: TANK in changed_services(found))
    with pytest.raises(NoSuchService):
        await source.read(TANK)
    assert TANK not in (await source.discover()).services


async def test_a_device_that_comes_is_there_without_a_keep_alive(broker: Broker, gx: Gx, connect: Connect) -> None:
    source = connect(broker.port)
    found = await source.discover()
    changed_services(found)
    await gx.say("tank/22/Level", 7)
    await until(lambda: "com.victronenergy.tank.22" in changed_services(found))
    assert await value(source, "com.victronenergy.tank.22", "Level") == 7


async def test_nothing_but_the_keep_alive_is_ever_published(
    broker: Broker, clock: ManualClock, gx: Gx, connect: Connect
) -> None:
    heard: set[str] = set()

    async def listen() -> None:
        async with Client("127.0.0.1", broker.port) as spy:
            await spy.subscribe("#")
            ready.set()
            async for message in spy.messages:
                if not message.topic.value.startswith("N/"):
                    heard.add(message.topic.value)

    ready = asyncio.Event()
    listening = asyncio.create_task(listen())
    await ready.wait()
    source = connect(broker.port)
    found = await source.discover()
    for service in found.services:
        await source.read(service)
    await gx.say("tank/21/Level", 41)
    gx.hidden = "tank"
    await pass_time(1.1 * QUICK.quiet_s, clock, gx, found)
    await until(lambda: len([asked for asked in gx.asked if "echo" in asked]) >= 2 and len(gx.asked) >= 4)
    await source.recovered()
    await source.discover()
    await source.close()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert heard == {f"R/{PORTAL}/keepalive"}


async def test_one_dump_then_keep_alives_that_ask_for_nothing(broker: Broker, gx: Gx, connect: Connect) -> None:
    await connect(broker.port).discover()
    await until(lambda: len(gx.asked) >= 3)
    assert [("echo" in asked, "suppress-republish" in asked) for asked in gx.asked[:3]] == [
        (True, False),
        (False, True),
        (False, True),
    ]


async def test_a_dump_that_was_not_granted_is_asked_for_again(broker: Broker, gx: Gx, connect: Connect) -> None:
    gx.deaf = True
    source = connect(broker.port, timing=IMPATIENT)
    discovering = asyncio.create_task(source.discover())
    await until(lambda: gx.asked)
    gx.deaf = False
    assert SYSTEM in (await discovering).services


async def test_a_station_that_never_says_that_this_was_all_is_taken_as_it_is(
    broker: Broker, gx: Gx, connect: Connect
) -> None:
    gx.deaf = True
    source = connect(broker.port, deadline_s=SHORT_S)
    asking = asyncio.create_task(source.discover())
    await until(lambda: gx.asked)
    await gx.say("system/0/Dc/Battery/Soc", 55.0)
    assert (await asking).services == (SYSTEM,)
    assert await value(source, SYSTEM, "Dc/Battery/Soc") == 55.0


async def test_a_station_that_ignores_the_keep_alive_is_named(broker: Broker, gx: Gx, connect: Connect) -> None:
    gx.deaf = True
    with pytest.raises(Unreachable, match="did not answer the keep-alive"):
        await connect(broker.port, deadline_s=SHORT_S).discover()


async def test_steady_values_stay_good_while_the_heart_beats_and_are_doubted_when_it_stops(
    broker: Broker, clock: ManualClock, gx: Gx, connect: Connect
) -> None:
    source = connect(broker.port, deadline_s=2 * SHORT_S)
    found = await source.discover()
    for _ in range(3):
        await pass_time(0.9 * QUICK.heartbeat_s, clock, gx, found)
        assert (await source.read(SYSTEM)).at == clock.now()
    gx.heartbeat = False
    await pass_time(1, clock, gx, found)  # one on its way has come, too
    clock.advance(1.1 * QUICK.heartbeat_s)
    with pytest.raises(Unreachable, match="heartbeat"):
        await source.read(SYSTEM)
    with pytest.raises(Unreachable, match="heartbeat"):  # values alone do not bring it back
        await source.discover()
    gx.heartbeat = True
    assert SYSTEM in (await source.discover()).services


async def test_a_device_that_hangs_behind_a_living_heartbeat_is_found_by_its_own_silence(
    broker: Broker, clock: ManualClock, gx: Gx, connect: Connect
) -> None:
    source = connect(broker.port)
    found = await source.discover()
    await gx.say("battery/258/Soc", 82.0)
    gx.hidden = "battery"
    with pytest.raises(TimedOut, match="battery/258"):
        while True:
            await source.read(BATTERY)
            await pass_time(0.9 * QUICK.heartbeat_s, clock, gx, found)
    await source.recovered()
    assert await value(source, SYSTEM, "Dc/Battery/Soc") == 81.0
    assert await value(source, TANK, "Level") == 40  # as silent, but it answers
    changed_services(found)
    gx.hidden = ""
    await gx.say("battery/258/Soc", 80.0)
    await until(lambda: BATTERY in changed_services(found))
    assert await value(source, BATTERY, "Soc") == 80.0


async def test_what_cannot_be_read_is_implausible_and_hurts_nothing_else(
    broker: Broker, gx: Gx, connect: Connect
) -> None:
    source = connect(broker.port)
    await source.discover()
    await gx.raw("battery/258/Soc", b"\xff\xfenot json")
    await gx.publish("battery/258/Dc/0/Voltage", {"value": "x" * (1 << 20)})
    await gx.raw("battery/258/Dc/0/Current", b'{"value": NaN}')
    await gx.raw("nonsense/99999/[bold]/nope", b'{"value": 1}')
    await gx.raw("sys tem/0/Dc", b'{"value": 1}')
    await gx.raw("lonely", b'{"value": 1}')
    await gx.say("system/0/Dc/Battery/Soc", 70.0)

    await until_value(source, SYSTEM, "Dc/Battery/Soc", 70.0)
    readings = (await source.read(BATTERY)).readings
    assert {reading.quality for reading in readings.values()} == {Quality.IMPLAUSIBLE}
    assert "1024 KB" in readings["Dc/0/Voltage"].reason
    services = (await source.discover()).services
    assert [service for service in services if "nonsense" in service or "sys tem" in service] == [
        "com.victronenergy.nonsense.99999"
    ]
    assert list((await source.read("com.victronenergy.nonsense.99999")).readings) == ["[bold]/nope"]


async def test_retained_values_are_nobodys(broker: Broker, gx: Gx, connect: Connect) -> None:
    await gx.raw("battery/7/Soc", b'{"value": 12}', retain=True)
    assert "com.victronenergy.battery.7" not in (await connect(broker.port).discover()).services


@pytest.mark.slow
async def test_a_flood_leaves_the_last_value_and_few_news(broker: Broker, gx: Gx, connect: Connect) -> None:
    source = connect(broker.port)
    found = await source.discover()
    await source.read(SYSTEM)
    for power in range(2000):
        await gx.publish("system/0/Dc/Battery/Power", {"value": 1000 + power})
    await until_value(source, SYSTEM, "Dc/Battery/Power", 2999)
    assert changed_services(found) >= {SYSTEM}
    assert source.traffic.bytes_in > 2000 * 20


async def test_a_source_is_closed_also_where_a_cancellation_is_swallowed(
    broker: Broker, gx: Gx, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, swallowed = asyncio.Event(), list[bool]()

    async def publish(*_: object, **__: object) -> None:
        waiting.set()
        while len(swallowed) < 2:  # as asyncio.wait_for does before Python 3.12 where its result comes at that moment
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            swallowed.append(True)

    source = connect(broker.port)
    await source.discover()
    monkeypatch.setattr(GuardedClient, "publish", publish)
    await waiting.wait()
    async with asyncio.timeout(PATIENCE_S):
        await source.close()
    assert len(swallowed) == 2


async def test_two_stations_on_one_broker_must_be_told_apart(
    broker: Broker, clock: ManualClock, gx: Gx, connect: Connect
) -> None:
    async with running_gx(broker.port, clock, "aaaabbbbcccc") as other:
        other.state["tank/99/Level"] = 1
        with pytest.raises(Misconfigured, match="aaaabbbbcccc"):
            await connect(broker.port).discover()
        assert "com.victronenergy.tank.99" not in (await connect(broker.port, portal_id=PORTAL).discover()).services
        found = await connect(broker.port, portal_id="aaaabbbbcccc").discover()
        assert "com.victronenergy.tank.99" in found.services


async def test_a_wrong_portal_id_is_named_with_the_right_one(broker: Broker, gx: Gx, connect: Connect) -> None:
    with pytest.raises(Misconfigured, match=f"carries no station 000000000000, but {PORTAL}"):
        await connect(broker.port, portal_id="000000000000", deadline_s=SHORT_S).discover()


async def test_a_broker_without_a_station_is_named(broker: Broker, connect: Connect) -> None:
    with pytest.raises(Unreachable, match="no station named itself"):
        await connect(broker.port, deadline_s=SHORT_S).discover()


@pytest.fixture
async def distant_gx(broker: Broker, clock: ManualClock) -> AsyncIterator[Gx]:
    """A GX that reaches the broker over TLS."""
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.check_hostname = False
    login: dict[str, Any] = {"username": USER, "password": PASSWORD, "tls_context": context, "tls_insecure": True}
    async with running_gx(broker.tls_port, clock, **login) as device:
        yield device


async def test_a_login_is_given_and_a_wrong_one_is_the_operators_to_correct(
    broker: Broker, distant_gx: Gx, connect: Connect
) -> None:
    with pytest.raises(Misconfigured, match="refused the login"):
        await connect(broker.login_port, user=USER, password="wrong").discover()
    with pytest.raises(Misconfigured, match="refused the login"):
        await connect(broker.login_port).discover()
    for user in (USER, ""):  # the device asks for a password only
        assert SYSTEM in (await connect(broker.login_port, user=user, password=PASSWORD).discover()).services


def _fingerprint(certificate: Path) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()


async def test_tls_with_the_pinned_certificate_or_with_its_authority(
    broker: Broker, distant_gx: Gx, connect: Connect
) -> None:
    for trust in ({"fingerprint": _fingerprint(CERTIFICATE)}, {"ca_file": CERTIFICATE}):
        source = connect(broker.tls_port, tls=True, user=USER, password=PASSWORD, **trust)
        assert SYSTEM in (await source.discover()).services


@pytest.mark.parametrize("trust", ["another pin", "another authority", "nobody"])
async def test_another_certificate_hears_nothing(broker: Broker, connect: Connect, trust: str) -> None:
    impostor = DATA / "impostor.cert.pem"
    given: dict[str, dict[str, object]] = {
        "another pin": {"fingerprint": _fingerprint(impostor)},
        "another authority": {"ca_file": impostor},
        "nobody": {},
    }
    with pytest.raises(Misconfigured, match="certificate"):
        await connect(broker.tls_port, tls=True, user=USER, password=PASSWORD, **given[trust]).discover()


async def test_tls_to_a_plain_port_and_plain_to_a_tls_port_end_with_a_sentence(
    broker: Broker, connect: Connect
) -> None:
    pin = _fingerprint(CERTIFICATE)
    with pytest.raises(SourceError, match="127"):
        await connect(broker.port, tls=True, fingerprint=pin, deadline_s=SHORT_S).discover()
    with pytest.raises(SourceError, match="127"):
        await connect(broker.tls_port, deadline_s=SHORT_S).discover()


async def test_victrons_own_broker_is_asked_for_the_one_station_only(
    broker: Broker, distant_gx: Gx, connect: Connect
) -> None:
    """The broker in the cloud takes e-mail address and token, and refuses a filter over all stations."""
    source = connect(
        broker.tls_port,
        tls=True,
        ca_file=CERTIFICATE,
        vrm=True,
        user="me@example.org",
        password="Token 123abc",
        portal_id=PORTAL,
    )
    assert SYSTEM in (await source.discover()).services
    assert source.traffic.requests == 3  # connect, one subscription, one keep-alive


async def test_a_broker_that_is_not_there_and_a_name_nobody_knows(connect: Connect) -> None:
    with pytest.raises(Unreachable, match="refused the connection"):
        await connect(1).discover()
    with pytest.raises(Unreachable, match="host name"):
        await connect(1883, host="no-such-host.invalid").discover()


async def test_after_a_restart_of_the_broker_the_next_question_connects_anew(
    broker: Broker, clock: ManualClock, connect: Connect
) -> None:
    source = connect(broker.port)
    with suppress(MqttError):  # the station's own connection breaks, too
        async with running_gx(broker.port, clock):
            await source.discover()
            broker.stop()
            with pytest.raises(Unreachable, match=f"broker at 127.0.0.1:{broker.port} ended the connection") as ended:
                await until_it_fails(source, SYSTEM)
            assert "TaskGroup" not in str(ended.value)
            with pytest.raises(Unreachable):
                await source.discover()
            assert await source.listens() is False
    broker.start()
    assert await source.listens() is True
    async with running_gx(broker.port, clock) as restarted:
        del restarted.state["tank/21/Level"]
        found = await source.discover()
        assert SYSTEM in found.services and TANK not in found.services


async def test_closing_while_it_connects_leaves_nothing_open(broker: Broker, gx: Gx, connect: Connect) -> None:
    source = connect(broker.port)
    for wait_s in (0.0, 0.001, 0.01, 0.05):
        asking = asyncio.create_task(source.discover())
        await asyncio.sleep(wait_s)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await source.close()
    assert len((await source.discover()).services) == len({topic.rsplit("/")[0] for topic in STATE})


async def test_the_dump_of_another_client_is_not_taken_for_our_own(broker: Broker, gx: Gx, connect: Connect) -> None:
    gx.deaf = True
    source = connect(broker.port, timing=IMPATIENT)
    asking = asyncio.create_task(source.discover())
    await until(lambda: gx.asked)
    await gx.publish("full_publish_completed", {"value": 1, "full-publish-completed-echo": "another's"})
    await asyncio.sleep(0.1)
    assert not asking.done()
    gx.deaf = False
    assert json.dumps(list((await asking).services))
