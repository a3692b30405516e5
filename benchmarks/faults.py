"""Every fault that the program is built for, what it promises then, and whether the tests of it hold.

A fault whose test was not run, or is there no more, is told as not checked: it is no pass. At the end a collector's
writer is killed again and again on one store, at any moment, and every value that it said it had kept must be there.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from victron_console.model.clock import ManualClock
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

ONLY_BY_NAME = True
KILLS = 200
LONGEST_LIFE_S = 0.4
"""Of a writer after its first value, before it is killed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, what is promised then, and the tests that hold it: file and name under `tests`."""

    name: str
    promise: str
    tests: tuple[str, ...]


_FAULTY = "collector/test_recorder_faults.py::"
_WIRE = "sources/test_http_wire.py::"
_POLLER = "collector/test_poller.py::"
_TOLD = "collector/notify/test_notifying.py::"
_ENGINE = "collector/engines/test_engine_push.py::"
FAULTS = (
    Fault("a station hangs, trickles, drops, sends noise or without end", "a failed poll; its connection is closed",
          (_WIRE + "test_a_misbehaving_answer_is_a_failed_poll_and_its_connection_is_closed",
           _WIRE + "test_no_more_is_read_of_an_endless_answer_than_the_limit")),
    Fault("any other bytes for an answer", "taken as the reference client takes them",
          ("sources/test_plain_http.py::test_an_answer_is_taken_as_by_httpx",
           "sources/test_plain_http.py::test_a_mutated_answer_is_taken_as_by_httpx")),
    Fault("one service of a station hangs", "set aside alone; its values are old at once",
          (_POLLER + "test_a_hung_service_is_set_aside_alone_and_the_server_is_asked_nothing_but_its_health",
           _POLLER + "test_the_values_of_a_service_that_hangs_are_old_as_soon_as_it_did_not_answer")),
    Fault("a station is out of reach", "lost after three failures and a minute; live again with the first answer",
          (_POLLER + "test_a_station_is_lost_after_three_failures_and_a_minute_and_back_with_the_first_answer",)),
    Fault("a battery's values stand still", "old until they move",
          (_POLLER + "test_a_battery_that_stands_still_while_the_system_tells_of_it_is_old_until_it_moves",)),
    Fault("a station invents names", "fills no store; told of once",
          ("store/write/test_store_writer.py::test_a_station_that_makes_names_up_fills_no_store_and_is_told_of_once",)),
    Fault("a broker sends what no honest one does", "its connection ends, with the reason",
          ("sources/mqtt/test_mqtt_guard.py::test_what_no_broker_sends_ends_the_connection_and_says_why",)),
    Fault("the disk fails at any statement: write, read, sync, quota, full, read-only",
          "values wait in memory; none is lost",
          (_FAULTY + "test_disk_that_fails_at_any_statement_costs_nothing",
           _FAULTY + "test_disk_that_fails_while_updates_are_written_one_by_one_loses_none")),
    Fault("the system cuts writes short", "values wait; none is lost",
          (_FAULTY + "test_writes_that_the_system_cuts_short_wait_and_lose_nothing",)),
    Fault("a page is damaged", "the store is moved aside, a new one begun, an alarm says so",
          (_FAULTY + "test_store_found_damaged_at_any_statement_is_moved_aside_and_recording_goes_on",
           _FAULTY + "test_page_lost_while_it_is_written_never_ends_the_recording",
           _FAULTY + "test_alarm_stands_while_a_damaged_store_lies_beside_and_is_told_once")),
    Fault("any page of a store is lost", "salvage brings the rest over",
          ("store/files/test_salvage.py::test_whichever_page_is_lost_the_rest_comes_back",)),
    Fault("the store is removed under the collector", "begun anew, and said",
          (_FAULTY + "test_file_taken_away_is_begun_anew_and_said",)),
    Fault("the disk is full while values are written", "that call fails whole; nothing else is lost",
          ("store/write/test_store_writer.py::test_full_disk_loses_one_call_and_no_more",)),
    Fault("the disk is full while an alarm comes", "it is told, and kept once there is room",
          (_TOLD + "test_a_full_disk_holds_nothing_back_and_what_was_told_is_kept_once_there_is_room",)),
    Fault("the pager is down", "told within a minute of its return, over restarts, once",
          (_TOLD + "test_what_failed_is_told_within_a_minute_of_the_pagers_return_and_no_sooner_than_it_may",
           _TOLD + "test_an_hour_without_pager_with_a_full_disk_and_a_restart_tells_each_critical_once")),
    Fault("a flood of alarms", "one message; critical ones are outside the limit",
          (_TOLD + "test_a_flood_is_one_message_and_its_stragglers_another",
           _TOLD + "test_critical_alarms_are_outside_the_limit_and_what_it_holds_back_is_told_together")),
    Fault("killed while it tells", "nothing is lost",
          (_TOLD + "test_a_collector_killed_while_it_tells_loses_nothing",)),
    Fault("the clock is set, an hour or years, and back", "nothing is lost",
          ("store/write/test_clock_steps.py::test_a_clock_that_is_set_loses_nothing",)),
    Fault("a second collector on one store", "refused, with the name of the first",
          ("collector/test_fleet.py::test_a_second_collector_is_refused_with_the_name_of_the_first",)),
    Fault("a fault of ours in one station", "the others are polled as ever",
          ("collector/test_fleet.py::test_a_fault_of_ours_in_one_station_leaves_the_others_alone",)),
    Fault("work in the background breaks off", "begun again; the rest goes on",
          ("collector/test_background_tasks.py::test_work_that_breaks_off_is_begun_again_and_the_rest_goes_on",)),
    Fault("the collector falls silent", "another one that watches it tells, once",
          ("collector/watch/test_heartbeat.py::test_a_collector_that_falls_silent_is_told_once_and_when_it_is_back",)),
    Fault("an engine is down, for an hour or a month", "what it lacks waits in the store and is sent once",
          (_ENGINE + "test_what_came_while_the_engine_was_down_is_sent_when_it_is_back",
           _ENGINE + "test_what_was_sealed_before_the_engine_had_it_is_sent_all_the_same")),
    Fault("an engine is killed with samples in its memory alone", "they are sent again, and count once",
          (_ENGINE + "test_what_a_killed_engine_had_only_in_memory_is_sent_again",
           "collector/engines/test_real_engines.py::"
           "test_each_sample_is_there_once_after_collector_and_server_were_killed_at_random")),
    Fault("an engine refuses a sample for good", "it is set aside and named; the others go on",
          (_ENGINE + "test_a_sample_refused_for_good_is_set_aside_and_holds_up_no_other",)),
)  # fmt: skip


@dataclass(slots=True, eq=False)
class _Outcomes:
    """What came of each test, by file and name: pytest hands it over as it goes."""

    passed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a case; one that was skipped is neither."""
        test = report.nodeid.partition("[")[0].removeprefix("tests/")
        if report.failed:
            self.failed[test] += 1
        elif report.when == "call" and report.passed:
            self.passed[test] += 1


