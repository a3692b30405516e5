"""Connecting to a broker: TLS, login, and letting go of it in every case. Knows no topic and no station."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import ssl
from collections.abc import Callable
from typing import Any, cast

from aiomqtt import Client, Message, MqttError
from aiomqtt.exceptions import MqttConnectError

from victron_console.config.sources import MqttAccess
from victron_console.sources import mqtt_failures, tls
from victron_console.sources.base import Misconfigured, SourceError
from victron_console.sources.mqtt_guard import GuardedClient

wire_log = logging.getLogger(f"{__name__}.wire")
wire_log.setLevel(logging.CRITICAL)  # the library would name every packet; what is wrong is told by the errors raised

ANY_USER = "victron-console"
"""A GX asks for its password only, but MQTT 3.1.1 has no password without a user name."""


class _Inlet(asyncio.Queue[Message]):
    """Hands messages over at once, in place of the library's queue, which would cost a task for each of them."""

    def __init__(self, take: Callable[[Message], None]) -> None:
        super().__init__()
        self._take = take

    def put_nowait(self, item: Message) -> None:
        self._take(item)


def place_of(access: MqttAccess) -> str:
    """`host:port` of a broker, as error sentences name it."""
    return f"[{access.host}]:{access.port}" if ":" in access.host else f"{access.host}:{access.port}"


async def connected(access: MqttAccess, take: Callable[[Message], None], ping_s: int) -> GuardedClient:
    """A client that is logged in and hands every message to `take`.

    Args:
        access: the broker and how to get in.
        take: gets the messages, at once and in the event loop.
        ping_s: seconds of silence after which the connection is tried.

    Raises:
        MqttError: the broker did not take us.
        SourceError: nobody listens there, or a certificate file cannot be used.
    """
    client = GuardedClient(
        access.host,
        access.port,
        username=access.user or (ANY_USER if access.password else None),
        password=access.password or None,
        identifier=f"victron-console-{secrets.token_hex(6)}",
        queue_type=cast(Any, lambda maxsize: _Inlet(take)),
        timeout=access.deadline_s,
        keepalive=ping_s,
        tls_context=_context(access),
        tls_insecure=True if access.tls and not _names_are_checked(access) else None,
        logger=wire_log,
    )
    await _find_open(access)
    entering = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(entering)
    except asyncio.CancelledError:  # it connects in a thread that cannot be stopped: let it, and leave again
        with contextlib.suppress(MqttError):
            await entering
            await leave(client)
        raise
    except MqttConnectError:
        raise
    except MqttError:
        client.timeout = 0.1  # no answer to the login: let go of the socket without waiting for another one
        await leave(client)
        raise
    return client


async def listens(access: MqttAccess) -> bool:
    """Whether anybody takes connections at the broker's port."""
    try:
        await _find_open(access)
    except SourceError:
        return False
    return True


async def _find_open(access: MqttAccess) -> None:
    """See whether anybody listens. A host that is off would hold a thread of the library for its 5 s otherwise."""
    try:
        async with asyncio.timeout(access.deadline_s):
            _, writer = await asyncio.open_connection(access.host, access.port)
    except OSError as error:
        raise mqtt_failures.explain(error, place_of(access)) from error
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def _names_are_checked(access: MqttAccess) -> bool:
    """A GX's certificate bears no name that it is reached by; Victron's own brokers bear theirs."""
    return not access.fingerprint and (access.vrm or access.ca_file is None)


def _context(access: MqttAccess) -> ssl.SSLContext | None:
    if not access.tls:
        return None
    try:
        if access.fingerprint:
            return tls.pinned(access.fingerprint, access.ca_file)
        if access.vrm:
            return tls.verifying(access.ca_file) if access.ca_file else tls.of_victron()
        return tls.issued_by(access.ca_file) if access.ca_file else tls.verifying(None)
    except OSError as error:
        raise Misconfigured(
            f"The CA file {access.ca_file} for {place_of(access)} cannot be used ({error}): it must hold certificates "
            f"in PEM form."
        ) from error


async def leave(client: Client) -> None:
    """Take leave of the broker; one that does not answer is left without."""
    with contextlib.suppress(MqttError):
        await client.__aexit__(None, None, None)
