"""Asks Victron's portal, by GET alone and within its limits, and says in an operator's words why it gave nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httpx

from victron_console.catalogue.vrm import TOKEN_HEADER, TOKEN_SCHEME
from victron_console.config.vrm import VrmAccess
from victron_console.model.clock import Clock
from victron_console.model.text import clean
from victron_console.sources import tls
from victron_console.sources.base import BadAnswer, Misconfigured, SourceError, TimedOut, Traffic, Unreachable
from victron_console.sources.failures import explain, refused_status
from victron_console.sources.values import parse_json
from victron_console.sources.vrm.pace import Pause, pace_of
from victron_console.sources.web_answer import WebAnswer, ask
from victron_console.sources.wire import place_of

DEADLINE_S = 60.0
"""For a whole answer: a month of quarters of an hour is made while one waits."""
LARGEST_ANSWER = 64 * 2**20
"""The list of sites comes in one piece, 22 kB a site: 500 are 11 MB."""
TRIES = 4
"""Of a question that the portal is too busy for, where nothing else waits meanwhile."""
FIRST_WAIT_S, LONGEST_WAIT_S = 30.0, 600.0
"""Where it says not how long to wait: 30 s, 60 s ... It may say up to ten minutes."""
Query = Mapping[str, str | int | list[str]]


class TokenRefused(Misconfigured):
    """The token is wrong, was revoked, or its user is gone: nothing can be asked with it."""


class SiteRefused(Misconfigured):
    """The token is good, but not for this site."""


class PortalBusy(SourceError):
    """The portal refuses for the number of requests, again and again."""


class VrmClient:
    """One account at the portal. All questions of a process with one token share its pace; nothing stays open."""

    def __init__(
        self,
        access: VrmAccess,
        clock: Clock,
        *,
        pause: Pause = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
        deadline_s: float = DEADLINE_S,
        tries: int = TRIES,
    ) -> None:
        """Args:
        access: the portal and its token.
        clock: paces the requests.
        pause: waits so many seconds.
        transport: stands in for the network.
        deadline_s: seconds for a whole answer.
        tries: of a question that the portal is too busy for; it waits between them as long as the portal says.
        """
        self.place = place_of(access.url)
        self.traffic = Traffic()
        self._access, self._clock = access, clock
        self._pace = pace_of(access.url, access.token, clock, pause)
        self._transport, self._deadline_s, self._tries = transport, deadline_s, tries

    @property
    def wait_s(self) -> float:
        """How long one more question would have to wait for its turn."""
        return self._pace.wait_s

    async def get(self, path: str, query: Query | None = None) -> Mapping[str, object]:
        """The answer to a question, an object that does not say it failed.

        Raises:
            TokenRefused, SiteRefused: it may not be asked.
            PortalBusy: it asks to wait, again and again.
            SourceError: as it fits.
        """
        with self.traffic.counting_errors():
            try:
                return await self._got(path, query or {})
            except SiteRefused:
                if path != "/users/me":  # one question may be refused with 401 although the token is good
                    await self._got("/users/me", {})
                raise

    async def _got(self, path: str, query: Query) -> Mapping[str, object]:
        for number in range(self._tries):
            await self._pace.turn()
            answer = await self._asked(path, query)
            if answer.status != httpx.codes.TOO_MANY_REQUESTS:
                return self._meaning(path, answer)
            self._pace.hold(_wait_s(answer.retry_after, number, self._clock.now()))
        raise PortalBusy(
            f"{self.place} has had too many requests of this account (HTTP 429): another program may use it, too; "
            f"go on later."
        )

    async def _asked(self, path: str, query: Query) -> WebAnswer:
        token = f"{TOKEN_SCHEME} {self._access.token}".encode()  # httpx itself would refuse all but ASCII
        headers = [(TOKEN_HEADER.encode(), token), (b"accept", b"application/json")]
        url = httpx.URL(self._access.url + path, params=_params(query))
        self.traffic.requests += 1
        try:
            request = httpx.Request("GET", url, headers=headers)
            answer = await ask(request, self._deadline_s, LARGEST_ANSWER, self._transport or _transport(url))
        except TimeoutError as error:
            raise TimedOut(f"{self.place} gave no whole answer within {self._deadline_s:g} s.") from error
        except httpx.HTTPError as error:
            raise explain(error, self.place, is_station=False) from error
        self.traffic.bytes_in += len(answer.body)
        return answer

    def _meaning(self, path: str, answer: WebAnswer) -> Mapping[str, object]:
        status = answer.status
        if status in (401, 403, 404):
            if path == "/users/me":
                raise TokenRefused(
                    f"{self.place} refused the token (HTTP {status}): make a new one in the portal "
                    f"(Preferences, Integrations, Access tokens)."
                )
            raise SiteRefused(f"{self.place} lets this user not see {path} (HTTP {status}).")
        if error := refused_status(status, "", self.place):
            raise error
        if status >= 500:
            raise Unreachable(f"{self.place} is in trouble itself (HTTP {status}): go on later.")
        if not answer.is_whole:
            raise BadAnswer(f"{self.place} answers {path} with more than {LARGEST_ANSWER >> 20} MB.")
        try:
            found = parse_json(answer.body)
        except (ValueError, RecursionError) as error:
            raise BadAnswer(f"{self.place} answers {path} with something else than JSON (HTTP {status}).") from error
        if not isinstance(found, dict):
            raise BadAnswer(f"{self.place} answers {path} in another shape than published.")
        if status != httpx.codes.OK or found.get("success") is False:
            raise BadAnswer(f"{self.place} refuses {path} (HTTP {status}): {self._said(found)}.")
        return found

    def _said(self, found: Mapping[str, object]) -> str:
        """Why, as it says; in the user's language, so nothing is concluded from it."""
        text = str(found.get("errors") or found.get("error_code") or "it does not say why")
        return clean(text.replace(self._access.token, "***"), 160)


def _params(query: Query) -> list[tuple[str, str]]:
    return [
        (name, str(each)) for name, value in query.items() for each in (value if isinstance(value, list) else [value])
    ]


def _transport(url: httpx.URL) -> httpx.AsyncBaseTransport:
    """One for a request: certificates are read once, and no connection is left idle."""
    context = tls.verifying(None) if url.scheme == "https" else tls.no_tls()
    return httpx.AsyncHTTPTransport(verify=context, trust_env=False)


def _wait_s(retry_after: str, number: int, now: float) -> float:
    """How long to wait after a refusal: what the header says, in seconds or as a date, else ever longer."""
    wait_s: float | None = None
    try:
        wait_s = float(retry_after)
    except ValueError:
        with suppress(ValueError, TypeError, OverflowError):
            wait_s = parsedate_to_datetime(retry_after).timestamp() - now
    if wait_s is None or not 0.0 <= wait_s < float("inf"):
        wait_s = FIRST_WAIT_S * 2.0**number
    return min(LONGEST_WAIT_S, max(1.0, wait_s))
