"""Questions to the portal: how fast, how often again, and what its refusals mean."""

from __future__ import annotations

import asyncio
from itertools import count, pairwise

import httpx
import pytest
from tests.portal import TOKEN, Portal, site

from victron_console.catalogue.vrm import BURST, PER_S
from victron_console.config.vrm import VrmAccess
from victron_console.model.clock import ManualClock
from victron_console.sources.base import BadAnswer, Misconfigured, SourceError, Unreachable
from victron_console.sources.vrm.client import PortalBusy, SiteRefused, TokenRefused, VrmClient
from victron_console.sources.vrm.pace import Pace
from victron_console.sources.vrm.sites import read_account, read_gateways, read_sites, site_of

NUMBERS = count()
STATS = "/installations/150001/stats"


class Waits:
    """A clock that waiting moves."""

    def __init__(self) -> None:
        self.url = f"http://portal-{next(NUMBERS)}.invalid/v2"
        """Of a test's own: who asks one address shares a pace."""
        self.clock = ManualClock(1_780_000_000.0)
        self.spans: list[float] = []

    async def pause(self, seconds: float) -> None:
        self.spans.append(seconds)
        self.clock.advance(seconds)


def client_of(portal: Portal, waits: Waits, token: str = TOKEN) -> VrmClient:
    return VrmClient(VrmAccess(waits.url, token), waits.clock, pause=waits.pause, transport=portal.transport())


async def test_a_thousand_questions_stay_within_the_portals_window() -> None:
    waits = Waits()
    pace, sent = Pace(waits.clock, waits.pause), []
    for _ in range(1000):
        await pace.turn()
        sent.append(waits.clock.monotonic())
    left, before = float(BURST), 0.0
    for at in sent:
        left = min(BURST, left + (at - before) * PER_S) - 1
        before = at
        assert left >= BURST / 2, "half of the window is left to others"


async def test_those_who_ask_together_are_held_together() -> None:
    waits = Waits()
    pace = Pace(waits.clock, waits.pause)
    pace.hold(60.0)
    sent = []
    for _ in range(5):
        await pace.turn()
        sent.append(waits.clock.monotonic())
    assert sent[0] >= 60.0
    assert all(later - earlier > 0.3 for earlier, later in pairwise(sent)), "after a refusal they come evenly"


@pytest.mark.parametrize(
    ("header", "waited"), [("7", 7.0), ("", 30.0), ("soon", 30.0), ("-1", 30.0), ("inf", 30.0), ("9999", 600.0)]
)
async def test_a_portal_that_is_too_busy_is_asked_again_when_it_says(header: str, waited: float) -> None:
    portal, waits = Portal(), Waits()
    client = client_of(portal, waits)
    portal.fails("/users/me", 429, "<html>slow down</html>", retry_after=header)
    with pytest.raises(PortalBusy):
        await client.get("/users/me")
    assert waits.spans[0] == pytest.approx(waited, abs=0.5)
    assert len(portal.asked) == 4


async def test_a_site_that_is_not_ours_is_told_from_a_token_that_is_dead() -> None:
    portal, waits = Portal(), Waits()
    portal.fails(STATS, 401, {"success": False, "errors": "Login required"})
    with pytest.raises(SiteRefused):
        await client_of(portal, waits).get(STATS)
    with pytest.raises(TokenRefused, match="make a new one"):
        await client_of(portal, waits, "revoked").get(STATS)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, {"success": False}, Unreachable),
        (503, "<html>", Unreachable),
        (200, "<html>Please stand by</html>", BadAnswer),
        (200, '{"success": true, "rec', BadAnswer),
        (200, [1], BadAnswer),
        (200, {"success": False, "errors": ["Keine Daten"]}, BadAnswer),
        (400, {"success": False, "errors": {"start": "bad"}}, BadAnswer),
        (302, "", Misconfigured),
        (200, "[" * 100_000, BadAnswer),
    ],
)
async def test_what_is_no_answer_is_an_error_of_its_kind(status: int, body: object, error: type[SourceError]) -> None:
    portal = Portal()
    portal.fails("/stats", status, body)
    with pytest.raises(error) as caught:
        await client_of(portal, Waits()).get(STATS)
    assert TOKEN not in str(caught.value)


