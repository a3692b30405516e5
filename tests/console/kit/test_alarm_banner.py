"""A new critical alarm is told once, on any screen, without moving anything; and what was missed is summed up."""

from __future__ import annotations

from dataclasses import replace

from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import NOW, SAMPLE

from victron_console.console.kit.frame.alarm_banner import (
    BANNER_S,
    BELL_EVERY_S,
    AlarmBanner,
)
from victron_console.console.kit.frame.bars import KeyRow
from victron_console.console.kit.frame.digest import Digest
from victron_console.console.kit.view import (
    Alarm,
    FleetChanged,
    Mark,
)
from victron_console.model.clock import ManualClock


def critical(number: int, *, announced: bool = True) -> Alarm:
    return Alarm(str(number), Mark.NOW, NOW, "s", "Alder Farm", "Grid lost", response="ask", announced=announced)


def test_what_stands_at_the_start_is_not_new() -> None:
    news = AlarmBanner()

    assert not news.arrived([critical(1)], 0.0)
    assert news.standing(0.0) is None


def test_each_new_critical_is_told_once_and_the_bell_rings_at_most_once_a_minute() -> None:
    news = AlarmBanner()
    news.arrived([], 0.0)

    assert news.arrived([critical(1)], 1.0)
    assert not news.arrived([critical(1)], 2.0)
    assert not news.arrived([critical(1), critical(2)], 3.0)
    banner = news.standing(4.0)
    assert banner is not None and banner.id == "2"
    assert news.arrived([critical(3)], 1.0 + BELL_EVERY_S)
    assert news.standing(1.0 + BELL_EVERY_S + BANNER_S) is None


def test_an_alarm_that_may_still_be_explained_waits() -> None:
    news = AlarmBanner()
    news.arrived([], 0.0)

    assert not news.arrived([critical(1, announced=False)], 1.0)
    assert news.arrived([critical(1)], 2.0)


def test_an_alarm_that_was_seen_takes_its_banner_along() -> None:
    news = AlarmBanner()
    news.arrived([], 0.0)
    news.arrived([critical(1)], 1.0)

    news.arrived([replace(critical(1), mark=Mark.ACKED_NOW)], 2.0)

    assert news.standing(2.0) is None


async def test_the_banner_takes_the_key_row_of_any_screen_and_gives_it_back(make_console: MakeConsole) -> None:
    app = make_console(bell=True)
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(FleetChanged(SAMPLE))
        await pilot.pause()
        app.post_message(FleetChanged(replace(SAMPLE, alarms=(*SAMPLE.alarms, critical(99)))))
        await pilot.pause()
        row = app.screen.query_one(KeyRow)
        assert "Grid lost" in row.text and "3 shows it" in row.text
        assert isinstance(app.clock, ManualClock)
        app.clock.advance(BANNER_S + 1)
        app._tick()
        assert "? help" in row.text


def test_the_digest_says_what_was_missed_and_nothing_where_there_was_nothing() -> None:
    assert Digest(NOW).words == ""
    assert Digest(NOW, 3, 2, 1, 1).words == "3 raised (1 !!), 2 cleared, 1 link lost"
    assert Digest(NOW - 60, 1).sentence(NOW) == "Since you last looked (14:31): 1 raised. 8 shows the log."
