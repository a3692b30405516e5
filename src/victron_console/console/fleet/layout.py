"""How the rows and columns of the Fleet screen are shared out. Pure: a size and counts in, heights and a width out.

The four most urgent alarms never go. With more sites the table grows into blank rows first, then the curve of all
sites goes. From 118 columns on the chosen station stands beside the list.
"""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.console.kit.frame.timeline import LIVE_FROM_ROWS

_TABLE_FRAME = 3
"""Heads, rule and sums."""
LEAST_ALARMS, MOST_ALARMS = 4, 8
_DETAIL_FROM = ((190, 66), (150, 50), (118, 38))
"""Columns of the terminal, and those of the station beside the list."""
_DETAIL_ROWS = 18
_CURVE_FROM_WIDTH = 78
_LEAST_CURVE, _MOST_CURVE = 8, 28
_ALARM_HEADS_FROM = 118


@dataclass(frozen=True, slots=True)
class FleetLayout:
    """Sizes; 0: not drawn. Blank rows stand before a part that is drawn."""

    table: int
    sums: bool
    alarms: int
    curve: int
    gap: int
    """Blank rows between parts."""
    detail: int = 0
    """Columns of the chosen station."""


def fleet_layout(width: int, height: int, sites: int, alarms: int) -> FleetLayout:
    """The parts of the screen, the two rows of the header, timeline and key row not counted in."""
    body = max(0, height - 3 - (height >= LIVE_FROM_ROWS))
    if body < 12 or width < 40:
        return _small(body, sites)
    detail = next((columns for least, columns in _DETAIL_FROM if width >= least), 0) if body >= _DETAIL_ROWS else 0
    heads = 1 if width - detail >= _ALARM_HEADS_FROM else 0
    rows, least = max(sites, 1), 1 + heads + LEAST_ALARMS
    wanted = 1 + heads + min(max(alarms, LEAST_ALARMS), MOST_ALARMS)
    for gap, alarm_rows in ((1, wanted), (1, least), (0, least)):
        room = body - _TABLE_FRAME - alarm_rows - 2 * gap
        if room >= rows:
            break
    spare = max(0, room - rows)
    curve = 0
    if width - detail >= _CURVE_FROM_WIDTH and spare >= _LEAST_CURVE + gap:
        curve = min(_MOST_CURVE, spare - gap)
    else:
        alarm_rows += min(spare, max(0, alarms - (alarm_rows - 1 - heads)))
    return FleetLayout(_TABLE_FRAME + min(rows, room), True, alarm_rows, curve, gap, detail)


def _small(body: int, sites: int) -> FleetLayout:
    """One section at a time: the table, with the sums and some alarms as far as they fit under it."""
    if body < 6:
        return FleetLayout(body, False, 0, 0, 0)
    alarms = 0 if body < 9 else 3
    table = max(4, min(body - alarms, sites + _TABLE_FRAME))
    return FleetLayout(table, True, body - table if alarms else 0, 0, 0)
