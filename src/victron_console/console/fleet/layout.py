"""How the rows of the Fleet screen are shared out. Pure: a size and counts in, heights out.

The four most urgent alarms never go. With more sites the table grows into blank rows first, then the 24-hour rows go,
then the log, then the station.
"""

from __future__ import annotations

from dataclasses import dataclass

_TABLE_FRAME = 3
"""Heads, rule and sums."""
LEAST_ALARMS = 4
STATION_ROWS = 9
STATION_ROWS_WIDE = 19
ALARM_ROWS_WIDE = 12
HOURS_ROWS = 5
_STATION_FROM_WIDTH = 118


@dataclass(frozen=True, slots=True)
class FleetLayout:
    """Heights in rows; 0: not drawn. Blank rows stand before a part that is drawn."""

    top_blank: int
    table: int
    sums: bool
    station: int
    alarms: int
    hours: int
    gap: int
    """Blank rows between parts."""


def fleet_layout(width: int, height: int, sites: int, alarms: int) -> FleetLayout:
    """The parts of the screen, the two rows of the header and the key row not counted in."""
    body = max(0, height - 3)
    if body < 12 or width < 40:
        return _small(body, sites)
    wide = width >= 190 and height >= 50
    heads = 1 if width >= _STATION_FROM_WIDTH else 0
    alarm_rows = 1 + heads + min(max(alarms, LEAST_ALARMS), 8)
    station = STATION_ROWS if width >= _STATION_FROM_WIDTH and height >= 34 else 0
    hours = 0
    if wide:
        station, alarm_rows, hours = STATION_ROWS_WIDE, ALARM_ROWS_WIDE, HOURS_ROWS
    rows = max(sites, 1)
    least_alarms = 1 + heads + LEAST_ALARMS

    def free(gap: int, top: int, station: int, alarm_rows: int, hours: int) -> int:
        parts = 1 + bool(station) + bool(hours)
        bottom = gap if height >= 34 else 0
        return body - top - _TABLE_FRAME - station - alarm_rows - hours - gap * parts - bottom

    for gap, top, station_rows, alarm_height, hour_rows in (
        (1, 1, station, alarm_rows, hours),
        (1, 1, station, least_alarms, hours),
        (0, 0, station, least_alarms, hours),
        (0, 0, station, least_alarms, 0),
    ):
        if free(gap, top, station_rows, alarm_height, hour_rows) >= rows:
            break
    else:
        station_rows, hour_rows, alarm_height = 0, 0, least_alarms
        gap = top = 1 if free(1, 1, 0, alarm_height, 0) >= rows else 0
    room = free(gap, top, station_rows, alarm_height, hour_rows)
    spare = max(0, room - rows)
    if not station_rows or not wide:
        grown = min(spare, max(0, alarms - (alarm_height - 1 - heads)))
        alarm_height += grown
    return FleetLayout(top, _TABLE_FRAME + min(rows, room), True, station_rows, alarm_height, hour_rows, gap)


def _small(body: int, sites: int) -> FleetLayout:
    """One section at a time: the table, with the sums and some alarms as far as they fit under it."""
    if body < 6:
        return FleetLayout(0, body, False, 0, 0, 0, 0)
    alarms = 0 if body < 9 else 3
    table = max(4, min(body - alarms, sites + _TABLE_FRAME))
    return FleetLayout(0, table, True, 0, body - table if alarms else 0, 0, 0)
