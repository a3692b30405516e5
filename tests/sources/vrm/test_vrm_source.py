"""A station read by what its GX last sent to the portal: how old that is, how often it is asked for, what it lacks."""

from __future__ import annotations

from itertools import count
from math import inf
from typing import Any

import pytest
from pydantic import SecretStr
from tests.portal import TOKEN, Portal

from victron_console.config.vrm_source import VrmSourceSettings
from victron_console.model.clock import ManualClock
from victron_console.model.quality import Quality
from victron_console.sources.base import BadAnswer, Misconfigured, NoSuchService, Unreachable
from victron_console.sources.fallback import Fallback, Way
from victron_console.sources.vrm.client import PortalBusy
from victron_console.sources.vrm.diagnostics import devices_of
from victron_console.sources.vrm.source import AHEAD_S, VrmPortal

SITE, NOW, EVERY_S = 150001, 1_780_000_000.0, 900.0
BATTERY, SYSTEM = "com.victronenergy.battery.vrm_258", "com.victronenergy.system.vrm_0"
NUMBERS = count()


def row(cls: str, instance: object, path: str | None, value: object, at: object, **more: object) -> dict[str, Any]:
    found = {"dbusServiceType": cls, "instance": instance, "dbusPath": path, "rawValue": value, "timestamp": at}
    return {"dataType": "float", "code": "x", **found, **more}


def rows(at: float, soc: object = 54.0) -> list[dict[str, Any]]:
    return [
        row("battery", 258, "/Soc", soc, at),
        row("battery", 258, "/TimeToGo", 2.5, at, code="TTG"),
        row("battery", 258, "/ProductName", "SmartShunt", at, dataType="string"),
        row("system", 0, "/Dc/Battery/Soc", "54", at),
    ]


