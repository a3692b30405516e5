"""A simulated year of the demo fleet and of faulted copies: what is found on which day, what healthy twins raise.

Takes a while: half an hour alone on two cores. `YEAR_STORES=folder` keeps the recorded year and uses it again,
`YEAR_ONLY=cell-drift` runs one pair, `YEAR_PROCESSES=1` leaves a core alone, `YEAR_EVERY=14` diagnoses less often.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks._year_cases import Case, cases
from benchmarks._year_diagnose import Outcome, diagnosed
from benchmarks._year_record import recorded
from benchmarks._year_truth import found_by, measures

ONLY_BY_NAME = True
MOST_CPU_S = 2.0


def main() -> None:
    """Record what is not recorded yet, diagnose it, and print what was found."""
    kept = os.environ.get("YEAR_STORES")
    with tempfile.TemporaryDirectory(prefix="victron-console-year-") as own:
        folder = Path(kept) if kept else Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        work = partial(_lived, folder=folder, every_days=int(os.environ.get("YEAR_EVERY", "7")))
        with ProcessPoolExecutor(int(os.environ.get("YEAR_PROCESSES", "2"))) as pool:
            outcomes = list(pool.map(work, cases(os.environ.get("YEAR_ONLY", ""))))
    _print_faults(outcomes)
    _print_false_alarms([outcome for outcome in outcomes if not outcome.case.fault])
    _print_cpu(outcomes)


def _lived(case: Case, folder: Path, every_days: int) -> Outcome:
    return diagnosed(case, recorded(case, folder), every_days)


def _print_faults(outcomes: Sequence[Outcome]) -> None:
    by_id = {outcome.case.spec.id: outcome for outcome in outcomes}
    print(f"  {'fault':<15}{'station':<16}{'found':<32}{'figure':<34}{'truth':>9}{'estimate':>10}{'twin':>8}")
    for outcome in outcomes:
        case = outcome.case
        if not case.fault:
            continue
        found = found_by(outcome)
        words = f"day {found.day}, {found.what}" if found else "NOT FOUND"
        for n, one in enumerate(measures(case.fault, outcome, by_id[case.twin])):
            head = (case.fault, case.twin, words) if n == 0 else ("", "", "")
            numbers = f"{_number(one.truth):>9}{_number(one.estimate):>10}{_number(one.twin):>8}"
            print(f"  {head[0]:<15}{head[1]:<16}{head[2]:<32}{one.name:<34}{numbers}")
        for alarm in outcome.alarms:
            print(f"  {'':<15}day {alarm.day:>3}  {alarm.what}: {alarm.words}")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _print_false_alarms(healthy: Sequence[Outcome]) -> None:
    wrong = [outcome for outcome in healthy if outcome.alarms]
    print(f"  false alarms: {len(wrong)} of {len(healthy)} healthy stations")
    for outcome in wrong:
        for alarm in outcome.alarms:
            print(f"    {outcome.case.spec.id:<18}day {alarm.day:>3}  {alarm.what}: {alarm.words}")


def _print_cpu(outcomes: Sequence[Outcome]) -> None:
    took = sorted(outcome.cpu_s for outcome in outcomes)
    print(
        f"  CPU of the diagnosis of a whole year: {took[0]:.2f} s at least, {statistics.median(took):.2f} s usually, "
        f"{took[-1]:.2f} s at most, {MOST_CPU_S:.0f} s wanted ({len(took)} stations)"
    )
