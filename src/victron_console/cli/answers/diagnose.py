"""`diagnose`: what the past of each station says of its health, now. Keeps the result where no collector is running."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from victron_console.alerts.language.inputs import FIELDS
from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.shared_options import stations_option
from victron_console.cli.progress import counted
from victron_console.contract.diagnosis import Diagnoses, diagnosis
from victron_console.diagnosing.finding import Finding
from victron_console.diagnosing.verdict.kept_findings import pack
from victron_console.diagnosing.verdict.station_diagnosis import Examined, examine
from victron_console.model.clock import Clock, SystemClock, iso_utc
from victron_console.model.text import clean
from victron_console.store.diagnoses import DiagnosisRow, record_diagnosis
from victron_console.store.errors import LeaseHeld
from victron_console.store.lease import Lease
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer


@click.command()
@stations_option
@click.option("--all", "everything", is_flag=True, help="Also the figures that are not known, with the reason why.")
@click.option("--json", "as_json", is_flag=True, help="Every figure with its method, window and range, for scripts.")
@common_options
@failing_plainly
def diagnose(options: Options, stations: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Diagnose stations from their recorded past: battery, cells, inverter, PV, grid, GX device.

    A collector does so each night. What is found here is kept only where none is running, since one alone may write.
    """
    clock = SystemClock()
    found: dict[str, Examined] = {}
    with closing(Reader(options.store_path, clock)) as reader:
        chosen = _chosen(reader, stations)
        for station, name in counted(chosen, len(chosen), "Diagnosing", "stations"):
            examined = examine(reader, station, clock.now(), FIELDS["errors"])
            if examined is not None:
                found[station] = examined
            if not as_json:
                click.echo("\n".join(_lines(f"{name} ({station})", examined, everything=everything)) + "\n")
        rows = {row.id: row for row in reader.stations()}
    kept = _keep(options.store_path, clock, found)
    if not as_json:
        click.echo(kept)
        return
    now = clock.now()
    echo_json(
        "diagnose",
        Diagnoses(
            at=iso_utc(now),
            live=True,
            stations=tuple(
                diagnosis(rows[station], one.kept, now, live=True, everything=everything)
                for station, one in found.items()
            ),
            not_recorded=tuple(station for station, _ in chosen if station not in found),
            kept=kept,
        ),
    )


def _chosen(reader: Reader, stations: tuple[str, ...]) -> list[tuple[str, str]]:
    rows = [reader.known_station(station) for station in stations] if stations else reader.stations()
    return [(row.id, clean(row.name)) for row in rows]


def _keep(store: Path, clock: Clock, found: dict[str, Examined]) -> str:
    if not found:
        return "Nothing to keep."
    try:
        with Lease(store, clock), closing(Writer(store, clock)) as writer:
            for station, examined in found.items():
                row = DiagnosisRow(station, examined.kept.at, pack(examined.kept))
                record_diagnosis(writer.db, row, examined.steps)
    except LeaseHeld:
        return "Not kept: a collector is running, which diagnoses each station at night by itself."
    return f"Kept: {len(found)}."


def _lines(title: str, examined: Examined | None, *, everything: bool) -> list[str]:
    if examined is None:
        return [f"{title}: nothing is recorded yet."]
    kept = examined.kept
    risk = kept.risk
    lines = [f"{title}: {risk.word}, {risk.coverage:.0%} of the evidence is known"]
    lines += [f"  {one.tier.name.lower():<8}{one.name}: {one.words}" for one in risk.evidence if one.tier]
    for name, finding in kept.figures.items():
        if finding.known or everything:
            lines.append(f"  {name:<32}{_figure(finding)}")
    return lines


def _figure(finding: Finding) -> str:
    if not finding.known or finding.value is None:
        return f"{finding.status}: {finding.reason}"
    low, high = finding.low, finding.high
    ends = "" if low is None or high is None else f" ({_number(low)} to {_number(high)})"
    return f"{_number(finding.value)} {finding.unit}{ends}".rstrip() + f"  {finding.title}"


def _number(value: float) -> str:
    """Four digits; what only a computer tells from nothing is 0."""
    return f"{round(value, 6) + 0.0:.4g}"