class Sent:
    """A site that sent something five minutes ago, and a portal that counts."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.portal = Portal(diagnostics={SITE: rows(NOW - 300.0)})
        self.settings = VrmSourceSettings.model_construct(
            site=SITE, token=SecretStr(TOKEN), url=f"http://source-{next(NUMBERS)}.invalid/v2", every_s=EVERY_S
        )
        self.waited_s = 0.0
        self.source = self.another()

    def another(self) -> VrmPortal:
        """A second one that asks with the same token."""
        return VrmPortal(self.settings, self.clock, pause=self.pause, transport=self.portal.transport())

    async def pause(self, seconds: float) -> None:
        self.waited_s += seconds
        self.clock.advance(seconds)

    def asked(self) -> int:
        return len(self.portal.paths("diagnostics"))


@pytest.fixture
def sent() -> Sent:
    return Sent()


async def test_values_bear_the_moment_they_were_sent(sent: Sent) -> None:
    found = await sent.source.discover()
    assert found.services == (BATTERY, SYSTEM)
    assert (found.via, found.every_s, found.newest_at) == ("VRM", EVERY_S, NOW - 300.0)
    reading = await sent.source.read(BATTERY)
    assert (str(reading.key), reading.at) == ("battery/258", NOW - 300.0)
    assert reading.readings["Soc"].number == 54.0
    assert reading.readings["TimeToGo"].number == 9000.0, "hours there, seconds on D-Bus"
    assert (await sent.source.read(SYSTEM)).readings["Dc/Battery/Soc"].number == 54.0, "a number that came as text"


async def test_the_portal_is_asked_once_for_each_time_the_gx_sends(sent: Sent) -> None:
    for _ in range(60):
        await sent.source.discover()
        sent.clock.advance(60.0)
        if sent.clock.now() % EVERY_S < 60.0:
            sent.portal.diagnostics[SITE] = rows(sent.clock.now())
    assert 4 <= sent.asked() <= 6
    assert {method for method, _, _ in sent.portal.asked} == {"GET"}


async def test_news_are_told_and_what_was_not_sent_anew_is_none(sent: Sent) -> None:
    changed = (await sent.source.discover()).changed
    assert changed is not None and changed.take() == {BATTERY, SYSTEM}
    sent.clock.advance(EVERY_S)
    sent.portal.diagnostics[SITE] = [*rows(NOW - 300.0)[:3], rows(NOW + 600.0)[3]]
    await sent.source.discover()
    assert changed.take() == {SYSTEM}


async def test_a_silent_site_is_out_of_reach_and_says_since_when(sent: Sent) -> None:
    await sent.source.discover()
    sent.clock.advance(3 * EVERY_S)
    with pytest.raises(Unreachable, match="sent the portal nothing since 20"):
        await sent.source.discover()
    for _ in range(5):
        with pytest.raises(Unreachable):
            await sent.source.discover()
    assert sent.asked() == 2, "it is not asked the more for it"


async def test_a_device_that_is_no_longer_sent_is_gone(sent: Sent) -> None:
    sent.portal.diagnostics[SITE] = [*rows(NOW - 300.0), row("tank", 20, "/Level", 40, NOW - 4 * EVERY_S)]
    assert "com.victronenergy.tank.vrm_20" not in (await sent.source.discover()).services
    with pytest.raises(NoSuchService):
        await sent.source.read("com.victronenergy.tank.vrm_20")


async def test_a_site_of_others_is_no_outage(sent: Sent) -> None:
    sent.portal.fails("diagnostics", 403, {"success": False})
    for _ in range(3):
        with pytest.raises(Misconfigured, match="lets this user not see"):
            await sent.source.discover()
    assert sent.asked() == 1


async def test_a_portal_in_trouble_takes_away_nothing_that_is_still_young(sent: Sent) -> None:
    await sent.source.discover()
    sent.portal.fails("diagnostics", 503, "<html>")
    sent.clock.advance(EVERY_S)
    assert (await sent.source.discover()).newest_at == NOW - 300.0
    assert sent.source.traffic.errors == 1
    sent.clock.advance(2 * EVERY_S)
    with pytest.raises(Unreachable, match="in trouble itself"):
        await sent.source.discover()


async def test_a_token_that_is_revoked_meanwhile_is_told_at_once(sent: Sent) -> None:
    await sent.source.discover()
    sent.portal.token = "another"
    sent.clock.advance(EVERY_S)
    with pytest.raises(Misconfigured, match="refused the token"):
        await sent.source.discover()


async def test_a_portal_that_is_too_busy_holds_nobody_up(sent: Sent) -> None:
    await sent.source.discover()
    sent.clock.advance(EVERY_S)
    sent.portal.fails("diagnostics", 429, "<html>", retry_after="600")
    assert (await sent.source.discover()).newest_at == NOW - 300.0, "what is there is young enough"
    with pytest.raises(PortalBusy):
        await sent.another().discover()
    sent.clock.advance(590.0)
    await sent.source.discover()
    assert (sent.waited_s, sent.asked()) == (0.0, 2), "nobody waits in a place of the fleet's requests, nor asks"
    sent.portal.faults.clear()
    sent.clock.advance(20.0)
    sent.portal.diagnostics[SITE] = rows(NOW + 1200.0)
    assert (await sent.source.discover()).newest_at == NOW + 1200.0


async def test_who_has_no_values_yet_waits_a_minute_for_its_turn(sent: Sent) -> None:
    sent.portal.fails("diagnostics", 429, "<html>", retry_after="40")
    with pytest.raises(PortalBusy):
        await sent.source.discover()
    sent.portal.faults.clear()
    assert (await sent.another().discover()).services == (BATTERY, SYSTEM)
    assert sent.waited_s == pytest.approx(40.0, abs=1.0)


async def test_many_sites_of_one_token_take_their_turns_without_a_queue(sent: Sent) -> None:
    sources = [sent.another() for _ in range(100)]
    busy = 0
    for source in sources:
        before = sent.waited_s
        try:
            await source.discover()
        except PortalBusy:
            busy += 1
        assert sent.waited_s - before <= 5.0
    assert (busy, sent.asked()) == (0, 100), "one after the other none waits long"


async def test_a_moment_to_come_is_no_age(sent: Sent) -> None:
    sent.portal.diagnostics[SITE] = [*rows(NOW - 60.0), row("tank", 20, "/Level", 40, NOW + 2 * AHEAD_S)]
    assert (await sent.source.discover()).services == (BATTERY, SYSTEM)
    for wrong in (rows(NOW + 86_400.0), rows(NOW * 1000.0)):
        sent.clock.advance(EVERY_S)
        sent.portal.diagnostics[SITE] = wrong
        assert (await sent.source.discover()).newest_at == NOW - 60.0, "it is not taken for what was sent now"
    sent.clock.advance(EVERY_S)
    sent.portal.diagnostics[SITE] = rows(NOW + 86_400.0)
    with pytest.raises(BadAnswer, match="times to come"):
        await sent.source.discover()


async def test_an_answer_of_nothing_takes_nothing_away(sent: Sent) -> None:
    await sent.source.discover()
    sent.portal.diagnostics[SITE] = []
    sent.clock.advance(EVERY_S)
    assert (await sent.source.discover()).services == (BATTERY, SYSTEM)
    with pytest.raises(BadAnswer, match="gives no values of site 150001"):
        await sent.another().discover()


async def test_values_of_another_site_are_refused(sent: Sent) -> None:
    sent.portal.diagnostics[SITE] = [{"idSite": str(SITE), **each} for each in rows(NOW)]
    await sent.source.discover()
    sent.portal.diagnostics[SITE][0]["idSite"] = 999_999
    with pytest.raises(BadAnswer, match="of another site than 150001"):
        await sent.another().discover()


async def test_many_pages_are_read_to_the_end(sent: Sent) -> None:
    sent.portal.diagnostics[SITE] = [row("settings", 0, f"/S{n}", n, NOW) for n in range(2500)] + rows(NOW)
    assert (await sent.source.discover()).services == (BATTERY, SYSTEM)
    assert sent.asked() == 3


def test_rows_that_are_no_values_are_left_out_and_odd_ones_say_so() -> None:
    found = devices_of(
        [
            None, {}, row("battery", 1, None, 5, NOW), row("battery", None, "/Soc", 5, NOW),
            row("../x", 1, "/Soc", 5, NOW), row("battery", 1, "/Soc", 5, None),
            row("battery", 1.5, "/Soc", 5, NOW), row("battery", 10**400, "/Soc", 5, NOW),
            row("battery", 1, "/Soc", 5, 10**400), row("battery", 1, "/Soc", 5, -1e300),
            row("battery", "1", "/Soc", 512.0, "1780000000"),
            row("battery", 1, "/Dc/0/Voltage", None, NOW), row("battery", 1, "/Dc/0/Current", float("nan"), NOW),
        ],
        inf,
    )  # fmt: skip
    (battery,) = found.values()
    qualities = {path: reading.quality for path, reading in battery.readings.items()}
    assert qualities == {
        "Soc": Quality.IMPLAUSIBLE, "Dc/0/Voltage": Quality.ABSENT, "Dc/0/Current": Quality.IMPLAUSIBLE
    }  # fmt: skip


def test_devices_of_large_numbers_are_told_apart() -> None:
    found = devices_of([row("battery", number, "/Soc", 5, NOW) for number in (1_234_567, 1_234_568)], inf)
    assert [device.instance for device in found.values()] == ["1234567", "1234568"]


async def test_nothing_older_than_what_was_read_directly_is_taken_over(sent: Sent) -> None:
    class Direct(Sent):
        """The same site, read a moment ago on the local network."""

    direct = Direct()
    direct.portal.diagnostics[SITE] = rows(NOW)
    way = Fallback(Way("HTTP", direct.source), Way("VRM", sent.source), sent.clock)
    await way.discover()
    await way.read(BATTERY)
    direct.portal.fails("diagnostics", 503)
    direct.clock.advance(3 * EVERY_S + 1.0)
    with pytest.raises(Unreachable, match="in trouble itself"):
        await way.discover()
    for clock in (direct.clock, sent.clock):
        clock.advance(EVERY_S)
    sent.portal.diagnostics[SITE] = rows(NOW + 600.0)
    found = await way.discover()
    assert (found.via, found.newest_at) == ("VRM", NOW + 600.0)
