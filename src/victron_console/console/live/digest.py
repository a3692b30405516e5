"""Counts what happened while nobody looked."""

from __future__ import annotations

from victron_console.console.kit.frame.digest import Digest
from victron_console.store.read.reader import Reader


def read_digest(reader: Reader, since: float, now: float) -> Digest:
    """What happened from `since` to `now` (UTC epoch, s)."""
    alarms = [it for it in reader.alert_history(since, now) if it.is_alarm and not it.suppressed_by]
    raised = [it for it in alarms if it.raised_at > since]
    return Digest(
        since,
        sum(not it.link for it in raised),
        sum(it.cleared_at is not None and since < it.cleared_at <= now for it in alarms),
        sum(it.link for it in raised),
        sum(it.priority == "!!" for it in raised),
    )
