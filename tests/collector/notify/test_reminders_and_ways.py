"""Who is told of what, when and how often: reminders, those told later, tags, hours and severities of each way."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from tests.collector.notify.pager import LOW, SENTENCE, Pager, Running, critical

from victron_console.collector.notify.outbox import QUIET_LOOK_S, RETRY_CAP_S, SETTLE_S
from victron_console.config import NotifySettings
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.operator import alarm_actions as operator_alerts
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

HOUR_S = 3600.0
LOST = critical(9, "Grid lost")


def further(pager: Pager, **more: object) -> NotifySettings:
    """Nobody is told but by a further way, `boss`."""
    command = pager.settings().command
    way = {"name": "boss", "command": list(command), "repeat": "off", **more}
    return NotifySettings.model_validate({"way": [way]})


def announced(it: Occurrence, clock: ManualClock) -> Occurrence:
    return replace(it, announced_at=clock.now())


async def test_a_critical_alarm_that_nobody_acknowledges_is_told_again_each_interval_until_somebody_does(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings(repeat="1h"))
    await running.take(announced(LOST, clock), LOW)
    for _ in range(35):
        await running.after(300.0)
    assert [event for event, _ in pager.told()] == ["raised", "raised", "repeated", "repeated"]
    assert pager.told()[2][1].endswith("Grid lost, 18.5 % (<20.0). cut loads Not acknowledged for 60 min.")
    assert pager.told()[3][1].endswith("Not acknowledged for 2 h.")

    operator_alerts.acknowledge(writer.db, LOST.id, now=clock.now(), who="mk")
    await running.after(2 * HOUR_S)
    assert len(pager.told()) == 4


async def test_alarms_that_stand_unseen_are_reminded_of_in_one_message(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings(repeat="1h"))
    for number, title in enumerate(("Grid lost", "Battery empty", "Overload"), start=2):
        await running.take(announced(critical(number, title), clock))
        await running.after(200.0)
    for _ in range(24):
        await running.after(300.0)
    reminders = [text for event, text in pager.told() if event == "repeated"]
    assert len(reminders) == 2
    assert all(text.startswith("3 alarms: ") and "site3: Battery empty" in text for text in reminders)


async def test_a_reminder_comes_when_it_is_due_also_by_a_later_collector(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    await Running(writer, clock, pager.settings()).take(announced(LOST, clock))
    clock.advance(1800.0)
    after = Running(writer, clock, pager.settings(repeat="1h"))
    await after.notifier.open()
    await after.after(1700.0)
    assert len(pager.told()) == 1
    await after.after(200.0)
    assert [event for event, _ in pager.told()] == ["raised", "repeated"]


async def test_how_often_somebody_was_reminded_stands_in_the_alarm(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings(repeat="5m"))
    await running.take(announced(LOST, clock))
    for _ in range(5):
        await running.after(300.0)
    with closing(Reader(writer.path, clock)) as reader:
        view = reader.alert(LOST.id)
        lines = reader.events(0.0, clock.now(), kinds=("told",))
    assert view is not None
    assert [(it.event, it.times) for it in view.told] == [("raised", 1), ("repeated", 5)]
    assert view.told[1].at == clock.now()
    assert len(lines) == 6


async def test_a_reminder_that_fails_is_tried_until_it_was_told(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings(repeat="1h"))
    await running.take(announced(LOST, clock))
    pager.off()
    await running.after(HOUR_S)
    assert pager.tries() == 1
    pager.on()
    await running.after(RETRY_CAP_S)
    assert [event for event, _ in pager.told()] == ["raised", "repeated"]


async def test_who_is_told_later_is_told_only_of_what_nobody_acknowledged_by_then(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    seen, unseen = critical(2, "Battery empty"), critical(3, "Grid lost")
    running = Running(writer, clock, further(pager, after="15m"))
    await running.take(announced(seen, clock), announced(unseen, clock), announced(LOST, clock))
    await running.after(600.0)
    operator_alerts.acknowledge(writer.db, seen.id, now=clock.now(), who="mk")
    await running.take(replace(LOST, cleared_at=clock.now()))
    assert pager.told() == []
    await running.after(300.0)

    assert [text for _, text in pager.told()] == [
        "site3: Grid lost, 18.5 % (<20.0). cut loads Not acknowledged for 15 min."
    ]
    with closing(Reader(writer.path, clock)) as reader:
        assert reader.events(0.0, clock.now(), kinds=("not told",)) == []


async def test_who_is_told_later_waits_again_for_what_got_worse(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, further(pager, after="15m"))
    await running.take(announced(LOW, clock))
    await running.after(900.0)
    await running.take(announced(replace(LOW, severity=Severity.CRITICAL), clock))
    assert [event for event, _ in pager.told()] == ["raised"]
    await running.after(900.0)
    assert [event for event, _ in pager.told()] == ["raised", "escalated"]


async def test_a_later_collector_keeps_the_wait(writer: Writer, clock: ManualClock, pager: Pager) -> None:
    settings = further(pager, after="15m")
    await Running(writer, clock, settings).take(announced(LOST, clock))
    clock.advance(300.0)
    after = Running(writer, clock, settings)
    await after.notifier.open()
    await after.after(500.0)
    assert pager.told() == []
    await after.after(100.0)
    assert len(pager.told()) == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"tags": ["farm"]}, ["alder"]),
        ({"tags": ["farm", "mill"]}, ["alder", "birch"]),
        ({"severity": "critical"}, ["birch", "console"]),
        ({}, ["alder", "birch", "console"]),
    ],
)
async def test_a_way_tells_of_its_tags_and_severity_alone(
    writer: Writer, clock: ManualClock, pager: Pager, more: dict[str, object], told: list[str]
) -> None:
    settings = further(pager, **more)
    running = Running(writer, clock, settings.model_copy(update={"command": ("/bin/true",)}))
    await running.take(
        announced(LOW, clock),
        announced(replace(critical(2, "Grid lost"), key=AlertKey("birch", "grid")), clock),
        announced(replace(critical(3, "Store damaged"), key=AlertKey("", "store_damaged")), clock),
    )
    assert sorted(text.partition(":")[0].partition(" ")[0].lower() for _, text in pager.told()) == told


async def test_where_every_way_is_of_some_tags_each_tells_of_the_console_itself(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, further(pager, tags=["farm"]))
    await running.take(announced(replace(LOST, key=AlertKey("", "store_damaged")), clock))
    assert len(pager.told()) == 1


async def test_what_comes_outside_the_hours_is_told_when_they_begin_if_it_still_stands(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    clock.at = 1_800_000_000.0 - 1_800_000_000.0 % 86_400.0 + 3 * HOUR_S  # 03:00 UTC
    running = Running(writer, clock, further(pager, hours="08:00-18:00", timezone="UTC"))
    await running.take(announced(LOW, clock), announced(LOST, clock))
    await running.take(replace(LOST, cleared_at=clock.now()))
    await running.after(5 * HOUR_S - 10.0)
    assert pager.told() == []
    await running.after(2 * QUIET_LOOK_S)

    assert pager.told() == [("raised", SENTENCE)]
    with closing(Reader(writer.path, clock)) as reader:
        assert reader.events(0.0, clock.now(), kinds=("not told",)) == []


async def test_a_way_that_is_added_later_tells_of_what_is_announced_from_then_on(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, NotifySettings())
    await running.take(announced(LOW, clock))
    clock.advance(60.0)
    running.use(further(pager))
    await running.take(announced(LOST, clock))
    assert len(pager.told()) == 1

    running.use(NotifySettings())
    await running.take(announced(critical(5, "Overload"), clock))
    assert len(pager.told()) == 1


async def test_a_first_way_that_is_down_keeps_nobody_else_from_being_told(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    settings = further(pager, after="5m").model_copy(update={"command": ("/bin/false",)})
    running = Running(writer, clock, settings)
    await running.take(announced(LOST, clock))
    for _ in range(10):
        await running.after(30.0)
    assert len(pager.told()) == 1
    assert running.troubles == ["/bin/false ended with status 1: it said nothing."]


async def test_changes_that_could_not_be_stored_are_planned_for_every_way(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    settings = further(pager).model_copy(update={"command": pager.settings().command, "repeat": None})
    running = Running(writer, clock, settings)
    running.full = True
    changes = running.notifier.plan(AlertChanges((announced(LOST, clock),)))
    assert {due.way for due in changes.due} == {"command", "boss"}
    await running.after(SETTLE_S)
    assert len(pager.told()) == 2
    running.full = False
    record_alerts(writer.db, changes, clock.now())
    await running.after(60.0)
    with closing(Reader(writer.path, clock)) as reader:
        view = reader.alert(LOST.id)
    assert view is not None and {it.way for it in view.told} == {"command", "boss"}
