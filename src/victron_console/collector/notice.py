"""What one message of alarms says: to a program as data, to people in a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from victron_console.alerts.alarm_json import as_data, sentence
from victron_console.collector.outbox import Member, Message
from victron_console.model.alert import Severity

NAMED_AT_MOST = 5
"""Sites, or kinds of alarm, that a line names; the data names all."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell."""

    event: str
    """`raised`, `escalated`, `cleared`, `summary` of several of these, or `test`."""
    data: Mapping[str, Any]
    """The alarm, as `alerts --json` gives it; of several, their number and each of them as `alarms`."""
    text: str
    """The same in one line."""


def notice_of(message: Message) -> Notice:
    """The words of a message."""
    if len(message) == 1:
        (it,) = message
        return Notice(it.event, as_data(it.view, it.name), sentence(it.view, it.name))
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
    data = {
        "station": None,
        "name": None,
        "severity": str(worst.severity if events != {"cleared"} else Severity.WARNING),
        "priority": worst.priority,
        "title": title,
        "response": worst.response if len(kinds) == 1 else "",
        "count": len(message),
        "alarms": [{"event": it.event, **as_data(it.view, it.name)} for it in message],
    }
    return Notice(events.pop() if len(events) == 1 else "summary", data, text)


def _counted(members: Sequence[Member]) -> str:
    """`33 sites: Comms lost`."""
    sites = len({it.view.occurrence.key.station for it in members})
    what = f"{sites} sites" if sites > 1 else members[0].name or "console"
    many = f" ({len(members)} alarms)" if len(members) > max(sites, 1) else ""
    over = " is over" if members[0].event == "cleared" else ""
    return f"{what}: {members[0].view.occurrence.title}{over}{many}"


def _names(message: Message) -> str:
    return _listed(list(Counter(it.name or "console" for it in message)), ", ")


def _listed(words: Sequence[str], between: str) -> str:
    more = len(words) - NAMED_AT_MOST
    return between.join(words[:NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
