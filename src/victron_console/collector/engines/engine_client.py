"""Requests to one engine, and what its answers mean. Its address and login are never in a text."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import ssl
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import httpx

from victron_console.collector.engines.influx_lines import InfluxLines
from victron_console.collector.engines.samples import Sample
from victron_console.collector.engines.victoria_json import VictoriaJson
from victron_console.config.engine import EngineAccess, EngineSettings
from victron_console.model.clock import Clock
from victron_console.model.text import clean
from victron_console.sources.tls import pinned, verifying

MAX_ANSWER_BYTES = 4_000_000
"""A page of figures of a busy server has 0.5 MB; of other answers the begin is enough."""
DURABLE_AFTER_S = 15.0
"""Versions of VictoriaMetrics write what they took to disk after one to five seconds (`-inmemoryDataFlushInterval`)."""
MAX_WAIT_S = 3600.0
"""A server that asks for a longer wait is asked again after this."""
_TAKEN = 204
_BAD_SAMPLES = (400, 422)
_DROPPED = re.compile(rb"dropped=(\d+)")
_GZIP_LEVEL = 1


class EngineFailed(Exception):
    """It took nothing for now; the text is a sentence that says why and, where it can, what to do."""

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        """`wait_s`: so long it asks to be left alone."""
        super().__init__(why)
        self.wait_s = wait_s


class SamplesRefused(Exception):
    """It will never take all of these samples; the text is its reason."""

    def __init__(self, why: str, dropped: int | None = None) -> None:
        """`dropped`: how many it says it refused, having taken the others."""
        super().__init__(why)
        self.dropped = dropped


class RequestTooLarge(Exception):
    """It takes fewer at once."""


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """What a server says of itself that matters to who sends to it; None where it does not say."""

    removes_duplicates: bool | None = None
    """A batch whose answer was lost is sent again."""
    left_out: int | None = None
    """Samples that it left out since it started: older than it keeps them, or too far ahead."""
    begun_at: float | None = None
    """When it was started (UTC epoch, s)."""


class EngineClient:
    """One engine. Used by one task at a time."""

    def __init__(
        self, settings: EngineSettings, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Nothing is opened yet; `transport` stands in for the network."""
        self._access = access = settings.access()
        self._clock = clock
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._encoder = (InfluxLines if access.kind == "influx" else VictoriaJson)(settings.labels)
        self.durable_after_s = 0.0 if access.kind == "influx" else DURABLE_AFTER_S
        """So long after its answer samples are on its disk: an Influx writes them there before it answers."""

    async def write(self, samples: Sequence[Sample]) -> None:
        """Hand samples over; texts only where it keeps them.

        Raises:
            EngineFailed: it took none for now, or nobody knows what it took.
            SamplesRefused: it will not take some of them, ever.
            RequestTooLarge: they are too many for one request.
        """
        packed = await asyncio.to_thread(self._packed, samples)
        if not packed:
            return
        headers = {"content-type": self._encoder.CONTENT_TYPE, "content-encoding": "gzip", **_login(self._access)}
        answer = await self._ask(httpx.Request("POST", _write_address(self._access), content=packed, headers=headers))
        if answer.status_code == _TAKEN:
            return
        said = _said(answer.content)
        if answer.status_code == 413:
            raise RequestTooLarge
        if answer.status_code in _BAD_SAMPLES:
            dropped = _DROPPED.search(answer.content)
            raise SamplesRefused(said or f"status {answer.status_code}", int(dropped[1]) if dropped else None)
        raise EngineFailed(self._why(answer.status_code, said), self._asked_to_wait_s(answer))

    def _packed(self, samples: Sequence[Sample]) -> bytes:
        body = self._encoder.encoded(samples)
        return gzip.compress(body, _GZIP_LEVEL) if body else b""

    async def figures(self) -> EngineFigures:
        """What the server says of itself; an Influx needs not be asked: it has one value a series and moment.

        Raises:
            EngineFailed: it does not answer.
        """
        if self._access.kind == "influx":
            return EngineFigures(removes_duplicates=True)
        answer = await self._ask(httpx.Request("GET", f"{self._access.url}/metrics", headers=_login(self._access)))
        if answer.status_code != 200 or b"vm_" not in answer.content:
            return EngineFigures()
        text = answer.content.decode(errors="replace")
        interval = re.search(r'^flag\{name="dedup\.minScrapeInterval", ?value="([^"]*)"', text, re.MULTILINE)
        left_out = re.findall(r"^vm_rows_(?:ignored|invalid)_total\{[^}]*\} (\d+)$", text, re.MULTILINE)
        begun = re.search(r"^(?:vm_app_start_timestamp|process_start_time_seconds) (\S+)$", text, re.MULTILINE)
        return EngineFigures(
            None if interval is None else interval[1] not in ("0s", "0", ""),
            sum(map(int, left_out)) if left_out else None,
            float(begun[1]) if begun and begun[1].isdecimal() else None,
        )

    async def close(self) -> None:
        """Let go of the connection. May be called twice."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        """Raises: EngineFailed."""
        request.headers["user-agent"] = "victron-console"
        request.headers["accept-encoding"] = "identity"
        try:
            async with asyncio.timeout(self._access.deadline_s):
                answer = await self._opened().send(request, stream=True)
                assert isinstance(answer.stream, httpx.AsyncByteStream)
                try:
                    body = bytearray()
                    async for part in answer.stream:
                        body += part
                        if len(body) > MAX_ANSWER_BYTES:
                            break
                finally:
                    await answer.aclose()
        except TimeoutError:
            await self.close()
            raise EngineFailed(f"It gives no answer within {self._access.deadline_s:g} s.") from None
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            await self.close()
            raise EngineFailed(_unreachable(error)) from None
        return httpx.Response(answer.status_code, headers=answer.headers, content=bytes(body))

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            access = self._access
            context = pinned(access.fingerprint, access.ca_file) if access.fingerprint else verifying(access.ca_file)
            self._client = httpx.AsyncClient(
                verify=context, trust_env=False, follow_redirects=False, timeout=None, transport=self._transport
            )
        return self._client

    def _why(self, status: int, said: str) -> str:
        told = f": {said}" if said else ""
        if status in (401, 403):
            return f"It refuses the login (status {status}){told}. Mend username, password or token in [[engine]]."
        if status == 404:
            what = "the database is there" if self._access.kind == "influx" else "the address is whole"
            return f"It does not know the place (status 404){told}. See that {what}."
        if status == 429:
            return f"It is asked too much (status 429){told}."
        if status >= 500:
            return f"It fails (status {status}){told}."
        if status < 400:
            return f"It answers as no engine does (status {status}): something else stands at the address."
        return f"It refuses the request (status {status}){told}."

    def _asked_to_wait_s(self, answer: httpx.Response) -> float:
        """Of `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3)."""
        text = answer.headers.get("retry-after", "")
        try:
            wait_s = float(text) if text.isdecimal() else parsedate_to_datetime(text).timestamp() - self._clock.now()
        except (ValueError, OverflowError):
            return 0.0
        return min(max(0.0, wait_s), MAX_WAIT_S)


def _write_address(access: EngineAccess) -> str:
    if access.kind == "victoriametrics":
        return f"{access.url}/api/v1/import"
    if access.org:
        return (
            f"{access.url}/api/v2/write?{urlencode({'org': access.org, 'bucket': access.database, 'precision': 'ms'})}"
        )
    return f"{access.url}/write?{urlencode({'db': access.database, 'precision': 'ms'})}"


def _login(access: EngineAccess) -> dict[str, str]:
    if access.token:
        return {"authorization": f"{'Token' if access.kind == 'influx' else 'Bearer'} {access.token}"}
    if access.user:
        login = b64encode(f"{access.user}:{access.password}".encode()).decode()
        return {"authorization": f"Basic {login}"}
    return {}


def _unreachable(error: Exception) -> str:
    """Why there is no answer, by the innermost reason."""
    inner: BaseException = error
    while True:
        before = inner.__cause__ or inner.__context__
        if before is None and isinstance(inner, BaseExceptionGroup):
            before = inner.exceptions[0]  # a name that has several addresses
        if before is None:
            break
        inner = before
    if isinstance(inner, OSError) and (inner.errno or 0) > 0:
        words = os.strerror(inner.errno or 0).lower()
    else:
        words = clean(str(inner) or type(inner).__name__, 120)
    return f"It cannot be reached ({words})."


def _said(body: bytes) -> str:
    """The begin of what it says, on one line."""
    return clean(body[:2000].decode(errors="replace").strip(), 200)
