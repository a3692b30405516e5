"""The kinds of the event log as columns show them."""

from __future__ import annotations

from victron_console.insight.alarm_value import without_state
from victron_console.store.records import Event

_VALUED = frozenset({"raised", "raised again", "escalated", "eased"})

KIND_WORDS = {
    "raised": "raise",
    "raised again": "again",
    "cleared": "clear",
    "escalated": "worse",
    "eased": "better",
    "flapping": "flaps",
    "suppressed": "held",
    "requalified": "waits",
    "notification": "notice",
    "not told": "untold",
    "acknowledged": "ack",
    "ack taken back": "unack",
    "commented": "says",
    "shelved": "shelve",
    "unshelved": "unshelv",
    "maintenance": "maint",
    "maintenance ended": "service",
    "setting": "set",
    "parameter": "limit",
    "collector": "collect",
}
"""Kinds in at most seven cells; others are short as they are."""


def event_text(event: Event) -> str:
    """What happened, as it is shown: a store of an older version has bare numbers and names of rules in its texts."""
    if event.kind == "parameter":
        # The language of rules is much to import for a console that has not painted yet.
        from victron_console.alerts.rules.parameter_words import without_name

        return without_name(event.text)
    return without_state(event.text) if event.kind in _VALUED else event.text