def result(fault: Fault, passed: dict[str, int], failed: dict[str, int]) -> str:
    """`kept`, `BROKEN` or `not checked`, with the number of cases."""
    broken = sum(failed.get(test, 0) for test in fault.tests)
    if broken:
        return f"BROKEN in {broken} cases"
    if not all(passed.get(test) for test in fault.tests):
        return "not checked"
    cases = sum(passed[test] for test in fault.tests)
    return f"kept, {cases} case{'s' if cases > 1 else ''}"


def _run(faults: Iterable[Fault]) -> bool:
    """Print the table; whether every promise was kept."""
    outcomes = _Outcomes()
    tests = dict.fromkeys(test for fault in faults for test in fault.tests)
    with redirect_stdout(io.StringIO()) as told:
        pytest.main(["-q", "-n", "0", *(f"tests/{test}" for test in tests)], [outcomes])
    rows = [(fault, result(fault, outcomes.passed, outcomes.failed)) for fault in faults]
    print("| fault | promise | result |\n|---|---|---|")
    for fault, came in rows:
        print(f"| {fault.name} | {fault.promise} | {came} |")
    kept = all(came.startswith("kept") for _, came in rows)
    if not kept:
        print(told.getvalue(), file=sys.stderr)
    return kept


# ---- the kills

_WRITE_UNTIL_KILLED = """
import sys
from pathlib import Path
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer
begin = int(sys.argv[2])
clock = ManualClock(10.0 * begin)
writer = Writer(Path(sys.argv[1]), clock)
writer.register([StationRecord("alder", "Alder")])
for i in range(begin, begin + 1_000_000):
    readings = {f"P{n}": Reading(i + n, clock.now()) for n in range(20)}
    reading = ServiceReading("x", DeviceKey("system", "0"), clock.now(), readings)
    writer.record(StationUpdate("alder", clock.now(), [reading]))
    print(i, flush=True)
    clock.advance(10)
"""


def _life(store: Path, begin: int, life_s: float) -> list[int]:
    """The numbers that a writer said it had kept before it was killed."""
    words = [sys.executable, "-c", _WRITE_UNTIL_KILLED, str(store), str(begin)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(life_s)
        writer.kill()
        lines = (first + writer.stdout.read()).split("\n")[:-1]
    return [int(line) for line in lines]


def _soak(kills: int) -> bool:
    """Kill a writer so often on one store; whether all that was said to be kept is there, and the file whole."""
    dice, said, last = Random(1), list[int](), 1000
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        for _ in range(kills):
            said += (kept := _life(store, last + 1, dice.uniform(0, LONGEST_LIFE_S)))
            last = kept[-1] + 1  # the one after it may have been kept and not yet said
        clock = ManualClock(10.0 * last)
        with closing(Writer(store, clock).db) as db:
            whole = db.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with closing(Reader(store, clock)) as reader:
            found = {point.value for point in reader.history("alder", "system/0/P0", 0, 1e12)}
    lost = [number for number in said if number not in found]
    print(
        f"{kills} kills: {len(said):,} values said to be kept, {len(lost)} lost, file {'whole' if whole else 'DAMAGED'}"
    )
    return whole and not lost


def main(kills: int = KILLS) -> None:
    """Print both; exit status 1 where a promise was broken or not checked."""
    kept = _run(FAULTS)
    if not (_soak(kills) and kept):
        raise SystemExit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
