"""What a broker sends that no honest one does: the connection ends, with a reason, and nothing spins or grows."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from tests.patience import PATIENCE_S, until_async
from tests.sources.mqtt.hostile_broker import ROOT, Broker, packet, publish

from victron_console.config.sources import MqttAccess
from victron_console.model.clock import ManualClock
from victron_console.sources.base import BadAnswer, SourceError, Unreachable
from victron_console.sources.mqtt import Mqtt
from victron_console.sources.mqtt_guard import MAX_PACKET_BYTES

SYSTEM = "com.victronenergy.system"


HOSTILE = {
    "hash": (publish(ROOT + b"#"), "illegal topic 'N/abc123/#'"),
    "plus": (publish(ROOT + b"battery/+/Soc"), "illegal topic"),
    "no topic": (publish(b""), "breaks the protocol|illegal topic"),
    "no UTF-8": (publish(ROOT + b"battery/1/\xff\xfe"), "topic that is no UTF-8"),
    "256 MB": (packet(0x30, b"", (1 << 28) - 1), "packet of 255 MB"),
    "over the cap": (packet(0x30, b"", MAX_PACKET_BYTES + 1), "packet of 2 MB"),
    "length without end": (b"\x30\xff\xff\xff\xff\xff\x01", "breaks the protocol"),
    "QoS 1": (publish(ROOT + b"battery/1/Soc", head=0x32), "another quality of service"),
    "QoS 2": (publish(ROOT + b"battery/1/Soc", head=0x34), "another quality of service"),
    "QoS 3": (publish(ROOT + b"battery/1/Soc", head=0x36), "another quality of service"),
    "topic longer than the packet": (packet(0x30, b"\x40\x00N/abc"), "malformed|protocol"),
    "a packet without a body": (packet(0x30, b""), "malformed|protocol"),
    "CONNACK without a body": (packet(0x20, b""), "malformed|protocol"),
    "SUBACK without a body": (packet(0x90, b""), "malformed|protocol"),
    "type 0": (packet(0x00, b"x"), "malformed|protocol"),
    "type 15": (packet(0xF0, b"x"), "malformed|protocol"),
    "a client's packet": (packet(0x82, b"\x00\x01"), "malformed|protocol"),
}


@asynccontextmanager
async def connected(
    broker: Broker, access: Callable[..., MqttAccess], clock: ManualClock, **given: object
) -> AsyncIterator[Mqtt]:
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    source = Mqtt(access(port, portal_id="abc123", **given), clock)
    try:
        yield source
    finally:
        await source.close()
        server.close()


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_no_broker_sends_ends_the_connection_and_says_why(
    name: str, broker_access: Callable[..., MqttAccess], clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    hostile, words = HOSTILE[name]
    broker = Broker(hostile)
    async with connected(broker, broker_access, clock) as source:

        async def never() -> bool:
            await source.discover()
            return False

        with pytest.raises(BadAnswer, match=words) as told:
            await until_async(never)
        assert "no MQTT broker does" in str(told.value)
        async with asyncio.timeout(PATIENCE_S):
            await broker.left.wait()
    assert not caplog.records


@pytest.mark.parametrize("name", ["256 MB", "hash", "CONNACK without a body", "type 15"])
async def test_the_reason_comes_at_once_where_the_login_is_answered_so(
    name: str, broker_access: Callable[..., MqttAccess], clock: ManualClock
) -> None:
    broker = Broker(HOSTILE[name][0], at_login=True)
    async with connected(broker, broker_access, clock, deadline_s=10 * PATIENCE_S) as source:
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(SourceError, match=HOSTILE[name][1]):
                await source.discover()
            await broker.left.wait()


async def test_a_broker_that_leaves_right_after_the_login_leaves_no_error_in_our_log(
    broker_access: Callable[..., MqttAccess], clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Broker(b"\x20\x02\x00\x00", at_login=True, then_leaves=True)
    async with connected(broker, broker_access, clock) as source:
        with pytest.raises(Unreachable, match="ended the connection"):
            await source.discover()
    gc.collect()  # asyncio tells of what nobody asked for when it is thrown away
    assert not caplog.records


async def test_a_large_packet_within_the_cap_ends_nothing(
    broker_access: Callable[..., MqttAccess], clock: ManualClock
) -> None:
    large = publish(ROOT + b"battery/1/Soc", "x" * (MAX_PACKET_BYTES - 100))
    async with connected(
        Broker(large + publish(ROOT + b"system/0/Dc/Battery/Soc", 66)), broker_access, clock
    ) as source:
        await source.discover()

        async def came() -> bool:
            return (await source.read(SYSTEM)).readings["Dc/Battery/Soc"].value == 66

        await until_async(came)
