"""An MQTT client that ends its connection on the first packet that no honest broker sends.

The libraries below keep a packet that they cannot take, and meet it again each time the socket is looked at; and they
gather a packet whole, whatever size it says it has.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from aiomqtt import Client, MqttError
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import MQTTErrorCode

MAX_PACKET_BYTES = 2 << 20
"""The largest packet measured on a real station has 900 bytes; a packet may say that it has 256 MB."""
CHUNK_BYTES = 1 << 16
PUBLISH = 3
"""Type of packet, the upper four bits of its first byte (MQTT 3.1.1, 2.2.1)."""
QOS_BITS = 0b0110


class Refused(MqttError):
    """The broker sent what no honest one sends. The text says what, to stand after "sent"."""


class GuardedClient(Client):
    """Takes what a broker may send to a subscriber at QoS 0; anything else ends the connection, and says why."""

    refusal: Refused | None = None
    """Why the connection was ended by us; None while it was not."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  the library's own
        super().__init__(*given, **named)
        paho: Any = self._client  # neither library has a public place to look at a packet before it is whole
        self._read_packets, self._receive_bytes = paho.loop_read, paho._sock_recv
        paho.loop_read, paho._sock_recv = self._read, self._receive
        self._disconnected.add_done_callback(_heard)

    def _read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read what is there; what cannot be taken ends the connection, or it would be met again for ever."""
        try:
            rc: MQTTErrorCode = self._read_packets(max_packets)
        except Exception as error:
            self._refuse(error if isinstance(error, Refused) else Refused(f"a packet that is malformed ({error})"))
            raise self.refusal or error from error
        if rc is MQTTErrorCode.MQTT_ERR_PROTOCOL:
            self._refuse(Refused("a packet that breaks the protocol"))
        return rc

    def _receive(self, size: int) -> bytes:
        """Receive up to so many bytes: one where the head of a packet is read, else all that is left of it.

        Raises:
            Refused: it is more than a packet may have, or sent in a way that was not subscribed to.
        """
        if size > MAX_PACKET_BYTES:
            raise Refused(f"a packet of {size >> 20} MB")
        command = self._client._in_packet["command"]
        if command >> 4 == PUBLISH and command & QOS_BITS:  # such messages would be kept until they are confirmed
            raise Refused("a message at another quality of service than was subscribed to")
        data: bytes = self._receive_bytes(min(size, CHUNK_BYTES))
        return data

    def _on_message(self, client: PahoClient, userdata: Any, message: MQTTMessage) -> None:  # noqa: ANN401
        try:
            topic = message.topic
        except UnicodeDecodeError:
            raise Refused("a topic that is no UTF-8") from None
        if not topic or "#" in topic or "+" in topic:  # MQTT 3.1.1, 3.3.2.1
            raise Refused(f"a message with the illegal topic {topic!r}")
        super()._on_message(client, userdata, message)

    def _refuse(self, reason: Refused) -> None:
        self.refusal = self.refusal or reason
        if not self._connected.done():  # whoever waits for the login need not wait until it is late
            self._connected.set_exception(self.refusal)
        with suppress(OSError):
            self._client._sock_close()


def _heard(ended: asyncio.Future[None]) -> None:
    """Nobody need ask how the connection ended, such as who leaves: asyncio would log that as an error of ours."""
    if not ended.cancelled():
        ended.exception()
