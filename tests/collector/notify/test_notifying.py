"""Alarms leave the console by a command or by Apprise, each until it was told, and a failure of that is an alarm."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from tests.collector.notify.pager import LOW, SENTENCE, T0, Pager, Running, critical, low
from tests.patience import PATIENCE_S

from victron_console.collector.notify import notifier
from victron_console.collector.notify.grouping import DIGEST_S, GATHER_S
from victron_console.collector.notify.notice import Notice
from victron_console.collector.notify.notifier import FAMILY
from victron_console.collector.notify.outbox import QUIET_LOOK_S, RETRY_CAP_S, SETTLE_S
from victron_console.collector.notify.senders import NotifyFailed, send_by_all
from victron_console.collector.operator_command import TIMEOUT_S
from victron_console.config import NotifySettings, load
from victron_console.config.fields import Surroundings
from victron_console.model.alert import AlertKey, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.operator import alarm_actions as operator_alerts
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

NOTICE = Notice("test", {"title": "Test", "priority": "!"}, "a test")


def by_apprise(address: str) -> NotifySettings:
    return NotifySettings.model_validate({"apprise": "env:PAGER"}, context=Surroundings(Path(), {"PAGER": address}))


def use_apprise(monkeypatch: pytest.MonkeyPatch, send: Callable[[str], bool]) -> None:
    """Put this in place of the library."""

    class Apprise:
        def add(self, address: str) -> bool:
            return True

        def notify(self, *, title: str, body: str) -> bool:
            return send(body)

    module = ModuleType("apprise")
    module.Apprise = Apprise  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", module)


async def test_an_alarm_is_told_once_when_announced_when_it_gets_worse_and_when_it_is_over(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    worse = replace(LOW, severity=Severity.CRITICAL, announced_at=T0 + 200)
    over = replace(worse, cleared_at=T0 + 300)
    for it in (replace(LOW, announced_at=None), LOW, replace(LOW, last_value=17.0), worse, over, over):
        await running.take(it)

    assert pager.told() == [("raised", SENTENCE), ("escalated", SENTENCE), ("cleared", SENTENCE)]
    assert running.troubles == []


async def test_who_was_told_what_and_when_stands_in_the_alarm_and_in_the_log(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    pager.off()
    await running.take(LOW)
    pager.on()
    await running.after(RETRY_CAP_S)

    with closing(Reader(writer.path, clock)) as reader:
        view = reader.alert(LOW.id)
        lines = [event.text for event in reader.events(T0, clock.now(), kinds=("told",))]
    assert view is not None
    assert [(it.way, it.event, it.tries, it.at) for it in view.told] == [("command", "raised", 1, clock.now())]
    assert lines == ["Battery low: told by command (raised) after 1 failed tries"]


@pytest.mark.slow
async def test_what_failed_is_told_within_a_minute_of_the_pagers_return_and_no_sooner_than_it_may(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    pager.off()
    await running.take(LOW)
    for _ in range(3600):
        await running.after(1.0)
    tries = pager.tries()
    pager.on()
    await running.after(60.0)

    assert pager.told() == [("raised", SENTENCE)]
    assert 3600 / RETRY_CAP_S <= tries <= 3600 / RETRY_CAP_S + 8
    assert "status 1: the pager is off" in running.troubles[0]
    assert running.troubles[1:] == [""]


async def test_what_a_collector_left_untold_the_next_one_tells_and_nothing_twice(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    before = Running(writer, clock, pager.settings())
    await before.take(LOW)
    pager.off()
    await before.take(critical(2, "Grid lost"))
    pager.on()
    clock.advance(1000)

    after = Running(writer, clock, pager.settings())
    await after.notifier.open()
    await after.after(0.0)
    await after.take(replace(LOW, last_value=17.0))
    await after.take(replace(LOW, cleared_at=clock.now()))

    assert [event for event, _ in pager.told()] == ["raised", "raised", "cleared"]
    assert "Grid lost" in pager.told()[1][1]


async def test_what_is_over_before_anybody_could_be_told_is_not_told_and_the_log_says_so(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    pager.off()
    await running.take(LOW)
    pager.on()
    await running.take(replace(LOW, cleared_at=T0 + 200))
    await running.after(60.0)

    assert pager.told() == []
    with closing(Reader(writer.path, clock)) as reader:
        assert [event.text for event in reader.events(T0, clock.now(), kinds=("not told",))] == [
            "Battery low: over before anybody could be told by command"
        ]


async def test_what_somebody_acknowledged_is_told_no_more(writer: Writer, clock: ManualClock, pager: Pager) -> None:
    running = Running(writer, clock, pager.settings())
    pager.off()
    await running.take(LOW)
    operator_alerts.acknowledge(writer.db, LOW.id, now=clock.now(), who="mk")
    pager.on()
    await running.after(60.0)

    assert pager.told() == []


async def test_a_shelved_alarm_is_told_when_its_shelf_ends(writer: Writer, clock: ManualClock, pager: Pager) -> None:
    running = Running(writer, clock, pager.settings())
    operator_alerts.shelve(writer.db, LOW.id, seconds=600.0, reason="known", now=T0, who="mk")
    await running.take(LOW)
    assert pager.told() == []
    await running.after(600.0)
    await running.after(QUIET_LOOK_S)

    assert pager.told() == [("raised", SENTENCE)]


async def test_events_lesser_alarms_and_the_pagers_own_are_not_told(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings(severity="critical"))
    await running.take(LOW)
    running.use(pager.settings())
    await running.take(low(2, response=""), replace(LOW, id=3, key=AlertKey("", FAMILY)))

    assert pager.told() == []


async def test_a_flood_is_one_message_and_its_stragglers_another(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    lost = [critical(number, "Comms lost") for number in range(10, 43)]
    await running.take(*lost[:30])
    for it in lost[30:]:
        await running.take(it)
    await running.after(GATHER_S)

    told = pager.told()
    assert len(told) == 1 + 3
    assert told[0][1].startswith("30 sites: Comms lost: site10, site11, site12, site13, site14 and 25 more. cut loads")
    assert sorted(said for _, said in told[1:]) == [
        f"site{n}: Comms lost, 18.5 % (<20.0). cut loads" for n in (40, 41, 42)
    ]


async def test_critical_alarms_are_outside_the_limit_and_what_it_holds_back_is_told_together(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings(per_hour=2))
    await running.take(*[low(number, title=f"Warning {number}") for number in range(10, 40)])
    await running.take(critical(50, "Grid lost"))
    await running.take(*[low(number, title=f"Warning {number}") for number in range(60, 65)])
    texts = [text for _, text in pager.told()]
    assert len(texts) == 4
    assert texts[2].startswith("28 alarms: ") and "site50: Grid lost" in texts[3]

    await running.after(DIGEST_S)
    assert pager.told()[4:] and pager.told()[4][1].startswith("5 alarms: ")


async def test_the_end_of_a_flood_is_one_message(writer: Writer, clock: ManualClock, pager: Pager) -> None:
    running = Running(writer, clock, pager.settings())
    lost = [critical(number, "Comms lost") for number in range(10, 20)]
    await running.take(*lost)
    await running.take(*[replace(it, cleared_at=T0 + 500) for it in lost])

    assert [event for event, _ in pager.told()] == ["raised", "cleared"]
    assert pager.told()[1][1].startswith("10 sites: Comms lost is over")


@pytest.mark.slow
async def test_an_hour_without_pager_with_a_full_disk_and_a_restart_tells_each_critical_once(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    pager.off()
    await running.take(*[low(number, title=f"Kind {number % 8}") for number in range(100, 300)])
    for number in (1001, 1002):
        await running.take(critical(number, f"Grid lost {number}"))
    await running.after(1800.0)
    running = Running(writer, clock, pager.settings())
    await running.notifier.open()
    running.full = True
    await running.take(replace(critical(1003, "Grid lost 1003"), announced_at=clock.now()))
    await running.after(1800.0)
    pager.on()
    await running.after(60.0)
    await running.after(3600.0)

    texts = [text for _, text in pager.told()]
    assert ["Grid lost" in text for text in texts[:3]] == [True] * 3  # before any warning
    assert sum("Grid lost" in text for text in texts) == 3
    assert len(texts) == 3 + 8
    assert all(text.startswith("25 sites: Kind") for text in texts[3:])


async def test_a_full_disk_holds_nothing_back_and_what_was_told_is_kept_once_there_is_room(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    running.full = True
    changes = running.notifier.plan(AlertChanges((LOW,)))
    await running.after(SETTLE_S)
    assert pager.told() == [("raised", SENTENCE)]

    running.full = False
    record_alerts(writer.db, changes, clock.now())  # the alerts waited, too
    await running.take(critical(7, "Grid lost"))
    after = Running(writer, clock, pager.settings())
    await after.notifier.open()
    await after.after(60.0)
    assert len(pager.told()) == 2


async def test_one_message_that_cannot_be_delivered_holds_up_no_other(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    pager.refuse("poison")
    await running.take(critical(1, "poison"))
    for number in range(2, 8):
        await running.take(low(number, title=f"Kind {number}"))
        await running.after(RETRY_CAP_S)

    assert len(pager.told()) == 6


async def test_one_way_that_fails_neither_holds_up_the_other_nor_has_it_told_twice(
    writer: Writer, clock: ManualClock, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def send(body: str) -> bool:
        sent.append(body)
        return True

    use_apprise(monkeypatch, send)
    settings = pager.settings().model_copy(update={"apprise": by_apprise("json://localhost").apprise})
    running = Running(writer, clock, settings)
    pager.off()
    await running.take(LOW)
    pager.on()
    await running.after(60.0)

    assert sent == [SENTENCE]
    assert pager.told() == [("raised", SENTENCE)]


KILLED = """
import asyncio, pickle, sys
from pathlib import Path
from victron_console.collector.notify.notifier import Notifier
from victron_console.config import NotifySettings
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.write.writer import Writer

