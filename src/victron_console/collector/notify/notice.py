"""What one message of alarms says: to a program as data, to people in a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from victron_console.alerts.alarm_json import as_data, sentence
from victron_console.collector.notify.message import CLEARED, Member, Message, is_incident, is_reminder
from victron_console.insight.alarm_value import alarm_value
from victron_console.insight.verdict.alarm_words import alarm_clause
from victron_console.insight.verdict.clause import Rank
from victron_console.model.alert import Severity
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S

NAMED_AT_MOST = 5
"""Sites, or kinds of alarm, that a line names; the data names all."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell."""

    event: str
    """`raised`, `escalated`, `repeated`, `cleared`, `summary` of several of these, or `test`."""
    data: Mapping[str, Any]
    """The alarm, as `alerts --json` gives it; of several, their number and each of them as `alarms`."""
    text: str
    """The same in one line."""


def notice_of(message: Message, at: float, *, waited: bool = False) -> Notice:
    """The words of a message.

    Args:
        message: what is told.
        at: when (UTC epoch, s).
        waited: whether it is told because nobody acknowledged it for a while.
    """
    unseen = f" {_unseen(message, at)}" if is_reminder(message) or (waited and not _is_over(message)) else ""
    if len(message) == 1:
        (it,) = message
        return Notice(it.event, {**as_data(it.view, it.name), "verdict": it.verdict.text}, _line(it) + unseen)
    if is_incident(message) and not is_reminder(message):
        return _incident_notice(message, unseen)
    events = {it.event for it in message}
    worst = max(message, key=lambda it: it.view.occurrence.severity.weight).view.occurrence
    kinds: dict[tuple[str, str, str], list[Member]] = {}
    for it in message:
        kinds.setdefault(it.kind, []).append(it)
    by_number = sorted(kinds.values(), key=len, reverse=True)
    title = _listed([_counted(members) for members in by_number], "; ")
    if len(kinds) == 1:
        text = f"{title}: {_names(message)}. {worst.response}".strip()
    else:
        text = f"{len(message)} alarms: {title}"
    text += unseen
    data = {
        "station": None,
        "name": None,
        "severity": str(worst.severity if not _is_over(message) else Severity.WARNING),
        "priority": worst.priority,
        "title": title,
        "response": worst.response if len(kinds) == 1 else "",
        "count": len(message),
        "alarms": [{"event": it.event, **as_data(it.view, it.name)} for it in message],
    }
    return Notice(events.pop() if len(events) == 1 else "summary", data, text)


def _incident_notice(message: Message, unseen: str) -> Notice:
    """Several alarms of one incident: the first with what to do about it, what came with it, and what else is there."""
    lead, *others = message
    events = {it.event for it in message}
    worst = max(message, key=lambda it: it.view.occurrence.severity.weight).view.occurrence
    along = _listed([_called(it) for it in others], "; ")
    text = f"{sentence(lead.view, lead.name)}{_stop(lead)} With it: {along}.{_part_of(lead)}{unseen}"
    data = {
        "station": lead.view.occurrence.key.station,
        "name": lead.name,
        "incident": lead.incident,
        "severity": str(worst.severity),
        "priority": worst.priority,
        "title": f"{lead.view.occurrence.title} and {len(others)} more",
        "response": lead.view.occurrence.response,
        "count": len(message),
        "alarms": [{"event": it.event, **as_data(it.view, it.name)} for it in message],
        "verdict": lead.verdict.text,
    }
    return Notice(events.pop() if len(events) == 1 else "summary", data, text)


def _called(it: Member) -> str:
    """`Battery low, 9 %`, marked where it is to be acted on now."""
    value = alarm_value(it.view.occurrence).words
    urgent = "!! " if it.view.occurrence.severity is Severity.CRITICAL else ""
    return f"{urgent}{it.view.occurrence.title}{f', {value}' if value else ''}"


def _part_of(it: Member) -> str:
    """` Part of: Grid lost since 03:14.`, where the alarm that the incident began with is not in the message."""
    first = it.first
    if first is None or it.event == CLEARED:
        return ""
    over = f", over since {local(first.cleared_at):%H:%M}" if first.cleared_at is not None else ""
    return f" Part of: {first.title} since {local(first.started_at):%d %b %H:%M}{over}."


def _stop(it: Member) -> str:
    return "" if sentence(it.view, it.name).endswith(".") else "."


def _is_over(message: Message) -> bool:
    return all(it.event == CLEARED for it in message)


def _unseen(message: Message, at: float) -> str:
    """`Not acknowledged for 2 h.`"""
    since = min(it.view.occurrence.announced_at or it.view.occurrence.raised_at for it in message)
    return f"Not acknowledged for {_span(max(0.0, at - since))}."


def _span(seconds: float) -> str:
    for unit_s, unit in ((DAY_S, "days"), (HOUR_S, "h")):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{max(1.0, seconds / MINUTE_S):.0f} min"


def _line(it: Member) -> str:
    """The alarm, and as long as it stands what else is to be said of its site."""
    said = sentence(it.view, it.name)
    if it.event == CLEARED:
        return said
    if part := _part_of(it):
        return f"{said}{_stop(it)}{part}"
    own = alarm_clause(it.view)
    others = (clause for clause in it.verdict.wrong if clause.text != own.text and clause.mark != "~")
    more = " ".join(clause.text for clause in others if not clause.rank == own.rank == Rank.LINK)
    return f"{said}{'' if said.endswith('.') else '.'} Site: {more}" if more else said


def _counted(members: Sequence[Member]) -> str:
    """`33 sites: Comms lost`."""
    sites = len({it.view.occurrence.key.station for it in members})
    what = f"{sites} sites" if sites > 1 else members[0].name or "console"
    many = f" ({len(members)} alarms)" if len(members) > max(sites, 1) else ""
    over = " is over" if members[0].event == CLEARED else ""
    return f"{what}: {members[0].view.occurrence.title}{over}{many}"


def _names(message: Message) -> str:
    return _listed(list(Counter(it.name or "console" for it in message)), ", ")


def _listed(words: Sequence[str], between: str) -> str:
    more = len(words) - NAMED_AT_MOST
    return between.join(words[:NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
