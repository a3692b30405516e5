"""How sites are set up, check by check, as the commissioning review finds it. It asks no station."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.alerts.engine.coverage import Blind, blind_rules_of
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.contract.form import Document, Moment, Part, Said, Versioned, written
from victron_console.contract.stations import moment_at
from victron_console.insight.audit.review import Finding, Outcome, audit, worst_outcome
from victron_console.model.clock import iso_utc
from victron_console.store.read.reader import Reader

_NEVER_READ = Finding(
    "read",
    Outcome.UNKNOWN,
    "The station was never read.",
    "Start `victron-console collect`, or see what `victron-console check --probe` says of it.",
)


class Check(Part):
    """One check: what was found and, where it is not right, what to change."""

    check: str
    outcome: Outcome
    """`pass`, `warn`, `fail`, or `unknown` where the station does not give what it needs."""
    text: Said
    change: Said


class StationAudit(Versioned):
    """An entry of `audit --json`."""

    id: str
    name: Said
    read_at: Moment | None
    outcome: Outcome
    """The worst of the findings."""
    findings: tuple[Check, ...]


class Audit(Document):
    """The review of stations."""

    stations: tuple[StationAudit, ...]


def station_audit(reader: Reader, station: str, rules: RuleSet, now: float, as_of: float | None) -> StationAudit:
    """The review of one station.

    Raises:
        UnknownStation: the store never had it.
    """
    moment = moment_at(reader, station, now, as_of)
    row, found = moment.row, [_NEVER_READ]
    if moment.snapshot.devices:
        found = audit(moment.snapshot, moment.shown, zone_name=row.info.location.timezone)
        found = [*found, _rules_finding(blind_rules_of(rules, row, moment.snapshot))]
    return StationAudit(
        id=row.id,
        name=row.name,
        read_at=written(row.read_at),
        outcome=worst_outcome(one.outcome for one in found),
        findings=tuple(Check(check=one.check, outcome=one.outcome, text=one.text, change=one.change) for one in found),
    )


def audits(reader: Reader, stations: Sequence[str], rules: RuleSet, now: float, as_of: float | None) -> Audit:
    """The review of these stations."""
    return Audit(
        at=iso_utc(now),
        live=as_of is None,
        stations=tuple(station_audit(reader, station, rules, now, as_of) for station in stations),
    )


def _rules_finding(blind: Sequence[Blind]) -> Finding:
    """Whether the alarm rules have at this site what they judge by."""
    if not blind:
        return Finding("rules", Outcome.PASS, "Every alarm rule that applies here has what it judges by.")
    outcome = Outcome.WARN if any(one.by_operator for one in blind) else Outcome.UNKNOWN
    change = "Say in the station file what is missing there; `victron-console rules list --station` tells of each."
    return Finding("rules", outcome, " ".join(map(str, blind)), change if outcome is Outcome.WARN else "")
