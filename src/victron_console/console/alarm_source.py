"""Where the fleet's alarms come from: the device's own alarms and the links, as rows to show."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.format import MINUTE_S
from victron_console.console.view import Alarm, Mark
from victron_console.insight.device_alarms import CRITICAL, device_alarms
from victron_console.model.station import StationState
from victron_console.store.reader import Reader
from victron_console.store.rows import StationRow


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
    found = []
    for alarm in device_alarms(snapshot):
        device = snapshot.devices[alarm.device]
        since = device.readings[alarm.path].at
        found.append(
            Alarm(
                id=f"{row.id}|{alarm.device}|{alarm.path}",
                mark=Mark.NOW if alarm.level == CRITICAL else Mark.TODAY,
                since=since,
                station=row.id,
                site=row.name,
                what=alarm.text,
                source=str(alarm.device).replace("/", " "),
                response=f"see {device.name}",
            )
        )
    return found
