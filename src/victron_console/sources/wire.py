"""One GET to a station and its whole answer. Owns the manners on the wire; does not know what the answers mean.

The server is single-threaded and blocked by any idle connection, so: one request at a time, a connection of its own
each, asked as soon as it is open and closed as soon as it is answered or given up. There is no other method than GET.
Requests go to a transport itself and not through httpx's client, so nothing can follow a redirect, keep a cookie or
take a proxy from the environment: a lean one for plain http, httpx's own for TLS and proxies.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import quote

import httpx

from victron_console.config.sources import HttpAccess
from victron_console.model.clock import Clock
from victron_console.sources import tls
from victron_console.sources.base import BadAnswer, Misconfigured, SourceError, TimedOut, Traffic
from victron_console.sources.failures import cut_off, explain, refused_status
from victron_console.sources.hidden import Hidden
from victron_console.sources.plain_http import PlainTransport
from victron_console.sources.values import parse_json

MAX_BODY_BYTES = 8 * 1024 * 1024
"""The largest real answer, a whole settings tree, has 0.12 MB."""
_CONNECT_SHARE = 0.6
"""Part of a deadline for the connection: a host that is off is told from one that is busy."""


def place_of(url: str) -> str:
    """`host:port` of a web address."""
    parsed = httpx.URL(url)
    host = f"[{parsed.host}]" if ":" in parsed.host else parsed.host
    return f"{host}:{parsed.port or (443 if parsed.scheme == 'https' else 80)}"


def headers_of(access: HttpAccess) -> list[tuple[bytes, bytes]]:
    """The headers of every request, the login among them: a token goes before user and password."""
    headers = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "victron-console"}
    headers |= {name.lower(): value for name, value in access.headers.items()}
    if access.token:
        headers["authorization"] = f"Bearer {access.token}"
    elif access.user:
        headers["authorization"] = "Basic " + b64encode(f"{access.user}:{access.password}".encode()).decode()
    headers["connection"] = "close"  # an idle connection blocks the station for everyone
    return [(name.encode(), value.encode()) for name, value in headers.items()]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    place: str
    status: int
    body: bytes
    at: float
    """When the request was sent (UTC epoch, s)."""
    round_trip_s: float
    clock_skew_s: float | None
    """The server's clock minus ours, to half a second; None without a usable `Date`."""
    hidden: Hidden = field(default_factory=Hidden)
    """What must not be taken over from it: our own login."""

    def json(self) -> object:
        """The body parsed; it may hold NaN and Infinity.

        Raises:
            BadAnswer: it is cut off or no JSON.
        """
        try:
            data = parse_json(self.body)
            return self.hidden.value(data, paths=2) if self.hidden.may_be_in(self.body) else data
        except (ValueError, RecursionError) as error:
            if not self.body.strip():
                reason = "an empty answer"
            elif "EOF" in str(error) and self.body.lstrip()[:1] in (b"{", b"["):
                reason = "an answer that is cut off"
            elif self.body.lstrip()[:1] == b"<":
                reason = "HTML instead of JSON"
            else:
                reason = "an answer that is not JSON"
            status = "" if self.status == 200 else f" with HTTP {self.status}"
            raise BadAnswer(f"{self.place} gave {reason}{status}: it counts as a failed poll.") from error