store, script, occurrence = Path(sys.argv[1]), sys.argv[2], pickle.loads(bytes.fromhex(sys.argv[3]))
clock = ManualClock(occurrence.announced_at)
writer = Writer(store, clock)

async def write(work):
    work(writer)

async def trouble(problem):
    pass

async def main():
    notifier = Notifier(store, clock, write, trouble)
    notifier.use(NotifySettings(command=("/bin/sh", "-c", script)), {})
    record_alerts(writer.db, notifier.plan(AlertChanges((occurrence,))), clock.now())
    clock.advance(60)
    await notifier.tell_due()

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "before_told"),
    [("kill -9 $PPID", 0), ("sleep 0.1; kill -9 $PPID; exit 1", 0), ("exit 1", 0), ("cat > /dev/null", 1)],
)
def test_a_collector_killed_while_it_tells_loses_nothing(
    writer: Writer, clock: ManualClock, pager: Pager, script: str, before_told: int
) -> None:
    writer.close()
    arguments = [str(writer.path), script, pickle.dumps(LOW).hex()]
    ended = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False, timeout=10 * PATIENCE_S)
    assert ended.returncode == (-signal.SIGKILL if "kill" in script else 0)

    async def restarted(opened: Writer) -> None:
        after = Running(opened, clock, pager.settings())
        await after.notifier.open()
        await after.after(60.0)

    clock.advance(1000)
    with closing(Writer(writer.path, clock)) as opened:
        asyncio.run(restarted(opened))
    assert len(pager.told()) == 1 - before_told


