"""The monthly report of a site, written into the operator's documents from the console."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from victron_console.console.kit.export import folder
from victron_console.model.clock import Clock
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader


def write_report(store: Path, station: str, clock: Clock) -> str:
    """Write the last whole month of a station as a page; gives a sentence that says where it is, or why it is not.

    It takes seconds and reads by a connection of its own: never call it on the app's loop.
    """
    # numpy is for who wants a report.
    from victron_console.diagnosing.report import html
    from victron_console.diagnosing.report.month import month_before, month_of

    first_day = month_before(clock.now())
    path = folder() / f"{station} {first_day:%Y-%m}.html"
    try:
        with closing(Reader(store, clock)) as reader:
            path.write_text(html.page([month_of(reader, station, first_day, clock.now())]), encoding="utf-8")
    except (StoreError, OSError, ValueError) as error:
        return f"The report was not written: {error}."
    return f"The report of {first_day:%B %Y} is in {path}."
