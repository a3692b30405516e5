"""Alarms on a real store: what an operator does is written, shown at once, and never done by looking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.console.fleet.test_fleet_screen import screen_text
from tests.patience import until
from textual.pilot import Pilot
from textual.widgets import Input

from victron_console.console.alarms.screen import AlarmsScreen
from victron_console.console.alarms.table import AlarmTable
from victron_console.console.app.commands import run_command
from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.kit.frame.bars import KeyRow
from victron_console.console.kit.frame.prompt import KeyChoice, LinePrompt, Pairs, PromptRow
from victron_console.console.kit.view import Mark
from victron_console.console.live.watch import StoreWatch
from victron_console.console.operator.store_writer import StoreWriter
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

HEADS_ROW = 1
DAY_S = 86_400.0
NOON = 1_763_899_200.0
LOW = Occurrence(
    1, AlertKey("alder", "soc"), "soc_island", Severity.CRITICAL, "Battery low", "start generator; cut loads",
    NOON - 300, NOON - 180, last_value=9.0, unit="%", limit="< 10", announced_at=NOON - 170,
)  # fmt: skip
TANK = Occurrence(
    2, AlertKey("birch", "tank", "tank/3"), "tank_low", Severity.WARNING, "Fuel low", "order fuel",
    NOON - 900, NOON - 600, last_value=18.0, unit="%", limit="< 25", announced_at=NOON - 590,
)  # fmt: skip


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def writer(tmp_path: Path, clock: ManualClock) -> Iterator[Writer]:
    opened = Writer(tmp_path / "store.db", clock)
    opened.register([StationRecord("alder", "Alder Farm", {"contact": "J. Alder"}), StationRecord("birch", "Birch")])
    record_alerts(opened.db, AlertChanges((LOW, TANK)), NOON - 170)
    yield opened
    opened.close()


def console_on(writer: Writer, tmp_path: Path, clock: ManualClock, **options: object) -> ConsoleApp:
    store = tmp_path / "store.db"
    return ConsoleApp(
        clock=clock,
        themes=load_themes(),
        options=replace(ConsoleOptions(theme="dark", operator="mk"), **options),  # type: ignore[arg-type]
        watch=StoreWatch(store, clock),
        writer=StoreWriter(store, clock),
    )


@pytest.fixture
def console(writer: Writer, tmp_path: Path, clock: ManualClock) -> ConsoleApp:
    return console_on(writer, tmp_path, clock)


async def opened(pilot: Pilot[int]) -> AlarmsScreen:
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(lambda: app.view.alarms)
    await pilot.press("3")
    screen = app.screen
    assert isinstance(screen, AlarmsScreen)
    return screen


def marks(app: ConsoleApp) -> dict[str, Mark]:
    return {alarm.id: alarm.mark for alarm in app.view.alarms}


async def typed(pilot: Pilot[int], text: str) -> None:
    await until(lambda: isinstance(pilot.app.screen.query_one(PromptRow).asked, LinePrompt))
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")


@pytest.mark.slow
async def test_looking_and_leaving_acknowledge_nothing(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("n", "p", "enter", "escape", "escape", "3")
        await pilot.pause()
        assert marks(console) == {"1": Mark.NOW, "2": Mark.TODAY}


@pytest.mark.slow
async def test_the_site_of_the_chosen_alarm_tells_its_other_ones_of_a_month_under_the_list(
    writer: Writer, console: ConsoleApp
) -> None:
    days = (20.0, 40.0)
    older = [
        replace(LOW, id=10 + n, raised_at=NOON - day * DAY_S, cleared_at=NOON - day * DAY_S + 7200, title=f"Cold {n}")
        for n, day in enumerate(days)
    ]
    record_alerts(writer.db, AlertChanges(tuple(older)), NOON - 170)
    async with console.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await pilot.press("home")
        await until(lambda: "30 days" in screen.query_one(AlarmTable).text)
        below = screen.query_one(AlarmTable).text.partition("ALDER FARM")[2]
        assert "Battery low" in below and "Cold 0" in below and "2h00" in below
        assert "Cold 1" not in below and "Fuel low" not in below


@pytest.mark.slow
async def test_an_acknowledged_row_moves_at_once_and_leaves_the_cursor_to_the_next(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await pilot.press("n", "p", "a")
        await until(lambda: marks(console)["1"] is Mark.ACKED_NOW)
        await until(lambda: [section.name for section in screen.listing.sections] == ["NOT SEEN", "ACKED"])
        assert {alarm.id: alarm.who for alarm in console.view.alarms} == {"1": "mk 12:00", "2": ""}
        assert screen.listing.selected is not None and screen.listing.selected.id == "2"


@pytest.mark.slow
async def test_acknowledging_a_page_asks_before_it_takes_what_is_urgent(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("A")
        assert isinstance(console.screen.query_one(PromptRow).asked, KeyChoice)
        await pilot.press("n")
        await until(lambda: marks(console)["2"] is Mark.ACKED_TODAY)
        assert marks(console)["1"] is Mark.NOW
        await pilot.press("A", "y")
        await until(lambda: marks(console)["1"] is Mark.ACKED_NOW)


@pytest.mark.slow
async def test_shelving_wants_a_reason_and_can_be_taken_back(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("s", "8")
        await typed(pilot, " ")
        await until(lambda: any("reason" in str(it.message) for it in console.notices.told))
        assert marks(console)["1"] is Mark.NOW
        await pilot.press("s", "c")
        await typed(pilot, "fuel is on its way")
        await until(lambda: marks(console)["1"] is Mark.SHELVED)
        assert "mk to clear" in console.view.alarms[-1].who
        await pilot.press("end", "u")
        await until(lambda: marks(console)["1"] is Mark.NOW)


@pytest.mark.slow
@pytest.mark.parametrize(("key", "said"), [("s", "1 = 1 h  8 = 8 h  c = until"), ("m", "1 = 1 h  4 = 4 h  8 = 8 h")])
async def test_a_prompt_keeps_its_keys_apart_from_what_they_mean(console: ConsoleApp, key: str, said: str) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press(key)
        await pilot.pause()
        asked = console.screen.query_one(Pairs).text
        assert said in asked and "Esc no" in asked


@pytest.mark.slow
async def test_a_site_goes_into_maintenance_and_back(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("m", "4")
        await typed(pilot, "new battery")
        await until(lambda: marks(console)["1"] is Mark.MAINTENANCE)
        await pilot.press("end", "m")
        await until(lambda: marks(console)["1"] is Mark.NOW)


@pytest.mark.slow
async def test_a_comment_stands_in_the_detail(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("c")
        await typed(pilot, "called J.")
        await until(lambda: any("Written" in str(it.message) for it in console.notices.told))
        await until(lambda: "called J." in screen_text(console))
        assert "J. Alder" in screen_text(console)


@pytest.mark.slow
async def test_on_a_shared_login_the_name_is_asked_for_once(writer: Writer, tmp_path: Path, clock: ManualClock) -> None:
    console = console_on(writer, tmp_path, clock, operator="")
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("a")
        await typed(pilot, "ann")
        await until(lambda: marks(console)["1"] is Mark.ACKED_NOW)
        await pilot.press("a")
        await until(lambda: marks(console)["2"] is Mark.ACKED_TODAY)
        assert all(alarm.who.startswith("ann") for alarm in console.view.alarms)


@pytest.mark.slow
async def test_in_the_past_and_on_a_store_that_cannot_be_written_actions_say_why(
    writer: Writer, tmp_path: Path, clock: ManualClock
) -> None:
    console = console_on(writer, tmp_path, clock, readonly="This store cannot be written.")
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("a", "s", "m", "c")
        assert isinstance(console.screen, AlarmsScreen)
        assert any("cannot be written" in str(it.message) for it in console.notices.told)
        await pilot.press("t", "a")
        await until(lambda: any("past cannot be changed" in str(it.message) for it in console.notices.told))
        assert marks(console)["1"] is Mark.NOW


@pytest.mark.slow
async def test_the_filter_narrows_the_list(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await pilot.press("slash")
        await typed(pilot, "fuel !battery")
        assert [row.id for row in screen.listing.rows] == ["2"]
        assert "filter fuel" in screen_text(console)


@pytest.mark.slow
async def test_a_command_shows_the_alarms_of_one_state_and_all_of_them_again(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await pilot.press("n", "p", "a")
        await until(lambda: marks(console)["1"] is Mark.ACKED_NOW)
        run_command(console, "alarms unack")
        assert [row.id for row in screen.listing.rows] == ["2"]
        assert "only unack" in screen_text(console)
        run_command(console, "al ack")
        assert [row.id for row in screen.listing.rows] == ["1"]
        run_command(console, "alarms shelved")
        assert screen.listing.rows == () and ":alarms all" in screen_text(console)
        run_command(console, "alarms all")
        assert len(screen.listing.rows) == 2
        assert run_command(console, "alarms zzz") == ""  # words: the list itself says that no alarm has them
        assert "filter zzz" in screen_text(console) and "No alarm fits" in screen_text(console)


@pytest.mark.slow
async def test_in_the_past_the_key_row_offers_nothing_that_would_change_an_alarm(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        row = screen.query_one(KeyRow)
        assert " a ack" in row.text
        await pilot.press("t")
        await until(lambda: "REPLAY" in screen_text(console))
        assert " a ack" not in row.text and "l live" in row.text


@pytest.mark.slow
async def test_the_detail_says_the_condition_in_words(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await until(lambda: "raised below 10 % for 2m" in screen_text(console))
        assert "the first time in 30 days" in screen_text(console)


@pytest.mark.slow
async def test_the_name_is_asked_for_after_the_question_about_urgent_ones(
    writer: Writer, tmp_path: Path, clock: ManualClock
) -> None:
    console = console_on(writer, tmp_path, clock, operator="")
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("A")
        await pilot.press("n")
        await typed(pilot, "ann")
        await until(lambda: marks(console)["2"] is Mark.ACKED_TODAY)


@pytest.mark.slow
async def test_what_was_just_acknowledged_or_shelved_is_taken_back_within_ten_seconds(
    writer: Writer, tmp_path: Path, clock: ManualClock
) -> None:
    console = console_on(writer, tmp_path, clock, reasons=("known", "part ordered"))
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("a")
        await until(lambda: marks(console)["1"] is Mark.ACKED_NOW)
        await until(lambda: "ctrl+z undo, 10 s" in console.screen.query_one(KeyRow).text)
        await pilot.press("ctrl+z")
        await until(lambda: marks(console)["1"] is Mark.NOW)
        await pilot.press("home", "s", "8", "2")
        await until(lambda: marks(console)["1"] is Mark.SHELVED)
        await until(lambda: "ctrl+z undo" in console.screen.query_one(KeyRow).text)
        await pilot.press("ctrl+z")
        await until(lambda: marks(console)["1"] is Mark.NOW)
        await pilot.press("home", "a")
        await until(lambda: marks(console)["1"] is Mark.ACKED_NOW)
        clock.advance(11)
        await pilot.press("ctrl+z")
        assert "nothing to take back" in console.notices.told[-1].message
        assert marks(console)["1"] is Mark.ACKED_NOW


@pytest.mark.slow
async def test_what_was_acknowledged_is_not_taken_back_from_the_past(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("a")
        await until(lambda: "ctrl+z undo" in console.screen.query_one(KeyRow).text)
        await pilot.press("t", "ctrl+z")
        await until(lambda: any("past cannot be changed" in it.message for it in console.notices.told))
        await pilot.press("l")
        await until(lambda: not console.view.replay and marks(console)["1"] is Mark.ACKED_NOW)


@pytest.mark.slow
async def test_a_message_longer_than_the_key_row_lies_over_nothing(console: ConsoleApp) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        console.say("All that was said here is longer than the row of the keys, " * 3)
        await pilot.pause()
        assert not console._notifications
        assert "1/3" in console.screen.query_one(KeyRow).text


@pytest.mark.slow
async def test_several_marked_alarms_are_acknowledged_at_once_and_taken_back_together(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("home", "space", "space")
        await pilot.pause()
        assert "2 marked" in screen_text(console)
        await pilot.press("a")
        await until(lambda: marks(console) == {"1": Mark.ACKED_NOW, "2": Mark.ACKED_TODAY})
        assert "marked" not in screen_text(console)
        await until(lambda: "ctrl+z undo" in console.screen.query_one(KeyRow).text)
        await pilot.press("ctrl+z")
        await until(lambda: marks(console) == {"1": Mark.NOW, "2": Mark.TODAY})


@pytest.mark.slow
async def test_the_reasons_of_the_configuration_are_chosen_by_one_key_and_another_is_typed(
    writer: Writer, tmp_path: Path, clock: ManualClock
) -> None:
    console = console_on(writer, tmp_path, clock, reasons=("waiting for fuel", "part ordered"))
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("home", "s", "1")
        await pilot.pause()
        assert "1 = waiting for fuel  2 = part ordered  o = other" in console.screen.query_one(Pairs).text
        await pilot.press("2")
        await until(lambda: marks(console)["1"] is Mark.SHELVED)
        await pilot.press("end", "u")
        await until(lambda: marks(console)["1"] is Mark.NOW)
        await pilot.press("home", "s", "1", "o")
        await typed(pilot, "my own words")
        await until(lambda: marks(console)["1"] is Mark.SHELVED)


@pytest.mark.slow
@pytest.mark.parametrize("typed_line", ["ack alder", "ack battery low"])
async def test_alarms_are_acknowledged_by_a_typed_line_and_taken_back(console: ConsoleApp, typed_line: str) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert run_command(console, typed_line) == ""
        await until(lambda: marks(console) == {"1": Mark.ACKED_NOW, "2": Mark.TODAY})
        await until(lambda: "ctrl+z undo" in console.screen.query_one(KeyRow).text)
        assert run_command(console, "undo") == ""
        await until(lambda: marks(console) == {"1": Mark.NOW, "2": Mark.TODAY})


@pytest.mark.slow
async def test_a_line_that_acknowledges_all_asks_before_it_takes_what_is_urgent(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert run_command(console, "ack all") == ""
        assert isinstance(console.screen.query_one(PromptRow).asked, KeyChoice)
        await pilot.press("n")
        await until(lambda: marks(console) == {"1": Mark.NOW, "2": Mark.ACKED_TODAY})


@pytest.mark.slow
async def test_a_line_with_a_part_of_several_names_is_about_all_those_sites(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert run_command(console, "ack r") == ""  # Alder Farm and Birch
        await until(lambda: marks(console) == {"1": Mark.ACKED_NOW, "2": Mark.ACKED_TODAY})


@pytest.mark.slow
async def test_a_click_on_a_head_sorts_by_it_and_a_second_one_by_urgency(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        console.open("alarms")
        await until(lambda: "NOT SEEN" in screen_text(console))
        await pilot.pause()
        table = console.screen.query_one(AlarmTable)
        at = table.text.split("\n")[HEADS_ROW].index("SITE")
        await pilot.click(AlarmTable, offset=(at, HEADS_ROW))
        await until(lambda: "sort site" in screen_text(console))
        await pilot.click(AlarmTable, offset=(at, HEADS_ROW))
        await until(lambda: "sort site" not in screen_text(console))
