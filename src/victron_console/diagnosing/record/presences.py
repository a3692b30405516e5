"""When a station's parts were there, as the store tells it: gaps, its inverter's states, its outages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from victron_console.diagnosing.gx.availability import LINK, SITE, SUPPLY, Presence, Span, spans_where
from victron_console.diagnosing.power.outages import Outages
from victron_console.diagnosing.record.history import History
from victron_console.diagnosing.record.station_record import COLUMN_S
from victron_console.store.answers import Gap, GapKind
from victron_console.store.read.reader import Reader

NO_POWER_STATES = (0.0, 2.0)
"""Of an inverter/charger (catalogue, `vebus_state`): off and fault."""
NOBODY_LOOKED = (GapKind.COLLECTOR_DOWN, GapKind.SET_ASIDE)


def presences(
    reader: Reader, station: str, past: History, outages: Outages | None, since: float, until: float
) -> list[Presence]:
    """The site, its supply, the link, and each device of a station, those that they have.

    Raises:
        StoreError: the store cannot be read.
    """
    gaps = reader.gaps(station, since, until)
    dark = [_span(gap, until) for gap in gaps if gap.kind in NOBODY_LOOKED]
    lost = [_span(gap, until) for gap in gaps if gap.device is None and gap.kind not in NOBODY_LOOKED]
    found = [Presence(what=LINK, since=since, down=lost, unknown=dark)]
    if past.inverter_state is not None and np.isfinite(past.inverter_state).any():
        found.insert(0, _site(past, [*dark, *lost]))
    if outages is not None:
        found.append(_supply(past, outages, until))
    for device, began in sorted(_first_seen(reader, station).items()):
        away = [_span(gap, until) for gap in gaps if str(gap.device) == device and gap.kind not in NOBODY_LOOKED]
        unknown = [*dark, *lost]
        found.append(Presence(what=device, since=max(since, began), down=away, unknown=unknown, may_leave=True))
    return found


def _site(past: History, unknown: Sequence[Span]) -> Presence:
    states = past.or_nothing(past.inverter_state)
    is_off = np.isin(states, NO_POWER_STATES)
    blind = spans_where(past.at, ~np.isfinite(states), COLUMN_S)
    return Presence(
        what=SITE, since=float(past.at[0]), down=spans_where(past.at, is_off, COLUMN_S), unknown=[*unknown, *blind]
    )


def _supply(past: History, outages: Outages, until: float) -> Presence:
    connected = past.or_nothing(past.grid_connected)
    return Presence(
        what=SUPPLY,
        since=float(past.at[0]),
        down=[(event.since, until if event.until is None else event.until) for event in outages.events],
        unknown=spans_where(past.at, ~np.isfinite(connected), COLUMN_S),
    )


def _first_seen(reader: Reader, station: str) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for row in reader.series(station):
        device = "/".join(row.name.split("/")[:2])
        found[device] = min(row.first_at, found.get(device, row.first_at))
    return found


def _span(gap: Gap, until: float) -> Span:
    return gap.since, until if gap.until is None else gap.until
