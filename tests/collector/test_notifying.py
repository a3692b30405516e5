"""Alarms leave the console by a command or by Apprise, each once, and a failure of that is an alarm itself."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from tests.patience import PATIENCE_S

from victron_console.collector.notifying import FAMILY, Notice, Notifier, NotifyFailed, tell
from victron_console.config import NotifySettings, load
from victron_console.config.fields import Surroundings
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.operator import alarm_actions as operator_alerts
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

T0 = 1_800_000_000.0
LOW = Occurrence(
    1, AlertKey("alder", "soc"), "soc_island", Severity.WARNING, "Battery low", "cut loads", T0, T0 + 60,
    announced_at=T0 + 70, last_value=18.5, unit="%", limit="< 20",
)  # fmt: skip
WRITE_DOWN = """
import json, os, sys
with open(sys.argv[1], "a") as file:
    file.write(json.dumps([json.load(sys.stdin), os.environ["VICTRON_EVENT"], os.environ["VICTRON_TEXT"]]) + "\\n")
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(T0)


@pytest.fixture
def writer(tmp_path: Path, clock: ManualClock) -> Iterator[Writer]:
    opened = Writer(tmp_path / "store.db", clock)
    opened.register([StationRecord("alder", "Alder Farm")])
    record_alerts(opened.db, AlertChanges((LOW,)), T0 + 70)
    yield opened
    opened.close()


@pytest.fixture
def told(tmp_path: Path) -> Callable[[], list[tuple[str, str, str]]]:
    """What the command was told so far: event, severity, sentence."""

    def read() -> list[tuple[str, str, str]]:
        with suppress(FileNotFoundError):
            lines = (tmp_path / "told").read_text().splitlines()
            return [(event, data["severity"], text) for data, event, text in map(json.loads, lines)]
        return []

    return read


def by_command(tmp_path: Path, **more: object) -> NotifySettings:
    script = tmp_path / "write_down.py"
    script.write_text(WRITE_DOWN)
    return NotifySettings.model_validate({"command": [sys.executable, str(script), str(tmp_path / "told")], **more})


def by_apprise(address: str) -> NotifySettings:
    return NotifySettings.model_validate({"apprise": "env:PAGER"}, context=Surroundings(Path(), {"PAGER": address}))


class Running:
    """A notifier that runs, and what trouble it told of."""

    def __init__(self, tmp_path: Path, clock: ManualClock, settings: NotifySettings) -> None:
        self.troubles: list[str] = []
        self.notifier = Notifier(tmp_path / "store.db", clock, self._trouble)
        self.notifier.use(settings)

    async def _trouble(self, problem: str) -> None:
        self.troubles.append(problem)

    async def take(self, *occurrences: Occurrence) -> None:
        """Hand these in one by one, and wait until all were dealt with."""
        task = asyncio.create_task(self.notifier.run())
        for occurrence in occurrences:
            self.notifier.take(AlertChanges((occurrence,)))
        async with asyncio.timeout(PATIENCE_S):
            await self.notifier._waiting.join()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_an_alarm_is_told_once_when_announced_when_it_gets_worse_and_when_it_is_over(
    tmp_path: Path, writer: Writer, clock: ManualClock, told: Callable[[], list[tuple[str, str, str]]]
) -> None:
    running = Running(tmp_path, clock, by_command(tmp_path))
    waiting = replace(LOW, announced_at=None)
    worse = replace(LOW, severity=Severity.CRITICAL, announced_at=T0 + 200)
    over = replace(worse, cleared_at=T0 + 300)

    await running.take(waiting, LOW, replace(LOW, last_value=17.0), worse, over, over)

    sentence = "Alder Farm: Battery low, 18.5 % (< 20). cut loads"
    assert [(event, text) for event, _, text in told()] == [
        ("raised", sentence), ("escalated", sentence), ("cleared", sentence),
    ]  # fmt: skip
    assert running.troubles == []


