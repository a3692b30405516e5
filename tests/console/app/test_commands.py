"""What can be typed after `:` and found in the palette: acts, sites, moments and keys, with memory and completion."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.console.conftest import MakeConsole

from victron_console.console.app.commands import ACTS, commands, completions, keys_of, run_command
from victron_console.console.app.console import ConsoleApp
from victron_console.console.app.screens import SCREENS
from victron_console.console.kit.frame.prompt import PromptRow
from victron_console.console.kit.frame.settings import Settings, load_settings, save_settings, settings_path


def field(app: ConsoleApp) -> str:
    return app.screen.query_one(PromptRow).field.value


@pytest.mark.slow
async def test_the_palette_holds_screens_acts_sites_themes_moments_and_the_keys_of_the_screen(
    make_console: MakeConsole,
) -> None:
    app = make_console()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        offered = {command.text for command in commands(app)}
        assert {entry.name for entry in SCREENS} | set(ACTS) <= offered
        assert {"site alder-farm", "ack alder-farm", "report alder-farm", "theme light", "alarms shelved"} <= offered
        assert "at 2026-11-23 14:29" in offered
        pressed = {key.press for key in keys_of(app)}
        assert {"a", "s", "slash", "t", "ctrl+z"} <= pressed
        assert not any(key.action.startswith("move") for key in keys_of(app))


@pytest.mark.slow
async def test_a_line_is_completed_by_tab_and_remembered_by_up(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("colon", *"theme li", "tab")
        await pilot.pause()
        assert field(app) == "theme light"
        await pilot.press("enter", "colon", *"alarms ack", "enter", "colon")
        await pilot.press("up", "up")
        assert field(app) == "theme light"
        await pilot.press("down")
        assert field(app) == "alarms ack"
        await pilot.press("down")
        assert field(app) == ""
        await pilot.press("escape")
        assert app.settings.commands == ("theme light", "alarms ack")


@pytest.mark.slow
async def test_the_same_line_twice_is_remembered_once(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(3):
            await pilot.press("colon", *"live", "enter")
        assert app.settings.commands == ("live",)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ack", "Which alarms?"),
        ("shelve", "Which alarms?"),
        ("ack no such thing", "No alarm that nobody has seen fits"),
        ("audit nowhere", "No site is called nowhere."),
        ("report nowhere", "No site is called nowhere."),
        ("frobnicate", "is no command"),
    ],
)
async def test_what_cannot_be_done_is_said(make_console: MakeConsole, typed: str, said: str) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)):
        assert said in run_command(app, typed)


async def test_audit_of_a_site_opens_it_there(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        assert run_command(app, "audit tern") == ""
        await pilot.pause()
        assert app.station == "tern-cottage" and app.front is not None and app.front.NAME == "site"


async def test_completions_begin_as_the_line_does(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)):
        assert completions(app, "ack al") == ["ack alder-farm"]


def test_each_store_has_choices_of_its_own(tmp_path: Path) -> None:
    one, other = (settings_path(tmp_path, tmp_path / name) for name in ("one.db", "other.db"))

    assert one != other
    save_settings(one, Settings(screen="alarms", station="alder"))
    assert load_settings(one).screen == "alarms"
    assert load_settings(other) == Settings()
