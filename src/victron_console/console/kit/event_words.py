"""The kinds of the event log as columns show them."""

from __future__ import annotations

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