class Wire:
    """The requests to one station, one at a time."""

    def __init__(
        self, access: HttpAccess, clock: Clock, traffic: Traffic, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._access = access
        self.place = place_of(access.url)
        self._clock = clock
        self._traffic = traffic
        self._transport = transport
        self._one_at_a_time = asyncio.Lock()
        self._headers = headers_of(access)
        self._hidden = Hidden.of_http(access)

    async def get(self, call: str, deadline_s: float, query: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET, of any status that says something of the question.

        Raises:
            TimedOut: it was not whole within the deadline. The connection is closed, the server may still be busy.
            SourceError: the connection failed, the answer was cut off or too big, the login was refused, or the
                server redirects.
        """
        url = _address(self._access.url + call, tuple((query or {}).items()))
        connect_s = deadline_s * _CONNECT_SHARE
        async with self._one_at_a_time:
            self._traffic.requests += 1
            try:
                async with asyncio.timeout(deadline_s):
                    request = httpx.Request("GET", url, headers=self._headers)
                    request.extensions["timeout"] = {"connect": connect_s}
                    return await self._exchange(request)
            except TimeoutError as error:
                raise TimedOut(
                    f"{self.place} gave no whole answer for {(query or {}).get('service', call)} within "
                    f"{deadline_s:g} s: a service on the device may hang, or the link is too slow for the deadline."
                ) from error
            except httpx.TransportError as error:
                raise self._hidden.error(explain(error, self.place)) from error

    async def _exchange(self, request: httpx.Request) -> Answer:
        at, started = self._clock.now(), self._clock.monotonic()
        response = await self._open_transport().handle_async_request(request)
        try:
            skew_s = _clock_skew_s(_date(response), self._clock.now())
            if response.status_code != 200 and (error := self._refusal(response)):
                raise self._hidden.error(error)
            body = await self._body(response)
        finally:
            await response.aclose()
        round_trip_s = self._clock.monotonic() - started
        return Answer(self.place, response.status_code, body, at, round_trip_s, skew_s, self._hidden)

    def _refusal(self, response: httpx.Response) -> SourceError | None:
        return refused_status(response.status_code, response.headers.get("location", ""), self.place)

    async def _body(self, response: httpx.Response) -> bytes:
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in stream:
                chunks.append(chunk)
                size += len(chunk)
                self._traffic.bytes_in += len(chunk)
                if size > MAX_BODY_BYTES:
                    raise BadAnswer(
                        f"{self.place} sends an answer of more than {MAX_BODY_BYTES >> 20} MB: it was not "
                        f"read further; check what listens there."
                    )
        except httpx.TransportError as error:
            raise self._hidden.error(cut_off(error, self.place)) from error
        return b"".join(chunks)

    def _open_transport(self) -> httpx.AsyncBaseTransport:
        """The transport, made at the first request, so that a bad certificate file is that request's failure."""
        if self._transport is None and self._access.url.startswith("http://") and not self._access.proxy:
            self._transport = PlainTransport()
        if self._transport is None:
            self._transport = httpx.AsyncHTTPTransport(
                verify=self._context(),
                trust_env=False,
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
                proxy=httpx.Proxy(self._access.proxy) if self._access.proxy else None,
            )
        return self._transport

    def _context(self) -> ssl.SSLContext:
        access = self._access
        if not access.url.startswith("https://"):
            return tls.no_tls()
        try:
            if access.fingerprint:
                return tls.pinned(access.fingerprint, access.ca_file)
            return tls.verifying(access.ca_file)
        except OSError as error:
            raise Misconfigured(
                f"The CA file {access.ca_file} for {self.place} cannot be used ({error}): it must hold "
                f"certificates in PEM form."
            ) from error

    async def close(self) -> None:
        """Close whatever is open. May be called twice."""
        if self._transport is not None:
            await self._transport.aclose()


def _date(response: httpx.Response) -> str | None:
    """The `Date` of an answer. httpx's own look-up tries to decode all headers anew, which is felt in a fleet."""
    raw = next((value for name, value in response.headers.raw if name.lower() == b"date"), None)
    return None if raw is None else raw.decode("latin-1")


def _clock_skew_s(date: str | None, now: float) -> float | None:
    """Server minus us. The header is cut to whole seconds: its middle is the best guess."""
    if not date:
        return None
    try:
        return _moment(date) + 0.5 - now
    except (ValueError, TypeError, OverflowError):
        return None


@lru_cache(maxsize=64)
def _moment(date: str) -> float:
    """UTC epoch, s. A fleet gives the same few dates again and again."""
    moment = parsedate_to_datetime(date)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


@lru_cache(maxsize=32_768)
def _address(called: str, query: tuple[tuple[str, str], ...]) -> httpx.URL:
    """The address of a call: parsing it costs a tenth of the request, and each is asked again and again."""
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query)
    return httpx.URL(f"{called}?{asked}" if asked else called)
