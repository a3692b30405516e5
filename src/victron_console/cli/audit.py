"""`audit`: how the sites are set up, check by check, and what to change. Judges what is stored; asks no station."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import Any

import click

from victron_console.alerts.engine.coverage import Blind, blind_rules_of
from victron_console.alerts.rules.rule_file import load_rules
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import station_ids
from victron_console.insight.audit.review import Finding, Outcome, audit, worst_outcome
from victron_console.insight.moment import station_moment
from victron_console.model.clock import SystemClock, iso_utc
from victron_console.store.answers import StationRow
from victron_console.store.errors import UnknownStation
from victron_console.store.read.reader import Reader

TEXT_COLUMNS = 88
_INDENT = " " * 11
EXIT_STATUS = {Outcome.PASS: 0, Outcome.WARN: 1, Outcome.FAIL: 2, Outcome.UNKNOWN: 3}
_NEVER_READ = Finding(
    "read",
    Outcome.UNKNOWN,
    "The station was never read.",
    "Start `victron-console collect`, or see what `victron-console check --probe` says of it.",
)


@dataclass(frozen=True, slots=True)
class Review:
    """A station and what was found of it."""

    row: StationRow
    findings: list[Finding]

    @property
    def outcome(self) -> Outcome:
        """The worst of the findings."""
        return worst_outcome(self.findings)


@click.command("audit")
@click.option(
    "--station",
    "stations",
    multiple=True,
    metavar="ID",
    shell_complete=station_ids,
    help="Only this station; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="The findings as data, for scripts.")
@common_options
@partial(failing_plainly, exit_status=EXIT_STATUS[Outcome.UNKNOWN])
def audit_command(options: Options, stations: tuple[str, ...], as_json: bool) -> None:
    """Review how sites are set up: what is right, what is not, and what to change.

    Exit status: 0 all checks pass, 1 a warning, 2 a check fails, 3 cannot tell.
    """
    with closing(Reader(options.store_path, SystemClock())) as reader:
        rules = load_rules([folder for folder in options.rule_folders() if folder.is_dir()])
        reviews = [_review(reader, station, rules) for station in _chosen(reader, stations)]
    if as_json:
        click.echo(json.dumps([_as_data(review) for review in reviews], indent=2))
    else:
        click.echo("\n\n".join("\n".join(_lines(review)) for review in reviews) or "No station is configured.")
    sys.exit(exit_status(reviews))


def exit_status(reviews: Sequence[Review]) -> int:
    """The status of the worst station; 3 without any: nothing was looked at."""
    findings = [finding for review in reviews for finding in review.findings]
    return EXIT_STATUS[worst_outcome(findings) if findings else Outcome.UNKNOWN]


def _chosen(reader: Reader, stations: tuple[str, ...]) -> Sequence[str]:
    return stations or [row.id for row in reader.stations()]


def _review(reader: Reader, station: str, rules: RuleSet) -> Review:
    moment = station_moment(reader, station)
    if moment is None:
        raise UnknownStation(f"{station} is not in the store: `victron-console status` lists what is")
    zone = moment.row.info.location.timezone
    if not moment.snapshot.devices:
        return Review(moment.row, [_NEVER_READ])
    findings = audit(moment.snapshot, moment.shown, zone_name=zone)
    return Review(moment.row, [*findings, _rules_finding(blind_rules_of(rules, moment.row, moment.snapshot))])


def _rules_finding(blind: Sequence[Blind]) -> Finding:
    """Whether the alarm rules have at this site what they judge by."""
    if not blind:
        return Finding("rules", Outcome.PASS, "Every alarm rule that applies here has what it judges by.")
    outcome = Outcome.WARN if any(one.by_operator for one in blind) else Outcome.UNKNOWN
    change = "Say in the station file what is missing there; `victron-console rules list --station` tells of each."
    return Finding("rules", outcome, " ".join(map(str, blind)), change if outcome is Outcome.WARN else "")


def _as_data(review: Review) -> dict[str, Any]:
    read_at = review.row.read_at
    return {
        "id": review.row.id,
        "name": review.row.name,
        "read_at": None if read_at is None else iso_utc(read_at),
        "outcome": str(review.outcome),
        "findings": [
            {"check": found.check, "outcome": str(found.outcome), "text": found.text, "change": found.change}
            for found in review.findings
        ],
    }


def _lines(review: Review) -> list[str]:
    lines = [f"{review.row.name} ({review.row.id}): {review.outcome}"]
    for found in review.findings:
        lines += _wrapped(f"  {found.outcome:<9}", found.text)
        if found.change:
            lines += _wrapped(_INDENT, f"-> {found.change}")
    return lines


def _wrapped(head: str, text: str) -> list[str]:
    rows = wrap(text, TEXT_COLUMNS) or [""]
    return [head + rows[0], *(f"{_INDENT}{row}" for row in rows[1:])]
