"""What goes on beside the polls is begun again when it breaks off, and that is an alarm until it holds."""

from __future__ import annotations

import asyncio

import pytest
from tests.patience import until

from victron_console.collector.background.tasks import BackgroundTasks
from victron_console.collector.internal_faults import WELL_AFTER_S, InternalFaults
from victron_console.model.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_800_000_000.0)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def faults(clock: ManualClock, told: list[str]) -> InternalFaults:
    async def alarm(problem: str) -> None:
        told.append(problem)

    return InternalFaults(clock, alarm)


async def test_work_that_breaks_off_is_begun_again_and_the_rest_goes_on(
    clock: ManualClock, faults: InternalFaults, told: list[str]
) -> None:
    begun = {"diagnosing": 0, "sealing": 0}

    async def broken() -> None:
        begun["diagnosing"] += 1
        if begun["diagnosing"] < 4:
            raise ValueError("bad value(s) in fds_to_keep")
        await asyncio.Event().wait()

    async def steady() -> None:
        begun["sealing"] += 1
        await asyncio.Event().wait()

    tasks = BackgroundTasks(clock, faults, retry_s=0.001)
    tasks.start("diagnosing", broken)
    tasks.start("sealing", steady)
    await until(lambda: begun == {"diagnosing": 4, "sealing": 1})
    await faults.tell()
    await tasks.end()
    assert told == ["diagnosing (ValueError: bad value(s) in fds_to_keep)"]


async def test_the_alarm_of_a_fault_ends_when_nothing_failed_for_a_while(
    clock: ManualClock, faults: InternalFaults, told: list[str]
) -> None:
    faults.failed("sealing", ValueError("once"))
    for _ in range(3):
        await faults.tell()
    clock.advance(WELL_AFTER_S - 1)
    faults.failed("the polling of alder", ZeroDivisionError())
    await faults.tell()
    clock.advance(2)
    await faults.tell()
    clock.advance(WELL_AFTER_S)
    await faults.tell()
    assert told == [
        "sealing (ValueError: once)",
        "sealing (ValueError: once); the polling of alder (ZeroDivisionError)",
        "the polling of alder (ZeroDivisionError)",
        "",
    ]


async def test_an_alarm_engine_that_cannot_tell_of_its_own_fault_ends_nothing_and_is_asked_again(
    clock: ManualClock,
) -> None:
    tries: list[str] = []

    async def alarm(problem: str) -> None:
        tries.append(problem)
        if len(tries) == 1:
            raise KeyError("the engine itself")

    faults = InternalFaults(clock, alarm)
    faults.failed("the alert engine", KeyError("x"))
    for _ in range(3):
        await faults.tell()
    assert tries == ["the alert engine (KeyError: 'x')"] * 2


async def test_an_alarm_of_a_collector_before_ends_where_nothing_fails(faults: InternalFaults, told: list[str]) -> None:
    for _ in range(3):
        await faults.tell()
    assert told == [""]
