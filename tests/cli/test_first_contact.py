"""The first minutes with the commands: what is mistyped or not there yet is said, with what to do instead."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from tests.console.sample_stations import make_store

from victron_console.cli.main import victron_console
from victron_console.console.fleet.no_sites import unanswered
from victron_console.model.clock import SystemClock
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make_store(tmp_path / "store.db")


def run(*words: str) -> Result:
    return CliRunner().invoke(victron_console, words)


def completed(store: Path, *words: str) -> list[str]:
    shell = ShellComplete(victron_console, {}, "victron-console", "_VICTRON_CONSOLE_COMPLETE")
    return [item.value for item in shell.get_completions(["--store", str(store), *words[:-1]], words[-1])]


@pytest.mark.parametrize("words", [(), ("--url", "http://127.0.0.1:9"), ("demo", "--stations", "1")])
def test_without_a_terminal_the_console_refuses_and_says_what_to_use(words: tuple[str, ...]) -> None:
    said = run(*words)
    assert said.exit_code == 2
    assert "needs a terminal" in said.stderr and "victron-console status" in said.stderr


@pytest.mark.parametrize("words", [(), ("collect",)])
def test_a_configuration_that_is_not_there_is_an_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    nowhere = tmp_path / "nowhere.toml"
    said = run("--config", str(nowhere), *words)
    assert said.exit_code == 1
    assert f"{nowhere}, which --config names, is not there" in said.stderr


@pytest.mark.parametrize(("typed", "meant"), [("stat", "status"), ("exprot", "export"), ("Status", "status")])
def test_a_mistyped_command_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    said = run(typed)
    assert said.exit_code == 2
    assert f"Did you mean {meant}?" in said.stderr


def test_status_before_anything_was_recorded_says_so(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(Writer(path, SystemClock())) as writer:
        assert "Nothing is recorded yet" in run("--store", str(path), "status").stdout
        writer.register([StationRecord("alder", "Alder Farm")])
    assert "No value was read yet of its station." in run("--store", str(path), "status").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("--series", "battery/*/Zoc"), "no series fits battery/*/Zoc"),
        (("--series", "system/0/Dc/Battery/Sok"), "near it are system/0/Dc/Battery/Soc"),
        (("--station", "cedar-hause"), "near it are cedar-house"),
    ],
)
def test_an_export_of_what_is_not_recorded_is_an_error_with_the_nearest(
    store: Path, words: tuple[str, ...], near: str
) -> None:
    said = run("--store", str(store), "export", *words)
    assert said.exit_code == 1 and said.stdout == ""
    assert near in said.stderr


@pytest.mark.slow
@pytest.mark.parametrize("since", ["yesterday", "yesterday 3:14", "2026-11-22 03:14", "7d"])
def test_since_is_written_as_a_moment_of_the_console(store: Path, since: str) -> None:
    said = run("--store", str(store), "export", "--series", "system/0/Dc/Battery/Soc", "--since", since)
    assert said.exit_code == 0, said.stderr


@pytest.mark.slow
def test_the_shell_completes_stations_and_their_series(store: Path, tmp_path: Path) -> None:
    assert completed(store, "export", "--station", "ce") == ["cedar-house"]
    series = completed(store, "export", "--station", "cedar-house", "--series", "system/0/Dc/Battery/S")
    assert "system/0/Dc/Battery/Soc" in series
    assert completed(tmp_path / "none.db", "export", "--station", "ce") == []


@pytest.mark.slow
def test_the_size_of_the_store_is_told_in_words(store: Path) -> None:
    said = run("--store", str(store), "store", "stats").stdout
    assert "4 with " in said and " MB each" in said
    assert "2026-11-22 " in said and "hot" not in said and "179" not in said.partition("recorded")[2].split()[0]


def test_before_any_station_has_answered_the_console_says_whom_it_asks() -> None:
    assert unanswered(("127.0.0.1:18088",))[1] == "Asking 127.0.0.1:18088 ..."
    assert unanswered(("a", "b"))[1] == "Asking 2 stations ..."
    assert unanswered(()) == ()
