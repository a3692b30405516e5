"""Turns what the alert engine holds and operators said into rows for the screens. Judges nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from victron_console.alerts.grouping import grouped
from victron_console.console.kit.format import moment
from victron_console.console.kit.view import (
    Alarm,
    Mark,
)
from victron_console.insight.alarm_value import alarm_value
from victron_console.model.alert import AlertState, AlertView, Occurrence, Severity
from victron_console.store.read.reader import Reader

FIGURES = {
    "soc": "soc_percent",
    "spread": "cell_spread_v",
    "cell": "cell_spread_v",
    "temp": "battery_temperature_c",
    "temp_cold": "battery_temperature_c",
    "tank": "fuel",
}
"""The column of the fleet that an alarm's family is about: its value takes the alarm's colour."""

RATE_S = 3600.0
FLOOD_S = 600.0
_UNIT_CELLS = 3


def alarms_of(views: Sequence[AlertView], names: Mapping[str, str], now: float) -> list[Alarm]:
    """The alarms of all stations as rows, in their order.

    Args:
        views: the alarms at the moment shown.
        names: the stations' names by id; an alarm of the console itself has none.
        now: the moment shown (UTC epoch, s).
    """
    held = Counter((v.occurrence.key.station, v.occurrence.suppressed_by) for v in views if v.occurrence.suppressed_by)
    unseen = [view for view in views if view.state is AlertState.UNACKNOWLEDGED and view.occurrence.is_alarm]
    folds = {
        view.occurrence.id: group.title for group in grouped(unseen, len(names)) if group.folded for view in group.views
    }
    found = []
    for view in views:
        key = view.occurrence.key
        alarm = from_alert(
            view,
            names.get(key.station, key.station or "console"),
            now,
            held=held[key.station, key.family],
            fold=folds.get(view.occurrence.id, ""),
        )
        if alarm is not None:
            found.append(alarm)
    return found


def alarm_rates(reader: Reader, now: float, as_of: float | None) -> tuple[int, int]:
    """Alarms raised in the last hour and in the last ten minutes; what explains itself by another one is none."""
    stood = reader.alert_history(now - RATE_S, now, as_of=as_of)
    raised = [it.raised_at for it in stood if it.is_alarm and not it.suppressed_by]
    return sum(at > now - RATE_S for at in raised), sum(at > now - FLOOD_S for at in raised)


def from_alert(alert: AlertView, site: str, now: float, *, held: int = 0, fold: str = "") -> Alarm | None:
    """An occurrence with what operators say of it as a row; None where it is none for the list.

    Args:
        alert: as it is joined at the moment shown.
        site: the station's name.
        now: the moment shown (UTC epoch, s).
        held: how many alarms it holds back.
        fold: what it and the same alarms of other stations are called together; empty where it stands alone.
    """
    occurrence = alert.occurrence
    mark = _mark(alert)
    if not occurrence.is_alarm or mark is Mark.NONE:
        return None
    said = alarm_value(occurrence)
    return Alarm(
        id=str(occurrence.id),
        mark=mark,
        since=occurrence.raised_at,
        station=occurrence.key.station,
        site=site,
        what=occurrence.title,
        until=occurrence.cleared_at,
        source=source_of(occurrence),
        value=said.value,
        unit=said.unit if len(said.unit) <= _UNIT_CELLS else "",
        limit=said.limit,
        count=occurrence.count,
        response=occurrence.response,
        who=_who(alert, now) or (f"{held} held" if held else ""),
        figure=FIGURES.get(occurrence.key.family, ""),
        family=occurrence.key.family,
        held_by=occurrence.suppressed_by,
        fold=fold,
        stale=occurrence.stale,
        announced=occurrence.announced_at is not None,
        flapping=occurrence.flapping,
        incident=str(occurrence.incident_id),
    )


def source_of(occurrence: Occurrence) -> str:
    """The device that an alarm is about, `battery 258`; `link` or `system` where it is about none."""
    return occurrence.key.scope.replace("/", " ") or ("link" if occurrence.link else "system")


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


def _who(alert: AlertView, now: float) -> str:
    if alert.maintenance is not None:
        return f"{alert.maintenance.who} to {moment(alert.maintenance.until, now)}"
    if (shelf := alert.shelf) is not None:
        until = "clear" if shelf.occurrence is not None else moment(shelf.end_for(alert.occurrence.severity), now)
        return f"{shelf.who} to {until}"
    return f"{alert.ack.who} {moment(alert.ack.at, now)}" if alert.ack is not None else ""
