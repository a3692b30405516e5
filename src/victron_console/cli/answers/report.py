"""`report`: a month of one or all sites, for their owners, as a page or as Markdown."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.shared_options import stations_option
from victron_console.cli.progress import counted
from victron_console.model.clock import SystemClock, iso_utc
from victron_console.store.read.reader import Reader


class Month(click.ParamType[date]):
    """A month: `2026-10`."""

    name = "month"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Its first day."""
        try:
            return date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail(f"{value!r} is no month: write it as 2026-10.", param, ctx)


@click.command()
@stations_option
@click.option("--month", type=Month(), help="Such as 2026-10; the last whole month where none is named.")
@click.option("--format", "form", type=click.Choice(["html", "md"]), default="html", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The facts as data, for scripts.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, writable=True), help="The file; else stdout.")
@common_options
@failing_plainly
def report(
    options: Options, stations: tuple[str, ...], month: date | None, form: str, as_json: bool, out: Path | None
) -> None:
    """Write the monthly report of one or all sites: energies, battery, grid, alarms, findings."""
    # numpy is for the commands that need it.
    from victron_console.contract.report import Report, month_document
    from victron_console.contract.schemas import written_json
    from victron_console.diagnosing.report import html, markdown
    from victron_console.diagnosing.report.month import month_before, month_of

    clock = SystemClock()
    now = clock.now()
    first_day = month or month_before(now)
    with closing(Reader(options.store_path, clock)) as reader:
        chosen = stations or tuple(row.id for row in reader.stations())
        if not chosen:
            raise ValueError("no station is configured: `victron-console add` makes one")
        each = counted(chosen, len(chosen), "Reporting", "stations")
        months = [month_of(reader, station, first_day, now) for station in each]
    if as_json:
        made = Report(at=iso_utc(now), live=True, months=tuple(map(month_document, months)))
        written = written_json("report", made).decode() + "\n"
    else:
        written = html.page(months) if form == "html" else markdown.text(months)
    if out is None:
        click.echo(written.encode() if as_json else written, nl=False)
        return
    out.write_text(written, encoding="utf-8")
    click.echo(f"{out}: {first_day:%B %Y} of {len(months)} site{'' if len(months) == 1 else 's'}.")