async def test_a_pager_whose_child_keeps_its_output_open_has_told_when_it_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"sleep 300 & echo $! > {pid}; cat > /dev/null; exit 0"
    async with asyncio.timeout(min(PATIENCE_S, TIMEOUT_S / 2)):
        await send_by_all(NotifySettings(command=("/bin/sh", "-c", script)), NOTICE)
    os.kill(int(pid.read_text()), signal.SIGKILL)


async def test_what_a_failing_pager_said_last_is_told_however_much_it_said() -> None:
    script = "import sys; sys.stderr.write('x' * 200_000 + '\\nno such number\\n'); sys.exit(3)"
    with pytest.raises(NotifyFailed, match="status 3: no such number"):
        await send_by_all(NotifySettings(command=(sys.executable, "-c", script)), NOTICE)


async def test_a_command_that_is_not_there_says_what_to_correct() -> None:
    with pytest.raises(NotifyFailed, match=r"cannot be run .* correct `command`"):
        await send_by_all(NotifySettings(command=("/nowhere/at/all",)), NOTICE)


async def test_apprise_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(NotifyFailed, match="not installed") as failed:
        await send_by_all(by_apprise("mailto://me:secret@example.org"), NOTICE)
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

    await send_by_all(by_apprise("json://localhost"), NOTICE)

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


async def test_a_fault_of_ours_in_what_is_said_of_the_site_keeps_nobody_from_being_told(
    writer: Writer, clock: ManualClock, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(notifier, "read_verdict", failing)
    await Running(writer, clock, pager.settings()).take(LOW)
    assert [event for event, _ in pager.told()] == ["raised"]
