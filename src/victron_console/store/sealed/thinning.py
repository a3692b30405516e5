"""Poll health of long ago, by the hour instead of the minute: a year of minutes is a fifth of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.model.units import HOUR_S
from victron_console.store.connection import transaction

if TYPE_CHECKING:
    from sqlite_utils import Database

MINUTES_KEPT_S = 14 * 86_400

_SUM = """INSERT INTO poll_minute
    SELECT minute / :hour * :hour, station_no, sum(polls), sum(errors), sum(round_trip_sum_s), max(round_trip_max_s),
        sum(size_bytes), ifnull(max(nullif(last_error, '')), '')
    FROM poll_minute WHERE minute < :before AND minute % :hour <> 0 GROUP BY 1, 2
    ON CONFLICT DO UPDATE SET polls = polls + excluded.polls, errors = errors + excluded.errors,
        round_trip_sum_s = round_trip_sum_s + excluded.round_trip_sum_s,
        round_trip_max_s = max(round_trip_max_s, excluded.round_trip_max_s),
        size_bytes = size_bytes + excluded.size_bytes,
        last_error = iif(excluded.last_error = '', last_error, excluded.last_error)"""


def thin_polls(db: Database, now: float) -> int:
    """Add the minutes before the last two weeks up by the hour; gives how many rows went.

    Raises:
        StoreError: it cannot be done now; everything is as before.
    """
    where = {"hour": HOUR_S, "before": int((now - MINUTES_KEPT_S) // HOUR_S) * HOUR_S}
    condition = "minute < :before AND minute % :hour <> 0"
    if not db.conn.execute(f"SELECT 1 FROM poll_minute WHERE {condition} LIMIT 1", where).fetchone():
        return 0
    with transaction(db) as inside:
        inside.conn.execute(_SUM, where)
        return int(inside.conn.execute(f"DELETE FROM poll_minute WHERE {condition}", where).rowcount)
