"""The console as a whole: going about, colours, time, what is kept, and an orderly end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.console.conftest import MakeConsole
from tests.console.fleet.test_fleet_screen import screen_text
from tests.console.sample_fleet import NOW, SAMPLE
from textual.widgets import Input, Static

from victron_console.console.app.console import ConsoleApp
from victron_console.console.app.screens import SCREENS
from victron_console.console.kit.frame.bars import HeaderRow, KeyRow
from victron_console.console.kit.frame.dialogs import HelpScreen, told_once
from victron_console.console.kit.frame.prompt import Pairs
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.palette import Role
from victron_console.console.kit.view import FleetChanged
from victron_console.model.clock import ManualClock


def said(app: ConsoleApp) -> list[str]:
    return [str(notification.message) for notification in app.notices.told]


@pytest.mark.slow
async def test_help_lists_every_key_that_works_here(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ConsoleScreen)
        bound = {key for press in screen.keys for key in press.press.split(",")}
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        text = screen_text(app)
        assert all(key.help[:40] in text for key in told_once(screen.keys))
        assert "In time mode, a minute forward" not in text
        await pilot.press("escape")
        of_textual = ("tab", "shift+", "ctrl+", "super+")
        assert {key for key in screen._bindings.key_to_bindings if not key.startswith(of_textual)} <= bound


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (118, 30)])
async def test_no_word_of_the_help_touches_its_scrollbar_and_rows_go_on_under_their_words(
    make_console: MakeConsole, size: tuple[int, int]
) -> None:
    app = make_console()
    async with app.run_test(size=size) as pilot:
        for entry in SCREENS:
            app.open(entry.name)
            await pilot.pause()
            await pilot.press("question_mark")
            panel, text = app.screen.query_one("#help"), app.screen.query_one("#help-text", Static)
            rows = str(text.content).split("\n")
            assert max(map(len, rows)) < panel.scrollable_content_region.width
            keys = rows[rows.index(f"KEYS   {entry.name}") + 2 : rows.index("SCREENS") - 1]
            assert all(row[8] == " " and row[9] != " " for row in keys)
            await pilot.press("escape")


@pytest.mark.slow
async def test_what_is_typed_in_the_help_is_searched_for(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.pause()
        await pilot.press("question_mark", *"sunrise")
        text = screen_text(app)
        assert "SUNUP% is the charge at sunrise" in text
        assert "Choose columns." not in text
        await pilot.press(*"quux")
        assert "Nothing here has these words." in screen_text(app)
        await pilot.press(*["backspace"] * 11)
        assert "Choose columns." in screen_text(app)
        await pilot.press("escape")
        assert isinstance(app.screen, ConsoleScreen)


@pytest.mark.slow
async def test_the_key_row_drops_from_the_right_and_keeps_the_question_mark(make_console: MakeConsole) -> None:
    for width in (20, 40, 60, 80, 120, 200):
        app = make_console()
        async with app.run_test(size=(width, 24)) as pilot:
            await pilot.pause()
            assert "? help" in app.screen.query_one(KeyRow).text


@pytest.mark.slow
async def test_the_header_never_drops_what_must_be_done(make_console: MakeConsole) -> None:
    for width in (60, 80, 120, 200):
        app = make_console()
        async with app.run_test(size=(width, 24)) as pilot:
            await pilot.pause()
            head = app.screen.query_one(HeaderRow).text
            assert all(word in head for word in ("!!*1 now", "!*1 today", "x*1 lost", "14:32:07 LIVE"))


@pytest.mark.slow
@pytest.mark.parametrize("entry", SCREENS, ids=lambda entry: entry.name)
async def test_every_screen_opens_by_its_key_and_by_its_name(make_console: MakeConsole, entry: object) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(entry.key)  # type: ignore[attr-defined]
        assert isinstance(app.screen, ConsoleScreen) and entry.name == app.screen.NAME  # type: ignore[attr-defined]
        await pilot.press("escape")
        assert isinstance(app.screen, ConsoleScreen)


@pytest.mark.slow
async def test_typed_commands_are_done_or_say_what_is_wrong(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        for typed in ("theme light", "theme [nope]", "site nowhere", "dance", "at 25:99"):
            await pilot.press("colon")
            app.screen.query_one(Input).value = typed
            await pilot.press("enter")
        assert app.theme == "light"
        assert [sentence.split()[0] for sentence in said(app)] == ["No", "No", "dance", "25:99"]


@pytest.mark.slow
async def test_a_theme_is_tried_on_in_the_palette_and_taken_off_when_it_is_left(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", *"theme light")
        await app.workers.wait_for_complete()
        await pilot.pause(0.3)
        assert app.theme == "light"
        await pilot.press("escape")
        await pilot.pause()
        assert app.theme == "dark"


async def test_a_broken_theme_is_said_and_the_console_opens(make_console: MakeConsole) -> None:
    app = make_console(theme_faults=("Theme mine.toml is no TOML.",))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert said(app) == ["Theme mine.toml is no TOML."]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 16)])
async def test_without_colour_every_screen_says_the_same(
    make_console: MakeConsole, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    coloured = make_console()
    async with coloured.run_test(size=size) as pilot:
        await pilot.pause()
        expected = screen_text(coloured)
        coloured.options = replace(coloured.options, settings_path=None)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = make_console()
    async with plain.run_test(size=size) as pilot:
        await pilot.pause()
        assert plain.theme == "mono"
        assert screen_text(plain) == expected


@pytest.mark.slow
async def test_ascii_leaves_no_drawn_character_and_moves_nothing(make_console: MakeConsole) -> None:
    app = make_console(ascii=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        shown = "\n".join(
            "".join(segment.text for segment in strip.apply_filter(app._ascii, app.screen.styles.background))  # type: ignore[arg-type]
            for strip in app.screen._compositor.render_strips()
        )
        assert shown.isascii()
        assert all(len(line) == 120 for line in shown.split("\n"))


async def test_a_held_screen_stays_as_it_is_until_it_is_let_go(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        app.post_message(FleetChanged(replace(SAMPLE, sites=())))
        await pilot.pause()
        header = app.screen.query_one(HeaderRow)
        assert "PAUSED" in header.text
        chips = [part for part in header.render_line(1) if "PAUSED" in part.text and part.style]
        assert [part.style and part.style.bgcolor for part in chips] == [app.palette.styles[Role.BANNER].bgcolor]
        assert len(app.view.sites) == 12
        await pilot.press("space")
        app.post_message(FleetChanged(replace(SAMPLE, sites=())))
        await pilot.pause()
        assert app.view.sites == ()


@pytest.mark.slow
async def test_another_moment_is_worn_as_a_banner_on_the_whole_row(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"at 03:14", "enter")
        assert app.as_of == NOW - (14 * 3600 + 32 * 60 + 7) + 3 * 3600 + 14 * 60
        app.show(replace(SAMPLE, at=app.as_of, replay=True))
        assert "REPLAY 2026-11-23 03:14:00" in app.screen.query_one(HeaderRow).text
        await pilot.press("left_square_bracket")
        assert app.as_of == NOW - (14 * 3600 + 32 * 60 + 7) + 3 * 3600 + 13 * 60
        await pilot.press("l")
        assert app.as_of is None


@pytest.mark.slow
async def test_a_moment_out_of_all_time_is_refused_and_the_console_goes_on(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        for typed in ("0001-01-01", "-9999999999d", "9999-12-31T23:59", "+9999999999d", f"+{'9' * 400}d"):
            await pilot.press("colon")
            app.screen.query_one(Input).value = f"at {typed}"
            await pilot.press("enter")
            assert app.as_of is None
        assert len(said(app)) == 5
        app.look(30.0)
        await pilot.press("left_square_bracket")
        assert app.as_of == 0.0


async def test_a_view_that_arrives_late_replaces_none_that_is_newer(make_console: MakeConsole) -> None:
    one, other = FleetChanged(SAMPLE), FleetChanged(SAMPLE)

    assert one.can_replace(other)


@pytest.mark.slow
async def test_choices_are_kept_and_a_torn_file_is_forgotten(make_console: MakeConsole, tmp_path: Path) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o", "z", "down", "q")
    kept = json.loads((tmp_path / "console.json").read_text(encoding="utf-8"))
    assert (kept["sort"], kept["abnormal_only"], kept["left_at"]) == ("charge", True, NOW)
    (tmp_path / "console.json").write_text('{"sort": 7, "abnormal_only": "', encoding="utf-8")
    again = make_console()
    async with again.run_test(size=(80, 24)):
        assert again.settings.sort == "urgency"


async def test_quitting_returns_zero(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
    assert app.return_code == 0


@pytest.mark.slow
async def test_a_collector_that_fails_is_said_and_the_screens_stay(make_console: MakeConsole) -> None:
    async def collector() -> None:
        raise OSError("the disk is [full]")

    app = make_console(collector=collector)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert said(app) == ["The collector stopped: the disk is [full]."]
        await pilot.press("down")
        assert isinstance(app.clock, ManualClock)


@pytest.mark.slow
async def test_a_click_on_a_key_of_the_key_row_is_that_key(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        keys = app.screen.query_one(KeyRow)
        await pilot.click(KeyRow, offset=(keys.text.index("sort"), 0))
        await pilot.pause()
        assert app.settings.sort == "charge"
        await pilot.click(KeyRow, offset=(keys.text.index("/ filter"), 0))
        await pilot.pause()
        pairs = app.screen.query_one(Pairs)
        assert pairs.text.endswith("Enter ok  Esc no")
        await pilot.press(*"boat")
        await pilot.click(Pairs, offset=(pairs.text.index("Esc"), 0))
        await pilot.pause()
        assert app.settings.filter == "" and keys.display
