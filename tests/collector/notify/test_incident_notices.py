"""Of an incident somebody is told once: what comes to it later is an addition, and what is critical never waits."""

from __future__ import annotations

from dataclasses import replace

from tests.collector.notify.pager import LOW, SENTENCE, T0, Pager, Running

from victron_console.collector.notify.outbox import ADDITION_S, SETTLE_S
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.clock import ManualClock, local
from victron_console.store.write.writer import Writer

GRID = replace(
    LOW, id=7, key=AlertKey("alder", "grid"), title="Grid lost", response="start the genset", last_value=None,
    severity=Severity.CRITICAL, started_at=T0, raised_at=T0 + 55,
)  # fmt: skip
GRID_SENTENCE = "Alder Farm: Grid lost. start the genset"
PART = f"Part of: Grid lost since {local(T0):%d %b %H:%M}."


def member(number: int, title: str, **changes: object) -> Occurrence:
    key = AlertKey("alder", title)
    return replace(LOW, id=number, key=key, title=title, incident=7, last_value=None, **changes)  # type: ignore[arg-type]


async def test_alarms_of_one_incident_that_are_raised_together_are_one_message(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    await running.take(replace(LOW, incident=7), GRID, member(9, "Voltage low", severity=Severity.CRITICAL))
    text = f"{GRID_SENTENCE}. With it: !! Voltage low; Battery low, 18.5 %."
    assert pager.told() == [("raised", text)]


async def test_what_comes_to_an_incident_that_was_told_is_gathered_and_told_as_part_of_it(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    await running.take(GRID)
    await running.take(replace(LOW, incident=7))
    await running.after(ADDITION_S / 2)
    await running.take(member(9, "Voltage low"))
    assert len(pager.told()) == 1
    await running.after(ADDITION_S / 2)
    (_, (event, said)) = pager.told()
    assert event == "raised" and said.startswith(f"{SENTENCE}. With it: Voltage low. {PART}")


async def test_what_is_critical_is_told_of_an_incident_at_once(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    await running.take(GRID)
    await running.take(member(9, "Voltage low", severity=Severity.CRITICAL))
    assert pager.told()[1] == ("raised", f"Alder Farm: Voltage low. cut loads. {PART}")


async def test_an_addition_that_gets_critical_while_it_is_gathered_waits_no_longer(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    await running.take(GRID)
    await running.take(member(9, "Voltage low"))
    await running.take(member(9, "Voltage low", severity=Severity.CRITICAL))
    assert len(pager.told()) == 2


async def test_an_addition_that_is_over_before_it_was_told_is_told_to_nobody(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    running = Running(writer, clock, pager.settings())
    await running.take(GRID)
    await running.take(member(9, "Voltage low"))
    await running.take(member(9, "Voltage low", cleared_at=clock.now()))
    await running.after(2 * ADDITION_S)
    assert len(pager.told()) == 1


async def test_another_collector_knows_that_the_incident_was_told(
    writer: Writer, clock: ManualClock, pager: Pager
) -> None:
    await Running(writer, clock, pager.settings()).take(GRID)
    running = Running(writer, clock, pager.settings())
    await running.notifier.open()
    await running.take(member(9, "Voltage low", announced_at=clock.now()))
    await running.after(ADDITION_S - 5 * SETTLE_S)
    assert len(pager.told()) == 1
    await running.after(5 * SETTLE_S)
    assert len(pager.told()) == 2
