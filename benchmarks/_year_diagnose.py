"""Diagnoses a recorded year as of one day after the other, as the collector would have, and says what alarmed when."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks._year_cases import BEGIN, DAY_S, YEAR_DAYS, Case
from victron_console.alerts.language.context import Context, StationFacts
from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.alerts.rules.vocabulary import DIAGNOSTICS
from victron_console.collector.diagnosing import Examination, examined
from victron_console.diagnosing.verdict.kept_findings import Kept, unpack
from victron_console.diagnosing.verdict.risk import Tier
from victron_console.model.clock import ManualClock
from victron_console.store.connection import transaction
from victron_console.store.diagnoses import record_diagnosis
from victron_console.store.write.writer import Writer

RULES = tuple(rule for rule in shipped_rules().rules if not rule.inputs and rule.levels[0].raise_.diagnostics)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that an operator sees, and the day from which on."""

    day: int
    what: str
    """`rule volt_drop` or `tier watch: cells`."""
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a year of diagnoses found of one station."""

    case: Case
    alarms: tuple[Alarm, ...]
    """The first of each kind."""
    last: Kept
    cpu_s: float
    """Of the last diagnosis, of a year."""
    record_mb: float


def diagnosed(case: Case, store: Path, every_days: int) -> Outcome:
    """Diagnose each so many days; what an earlier run found is forgotten first."""
    station = case.spec.id
    alarms: dict[str, Alarm] = {}
    holding: dict[str, int] = {}
    days = [*range(every_days, YEAR_DAYS, every_days), YEAR_DAYS]
    with closing(Writer(store, ManualClock(BEGIN + YEAR_DAYS * DAY_S))) as writer:
        with transaction(writer.db):
            writer.db.conn.execute("DELETE FROM diagnosis")
            writer.db.conn.execute("DELETE FROM load_step")
        for day in days:
            began = time.process_time()
            found = examined(store, station, BEGIN + day * DAY_S)
            cpu_s = time.process_time() - began
            kept = _kept(found, writer)
            for alarm in (*_tiers(day, kept), *_rules(day, kept.rules, holding)):
                alarms.setdefault(alarm.what, alarm)
    return Outcome(case, tuple(alarms.values()), kept, cpu_s, store.stat().st_size / 1e6)


def _kept(found: Examination, writer: Writer) -> Kept:
    kept = unpack(found.row.body) if found.row else None
    if found.row is None or kept is None:
        raise SystemExit(f"not diagnosed: {found.trouble}")
    record_diagnosis(writer.db, found.row, found.steps)
    return kept


def _tiers(day: int, kept: Kept) -> Iterator[Alarm]:
    for evidence in kept.risk.evidence:
        if evidence.tier is not None and evidence.tier > Tier.OK:
            yield Alarm(day, f"tier {evidence.tier.name.lower()}: {evidence.name}", evidence.words)


def _rules(day: int, inputs: Mapping[str, float], holding: dict[str, int]) -> Iterator[Alarm]:
    """The rules that read results of the diagnoses alone, raised once they held as long as they say.

    Args:
        day: of the year.
        inputs: what rules read as `d.X`.
        holding: by rule since which day its condition holds; brought up to date.
    """
    results = {name: inputs.get(name) for name in DIAGNOSTICS}
    context = Context(BEGIN + day * DAY_S, (), {}, results, StationFacts())
    for rule in RULES:
        for level in rule.levels:
            if not level.raise_.run(context):
                holding.pop(rule.id, None)
            elif (day - holding.setdefault(rule.id, day)) * DAY_S >= level.for_s:
                found = ", ".join(f"{name} {inputs[name]:.3g}" for name in sorted(level.raise_.diagnostics))
                yield Alarm(day, f"rule {rule.id}", f"{found}; raised at {level.raise_.text}")
