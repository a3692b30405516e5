"""Which alarms are one incident: a first one, those that followed from it, and what changed before. Pure.

The engine notes it of each alarm as it comes; who shows or tells alarms goes by that. Every alarm stays its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from victron_console.insight.alarm_value import alarm_value
from victron_console.model.alert import Occurrence
from victron_console.model.clock import local
from victron_console.model.text import clean
from victron_console.store.records import Event

BEFORE_S = 600.0
"""What was changed so long before the first alarm's condition began may have made it begin (judgement)."""
TOGETHER_S = 60.0
"""Alarms raised within it came at once: of one cause the one that explains the other need not be the first raised."""
CHANGE_KINDS = ("setting", "service", "link", "config")
FOLLOWS = {
    "can": ("bms", "device_gone", "link"),
    "grid": ("soc", "vdc_low", "volt", "freq", "freq_swing", "overload", "genset"),
    "genset": ("soc", "vdc_low"),
    "genset_remote": ("genset", "soc", "vdc_low"),
    "tank": ("genset", "soc", "vdc_low"),
    "pv": ("soc", "vdc_low", "full_charge"),
    "bms": ("blocked", "blocked_c", "soc", "vdc_low"),
    "blocked_c": ("soc", "vdc_low", "full_charge"),
    "cell": ("blocked", "blocked_c"),
    "temp": ("blocked", "blocked_c"),
    "temp_cold": ("blocked_c",),
    "soc": ("vdc_low", "blocked", "cell"),
    "overload": ("inv_temp",),
}
"""What an alarm of a family leads to at its site, by families; what it holds back follows from it too."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Alarms of one site and cause."""

    first: Occurrence
    """The one that explains the others."""
    followed: tuple[Occurrence, ...] = ()
    """In the order in which they were raised."""
    before: tuple[Event, ...] = ()
    """What changed at the site shortly before, newest first: it may be why, and is not said to be."""


def incidents(occurrences: Iterable[Occurrence], changes: Sequence[Event] = ()) -> list[Incident]:
    """The incidents that some alarms make, the last begun first.

    Args:
        occurrences: alarms of any sites; of one from before its incident was noted it is found now.
        changes: events of `CHANGE_KINDS`.
    """
    by_site: dict[str, list[Occurrence]] = {}
    for it in occurrences:
        by_site.setdefault(it.key.station, []).append(it)
    groups: dict[int, list[Occurrence]] = {}
    for of_site in by_site.values():
        noted = {it.id: it for it in of_site} | {it.id: it for it in joined(of_site)}
        for it in noted.values():
            groups.setdefault(it.incident_id, []).append(it)
    made = [_incident(number, group, changes) for number, group in groups.items()]
    return sorted(made, key=lambda incident: (-incident.first.started_at, incident.first.id))


def joined(occurrences: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """Those whose incident is another one than was noted of them, with it.

    Args:
        occurrences: alarms of one site.
    """
    ordered = sorted(occurrences, key=lambda it: (it.started_at, it.id))
    cause: dict[int, int] = {}
    for it in ordered:
        found = _cause_of(it, ordered) if it.incident is None else None
        number = found.id if found is not None else it.incident
        if number is not None:
            cause[it.id] = number
    place = {it.id: at for at, it in enumerate(ordered)}
    for it in ordered:
        begun = _begun_with(it.id, cause, place)
        incident = None if begun == it.id else begun
        if incident != it.incident:
            yield replace(it, incident=incident)


def _begun_with(number: int, cause: Mapping[int, int], place: Mapping[int, int]) -> int:
    """Where a chain of causes begins; of alarms that explain each other it is the first."""
    chain = [number]
    while (found := cause.get(chain[-1])) is not None:
        if found in chain:
            return min(chain[chain.index(found) :], key=place.__getitem__)
        chain.append(found)
    return chain[-1]


def _cause_of(it: Occurrence, others: Sequence[Occurrence]) -> Occurrence | None:
    """The alarm that explains this one: of those that do, the last that began."""
    return next((other for other in reversed(others) if _explains(other, it)), None)


def _explains(cause: Occurrence, it: Occurrence) -> bool:
    if cause.id == it.id or cause.key.station != it.key.station or not it.key.station:
        return False
    related = it.suppressed_by == cause.key.family or it.key.family in FOLLOWS.get(cause.key.family, ())
    stood = cause.cleared_at is None or cause.cleared_at >= it.started_at
    return related and stood and cause.started_at <= it.started_at + TOGETHER_S


def _incident(number: int, group: Sequence[Occurrence], changes: Sequence[Event]) -> Incident:
    """The first is missing where it lies before what was asked for: then it is the one that came next."""
    ordered = sorted(group, key=lambda it: (it.id != number, it.raised_at, it.id))
    begin = ordered[0].started_at
    before = [
        event
        for event in changes
        if event.station == ordered[0].key.station
        and event.kind in CHANGE_KINDS
        and begin - BEFORE_S <= event.at <= begin
    ]
    return Incident(ordered[0], tuple(ordered[1:]), tuple(sorted(before, key=lambda event: -event.at)))


def incident_lines(incident: Incident, names: Mapping[str, str]) -> Iterator[str]:
    """An incident in lines: its first alarm with site and state, then what followed and what was changed before.

    Args:
        incident: the incident.
        names: of the stations, by id.
    """
    first = incident.first
    over = f"over {local(first.cleared_at):%d %b %H:%M}" if first.cleared_at is not None else "stands"
    name = clean(names.get(first.key.station, first.key.station or "console"))
    yield f"{name}: {_told(first)}, {over}"
    yield from (f"    then   {_told(it)}" for it in incident.followed)
    yield from (f"    before {local(event.at):%d %b %H:%M}  {clean(event.text)}" for event in incident.before)


def _told(it: Occurrence) -> str:
    value = alarm_value(it).words if it.active else ""  # one that cleared holds the value of that
    return f"{local(it.started_at):%d %b %H:%M}  {clean(it.title)}{f', {value}' if value else ''} ({it.id})"
