"""Where the fleet's alarms come from: occurrences of the alert engine, the devices' own alarms, and the links."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.format import MINUTE_S, clock, number
from victron_console.console.view import Alarm, Mark
from victron_console.insight.device_alarms import CRITICAL, device_alarms
from victron_console.model.alert import AlertState, AlertView, Severity
from victron_console.model.station import StationState
from victron_console.store.reader import Reader
from victron_console.store.rows import StationRow

FIGURES = {
    "soc": "soc_percent",
    "spread": "cell_spread_v",
    "cell": "cell_spread_v",
    "temp": "battery_temperature_c",
    "temp_cold": "battery_temperature_c",
    "tank": "fuel",
}
"""The column of the fleet that an alarm's family is about: its value takes the alarm's colour."""


def from_alert(alert: AlertView, site: str) -> Alarm | None:
    """An occurrence with what operators say of it as a row; None where it is none for the list.

    Args:
        alert: as it is joined at the moment shown.
        site: the station's name.
    """
    occurrence = alert.occurrence
    mark = _mark(alert)
    if not occurrence.is_alarm or mark is Mark.NONE:
        return None
    value = occurrence.last_value
    return Alarm(
        id=str(occurrence.id),
        mark=mark,
        since=occurrence.raised_at,
        station=occurrence.key.station,
        site=site,
        what=occurrence.title,
        until=occurrence.cleared_at,
        source=occurrence.key.scope.replace("/", " ") or "system",
        value=number(value, 0 if abs(value) >= 100 else 2) if isinstance(value, int | float) else value or "",
        limit=occurrence.limit,
        count=occurrence.count,
        response=occurrence.response,
        who=_who(alert),
        figure=FIGURES.get(occurrence.key.family, ""),
    )


def _mark(alert: AlertView) -> Mark:
    """The letter (ISA-18.2) as a mark; what is not seen differs by priority, what is acknowledged too."""
    occurrence = alert.occurrence
    critical = occurrence.severity is Severity.CRITICAL
    unseen = Mark.LOST if occurrence.link else Mark.NOW if critical else Mark.TODAY
    acked = Mark.ACKED_LINK if occurrence.link else Mark.ACKED_NOW if critical else Mark.ACKED_TODAY
    return {
        AlertState.NORMAL: Mark.NONE,
        AlertState.UNACKNOWLEDGED: unseen,
        AlertState.ACKNOWLEDGED: acked,
        AlertState.RETURNED: Mark.CLEARED,
        AlertState.SHELVED: Mark.SHELVED,
        AlertState.SUPPRESSED: Mark.HELD,
        AlertState.OUT_OF_SERVICE: Mark.MAINTENANCE,
    }[alert.state]


def _who(alert: AlertView) -> str:
    if alert.shelf is not None:
        return f"{alert.shelf.who} to {clock(alert.shelf.end_for(alert.occurrence.severity))}"
    return f"{alert.ack.who} {clock(alert.ack.at)}" if alert.ack is not None else ""


def alarms_of(reader: Reader, rows: Sequence[StationRow], now: float, as_of: float | None) -> list[Alarm]:
    """The alarms of all stations at a moment."""
    found: list[Alarm] = []
    for row in rows:
        if row.status.state in (StationState.LOST, StationState.MISCONFIGURED):
            found.append(_link_alarm(row, now))
        if row.overview is not None and row.overview.device_alarms:
            found += _device_alarms(reader, row, as_of)
    return found


def _link_alarm(row: StationRow, now: float) -> Alarm:
    since = row.read_at if row.read_at is not None else row.status.since
    lost = row.status.state is StationState.LOST
    return Alarm(
        id=f"{row.id}|link",
        mark=Mark.LOST,
        since=row.status.since,
        station=row.id,
        site=row.name,
        what="Comms lost" if lost else "Wrong answers",
        source="link",
        value=str(int((now - since) // MINUTE_S)),
        unit="min",
        response="check the link; ring the site" if lost else row.status.reason,
    )


def _device_alarms(reader: Reader, row: StationRow, as_of: float | None) -> list[Alarm]:
    snapshot = reader.snapshot(row.id, as_of)
    changed = (
        {series.name: series.changed_at for series in reader.series(row.id, "*/Alarms/*")} if as_of is None else {}
    )
    found = []
    for alarm in device_alarms(snapshot):
        device = snapshot.devices[alarm.device]
        since = changed.get(alarm.device.series(alarm.path), device.readings[alarm.path].at)
        found.append(
            Alarm(
                id=f"{row.id}|{alarm.device}|{alarm.path}",
                mark=Mark.NOW if alarm.level == CRITICAL else Mark.TODAY,
                since=since,
                station=row.id,
                site=row.name,
                what=alarm.text.rpartition(":")[0] or alarm.text,
                source=str(alarm.device).replace("/", " "),
                response=f"see {device.name}",
            )
        )
    return found
