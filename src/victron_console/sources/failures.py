"""What went wrong on the wire, as the narrow errors of a source. Owns the sentences; catches nothing itself."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from victron_console.catalogue.vrm import BROKER_DOMAIN
from victron_console.model.text import clean
from victron_console.sources.base import BadAnswer, Misconfigured, SourceError, Unreachable
from victron_console.sources.tls import WrongCertificate


def explain(error: Exception, place: str, *, is_station: bool = True) -> SourceError:
    """The error of a source for an exception that came before a whole answer.

    Args:
        error: what was raised.
        place: who was asked, `host:port`.
        is_station: whether that is a GX device; else some server, to which other advice applies.
    """
    chain = list(causes(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLError):
            return tls_failure(cause, place, "https", is_station=is_station)
        if isinstance(cause, socket.gaierror):
            host = place.rpartition(":")[0]
            return Unreachable(
                f"The host name {host} is not known: check its spelling and whether DNS or the VPN is up, "
                f"or give the IP address."
            )
        if isinstance(cause, ConnectionRefusedError):
            it = "the D-Bus HTTP API runs on the device" if is_station else "the server runs"
            return Unreachable(f"{place} refused the connection: check that {it} and that the port is right.")
    return _transport_failure(error, chain, place, is_station=is_station)


def _transport_failure(error: Exception, chain: list[BaseException], place: str, *, is_station: bool) -> SourceError:
    if isinstance(error, httpx.ProxyError):
        return Unreachable(f"The proxy on the way to {place} did not let the request through ({short_text(error)}).")
    if isinstance(error, httpx.ConnectTimeout):
        off = "the device is off, " if is_station else ""
        return Unreachable(
            f"{place} does not take a connection: {off}the link or the VPN is down, or a firewall drops the packets."
        )
    if isinstance(error, httpx.ConnectError):
        reason = next((cause.strerror for cause in chain if isinstance(cause, OSError) and cause.strerror), "")
        return Unreachable(f"{place} is out of reach{f' ({reason})' if reason else ''}: check the route and the VPN.")
    if isinstance(error, httpx.LocalProtocolError):
        return Misconfigured(f"The request to {place} cannot be sent: its headers or login hold odd characters.")
    if isinstance(error, httpx.RemoteProtocolError) and "without sending" not in str(error):
        return BadAnswer(f"{place} does not answer in HTTP: check that the port is right and whether it wants https.")
    if not is_station:
        return Unreachable(f"{place} closed the connection before its answer was whole ({short_text(error)}).")
    return Unreachable(
        f"{place} closed the connection without an answer: the API may be restarting; behind a tunnel or proxy, "
        f"the device may be off."
    )


def cut_off(error: Exception, place: str) -> BadAnswer:
    """The error for an exception in the middle of an answer."""
    return BadAnswer(f"{place} broke off its answer ({short_text(error)}): it counts as a failed poll.")


def refused_status(status: int, location: str, place: str) -> SourceError | None:
    """The error that a status means for whatever was asked, or None where it depends on the question."""
    if 300 <= status < 400:
        to = f" to {clean(location, 80)}" if location else ""
        return Misconfigured(f"{place} redirects{to}, which is not followed: give the address it should be asked at.")
    if status in (401, 403):
        return Misconfigured(f"{place} refused the login (HTTP {status}): check user, password or token.")
    if status == 407:
        return Misconfigured(f"The proxy on the way to {place} refused the login (HTTP 407).")
    return None


def tls_failure(error: ssl.SSLError, place: str, protocol: str, *, is_station: bool = True) -> Misconfigured:
    """The error of a source for a TLS handshake that failed.

    Args:
        error: what was raised.
        place: who was asked, `host:port`.
        protocol: what was spoken: `https`.
        is_station: whether a station's file may name the certificate.
    """
    if isinstance(error, WrongCertificate):
        return Misconfigured(
            f"{place} shows another certificate than the pinned one (SHA-256 {error.found}): if it was renewed, "
            f"compare on site and set its fingerprint; nothing was sent."
        )
    public = not is_station or place.rpartition(":")[0].endswith(f".{BROKER_DOMAIN}")
    if isinstance(error, ssl.SSLCertVerificationError) and public:
        return Misconfigured(
            f"The certificate of {place} cannot be trusted ({clean(error.verify_message)}): a proxy or firewall on the "
            f"way may show its own, or the clock or the certificates of this machine are old; nothing was sent."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return Misconfigured(
            f"The certificate of {place} cannot be trusted ({clean(error.verify_message)}): give its CA file "
            f"or its fingerprint."
        )
    return Misconfigured(
        f"{place} does not complete the TLS handshake ({short_text(error)}): check whether it speaks {protocol} at all."
    )


def short_text(error: BaseException) -> str:
    """What a library says of an error, short and clean; the name of the error where it says nothing."""
    return clean(str(error) or type(error).__name__, 120)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what caused it, groups included (a connection is tried over several addresses at once)."""
    todo: list[BaseException | None] = [error]
    seen: set[int] = set()
    while todo:
        cause = todo.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        todo += cause.exceptions if isinstance(cause, BaseExceptionGroup) else ()
        todo += [cause.__cause__, cause.__context__]
