"""An alarm as plain data, for scripts, notifications and whatever reads JSON. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Any

from victron_console.insight.alarm_value import alarm_value
from victron_console.model.alert import AlertState, AlertView
from victron_console.model.clock import iso_utc

STATE_WORDS = {
    AlertState.NORMAL: "over",
    AlertState.UNACKNOWLEDGED: "not seen",
    AlertState.ACKNOWLEDGED: "acknowledged",
    AlertState.RETURNED: "cleared, not seen",
    AlertState.SHELVED: "shelved",
    AlertState.SUPPRESSED: "held",
    AlertState.OUT_OF_SERVICE: "maintenance",
}


def as_data(view: AlertView, name: str | None) -> dict[str, Any]:
    """Everything that is known of an alarm; `name` is its station's, None for an alarm of the console itself."""
    it = view.occurrence
    ack, shelf, work = view.ack, view.shelf, view.maintenance
    return {
        "id": it.id,
        "station": it.key.station or None,
        "name": name,
        "family": it.key.family,
        "source": it.key.scope or None,
        "rule": it.rule,
        "severity": str(it.severity),
        "priority": it.priority,
        "state": str(view.state),
        "state_word": STATE_WORDS[view.state],
        "title": it.title,
        "response": it.response,
        "started_at": iso_utc(it.started_at),
        "raised_at": iso_utc(it.raised_at),
        "cleared_at": None if it.cleared_at is None else iso_utc(it.cleared_at),
        "value": it.last_value,
        "unit": it.unit,
        "limit": it.limit,
        "count": it.count,
        "stale": it.stale,
        "flapping": it.flapping,
        "held_by": it.suppressed_by or None,
        "incident": it.incident_id,
        "origins": list(it.origins),
        "acknowledged": ack and {"who": ack.who, "at": iso_utc(ack.at), "comment": ack.comment},
        "shelved": shelf and {"who": shelf.who, "until": iso_utc(shelf.end_for(it.severity)), "reason": shelf.reason},
        "maintenance": work and {"who": work.who, "until": iso_utc(work.until), "reason": work.reason},
        "comments": [{"who": said.who, "at": iso_utc(said.at), "text": said.text} for said in view.comments],
        "told": [
            {"way": it.way, "at": iso_utc(it.at), "event": it.event, "tries": it.tries + 1, "times": it.times}
            for it in view.told
        ],
    }


def sentence(view: AlertView, name: str | None) -> str:
    """An alarm in one line: `Alder Farm: Battery low, 9 % (< 10). start generator; shed load`."""
    it = view.occurrence
    said = alarm_value(it)
    figure = f", {said.words}" if said.words else ""
    limit = f" ({said.limit})" if figure and said.limit else ""
    return f"{name or 'console'}: {it.title}{figure}{limit}. {it.response}".strip()
