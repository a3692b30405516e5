"""The fleet table as plain text, for a pipe or a terminal: the same columns, order and marks as on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.fleet.columns import draw_heads, draw_site, draw_sums, layout
from victron_console.console.fleet.order import (
    FleetChoice,
    chosen,
)
from victron_console.console.kit.text import plain
from victron_console.console.live.alarms_of_store import alarms_of
from victron_console.console.live.assembly import fleet_view
from victron_console.console.live.daily import daily
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader


def status_table(reader: Reader, rows: Sequence[StationRow], now: float, width: int) -> list[str]:
    """Head, one line a station with the worst first, sums, and a sentence for each station that is not well.

    Args:
        reader: what else is known of the stations.
        rows: as `at_moment` gives them.
        now: the moment shown (UTC epoch, s).
        width: columns of the terminal.
    """
    days = {row.id: daily(reader, row, now, None) for row in rows}
    alerts = reader.alerts()
    view = fleet_view(rows, days, alarms_of(alerts, {row.id: row.name for row in rows}, now), now, alerts=alerts)
    columns = layout(width)
    lines = [draw_heads(width, columns)]
    lines += [draw_site(width, columns, site, now, selected=False) for site in chosen(view.sites, FleetChoice())]
    lines.append(draw_sums(width, columns, view.sites))
    reasons = [
        f"  {plain(row.name)}: {row.status.state}, {plain(row.status.reason)}" for row in rows if row.status.reason
    ]
    return [line.text.rstrip() for line in lines] + reasons
