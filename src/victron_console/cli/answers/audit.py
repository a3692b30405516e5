"""`audit`: how the sites are set up, check by check, and what to change. Judges what is stored; asks no station."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from textwrap import wrap

import click

from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.shared_options import stations_option
from victron_console.contract.audit import StationAudit, station_audit
from victron_console.insight.audit.review import Outcome, worst_outcome
from victron_console.model.clock import SystemClock
from victron_console.store.read.reader import Reader

TEXT_COLUMNS = 88
_INDENT = " " * 11
EXIT_STATUS = {Outcome.PASS: 0, Outcome.WARN: 1, Outcome.FAIL: 2, Outcome.UNKNOWN: 3}


@click.command("audit")
@stations_option
@click.option("--json", "as_json", is_flag=True, help="The findings as data, for scripts.")
@common_options
@partial(failing_plainly, exit_status=EXIT_STATUS[Outcome.UNKNOWN])
def audit_command(options: Options, stations: tuple[str, ...], as_json: bool) -> None:
    """Review how sites are set up: what is right, what is not, and what to change.

    Exit status: 0 all checks pass, 1 a warning, 2 a check fails, 3 cannot tell.
    """
    clock = SystemClock()
    with closing(Reader(options.store_path, clock)) as reader:
        rules = options.rules()
        chosen = stations or tuple(row.id for row in reader.stations())
        reviews = [station_audit(reader, station, rules, clock.now(), None) for station in chosen]
    if as_json:
        echo_json("audit", reviews)
    else:
        click.echo("\n\n".join("\n".join(_lines(review)) for review in reviews) or "No station is configured.")
    sys.exit(exit_status(reviews))


def exit_status(reviews: Sequence[StationAudit]) -> int:
    """The status of the worst station; 3 without any: nothing was looked at."""
    return EXIT_STATUS[worst_outcome(review.outcome for review in reviews) if reviews else Outcome.UNKNOWN]


def _lines(review: StationAudit) -> list[str]:
    lines = [f"{review.name} ({review.id}): {review.outcome}"]
    for found in review.findings:
        lines += _wrapped(f"  {found.outcome:<9}", found.text)
        if found.change:
            lines += _wrapped(_INDENT, f"-> {found.change}")
    return lines


def _wrapped(head: str, text: str) -> list[str]:
    rows = wrap(text, TEXT_COLUMNS) or [""]
    return [head + rows[0], *(f"{_INDENT}{row}" for row in rows[1:])]