async def test_what_was_announced_before_a_restart_is_not_told_again_but_its_end_is(
    tmp_path: Path, writer: Writer, clock: ManualClock, told: Callable[[], list[tuple[str, str, str]]]
) -> None:
    clock.advance(1000)
    running = Running(tmp_path, clock, by_command(tmp_path))

    await running.take(LOW, replace(LOW, cleared_at=T0 + 1100))

    assert [event for event, _, _ in told()] == ["cleared"]


async def test_shelved_alarms_events_and_lesser_ones_are_not_told(
    tmp_path: Path, writer: Writer, clock: ManualClock, told: Callable[[], list[tuple[str, str, str]]]
) -> None:
    await Running(tmp_path, clock, by_command(tmp_path, severity="critical")).take(LOW)
    running = Running(tmp_path, clock, by_command(tmp_path))
    operator_alerts.shelve(writer.db, 1, reason="known", now=T0, who="mk")

    await running.take(LOW, replace(LOW, id=2, response=""))

    assert told() == []


async def test_beyond_the_limit_of_an_hour_the_rest_is_only_counted(
    tmp_path: Path, writer: Writer, clock: ManualClock, told: Callable[[], list[tuple[str, str, str]]]
) -> None:
    running = Running(tmp_path, clock, by_command(tmp_path, per_hour=2))

    await running.take(*[replace(LOW, id=number) for number in range(10, 15)])
    assert len(told()) == 2
    clock.advance(3700)
    await running.take(replace(LOW, id=20))

    assert "3 more" in told()[-1][2]


async def test_a_command_that_fails_is_trouble_until_it_works_again(
    tmp_path: Path, writer: Writer, clock: ManualClock
) -> None:
    failing = NotifySettings(command=(sys.executable, "-c", "import sys; sys.exit('the pager is off')"))
    running = Running(tmp_path, clock, failing)

    await running.take(LOW, replace(LOW, id=2, key=AlertKey("", FAMILY)))
    assert len(running.troubles) == 1
    assert "status 1: the pager is off" in running.troubles[0]
    running.notifier.use(by_command(tmp_path))
    await running.take(replace(LOW, id=3))

    assert running.troubles[1:] == [""]


NOTICE = Notice("test", {"title": "Test", "priority": "!"}, "a test")


async def test_a_command_that_is_not_there_says_what_to_correct() -> None:
    with pytest.raises(NotifyFailed, match=r"cannot be run .* correct `command`"):
        await tell(NotifySettings(command=("/nowhere/at/all",)), NOTICE)


async def test_apprise_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(NotifyFailed, match="not installed") as failed:
        await tell(by_apprise("mailto://me:secret@example.org"), NOTICE)
    assert "secret" not in str(failed.value)


async def test_apprise_is_given_the_address_and_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, ...]] = []

    class Apprise:
        def add(self, address: str) -> bool:
            sent.append((address,))
            return True

        def notify(self, *, title: str, body: str) -> bool:
            sent.append((title, body))
            return True

    module = ModuleType("apprise")
    module.Apprise = Apprise  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", module)

    await tell(by_apprise("json://localhost"), NOTICE)

    assert sent == [("json://localhost",), ("! test: Test", "a test")]


def test_the_configuration_takes_a_notify_table_and_keeps_secrets_out_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "console.toml"
    file.write_text('[notify]\ncommand = ["/bin/page", "mk"]\napprise = "env:PAGER"\nper_hour = 5\n')
    loaded = load([file], {"PAGER": "mailto://me"})
    assert loaded.faults == ()
    assert (loaded.notify.command, loaded.notify.per_hour, loaded.notify.wanted) == (("/bin/page", "mk"), 5, True)
    assert loaded.notify.apprise is not None and loaded.notify.apprise.get_secret_value() == "mailto://me"

    file.write_text('[notify]\napprise = "mailto://me:secret@example.org"\nper_hour = 0\n')
    faults = [str(fault) for fault in load([file], {}).faults]
    assert len(faults) == 2 and not any("secret@" in fault for fault in faults)
    assert load([tmp_path / "nothing.toml"], {}).notify.wanted is False