async def test_the_token_is_in_no_error_even_where_the_portal_repeats_it() -> None:
    portal = Portal()
    portal.fails("/stats", 400, {"success": False, "errors": f"bad token {TOKEN}"})
    with pytest.raises(BadAnswer, match=r"\*\*\*"):
        await client_of(portal, Waits()).get(STATS)


async def test_a_token_that_is_not_ascii_is_refused_by_the_portal_and_nowhere_else() -> None:
    with pytest.raises(TokenRefused):
        await client_of(Portal(), Waits(), "gehe\u00efm").get("/users/me")


async def test_nothing_but_get_is_sent() -> None:
    portal, waits = Portal(), Waits()
    client = client_of(portal, waits)
    sites = await read_sites(client, await read_account(client))
    await read_gateways(client, sites[0])
    assert {method for method, _, _ in portal.asked} == {"GET"}


async def test_no_server_is_unreachable() -> None:
    refused = httpx.ConnectError("refused")
    refused.__cause__ = ConnectionRefusedError()
    cut = httpx.RemoteProtocolError("peer closed connection without sending complete message body")
    for error in (refused, cut, httpx.ConnectError("no route"), httpx.ConnectTimeout("late")):

        def fail(request: httpx.Request, error: Exception = error) -> httpx.Response:
            raise error

        access = VrmAccess("http://nobody.invalid/v2", TOKEN)
        with pytest.raises(Unreachable) as caught:
            await VrmClient(access, ManualClock(0.0), transport=httpx.MockTransport(fail)).get("/users/me")
        assert "device" not in str(caught.value), "it is none"


def test_a_site_is_read_whatever_its_fields_hold() -> None:
    found = site_of(
        site(name="Alder\x1b[31m\n Farm", timezone="Mars/Base", mqtt_host="mqtt7.example.org", 
             last_timestamp="1780000000",
             tags=[{"name": "farm", "automatic": False}, {"name": "No alarm", "automatic": True}, None],
             extended=[{"code": "lt", "rawValue": "52.5"}, {"code": "lg", "rawValue": 13.4}, 7])
    )  # fmt: skip
    assert found is not None
    assert (found.name, found.zone, found.broker) == ("Alder [31m Farm", None, "mqtt7.example.org")
    assert (found.place, found.tags, found.last_at) == ((52.5, 13.4), ("farm",), 1_780_000_000.0)
    assert site_of({"idSite": "x"}) is site_of([]) is site_of({"idSite": 10**400}) is None
    odd = [site_of(site(last_timestamp=at)) for at in (-1e300, 1_780_000_000_000, 10**400, "inf", None)]
    assert all(one is not None and one.last_at is None for one in odd), "no moment that a calendar shows"
    far = site_of(
        site(extended=[{"code": "lt", "rawValue": 152.5}, {"code": "lg", "rawValue": "NaN"}], mqtt_host="a b")
    )
    assert far is not None and far.place is None
    assert far.broker == "mqtt53.victronenergy.com", "the rule where the list names no host that can be one"


async def test_sites_without_a_gx_or_with_a_shared_one_say_why_they_are_no_stations() -> None:
    portal = Portal([site(1, "b", "aa"), site(2, "a", "AA"), site(3, "c", identifier=None), site(4, "d", "dd")])
    portal.sites.append(portal.sites[3])
    client = client_of(portal, Waits())
    found = await read_sites(client, await read_account(client))
    assert [(one.number, bool(one.trouble)) for one in found] == [(2, True), (1, True), (3, True), (4, False)]


async def test_all_who_ask_with_one_token_share_a_pace() -> None:
    portal, waits = Portal(), Waits()
    first, second = client_of(portal, waits), client_of(portal, waits)
    await asyncio.gather(*(client.get("/users/me") for client in (first, second) for _ in range(30)))
    assert waits.clock.monotonic() > 10.0, "sixty questions of both take as long as sixty of one"
