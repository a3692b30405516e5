"""What the Alarms screen says of the selected alarm beside its row. Asked of the store; draws nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.alerts.device.device_alarms import DEVICE, NOTIFICATION
from victron_console.alerts.rules.rule_set import Level, Rule, RuleSet
from victron_console.console.kit.format import duration
from victron_console.insight.alarm_value import alarm_value
from victron_console.model.alert import AlertView, Comment, NoticeSent, Occurrence
from victron_console.model.device import DeviceKey, split_series
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

AROUND_S = HOUR_S
"""The curve of an alarm's value reaches so far before it was raised and after it."""
CHART_POINTS = 120
MOVED_POINTS = 24
SETTINGS_S = 7 * DAY_S
MOST_SETTINGS = 4
PAST_S = 30 * DAY_S
_COMPARISON = re.compile(r"(?:last\(\w+\) )?([<>])=? (-?\d+(?:\.\d+)?)")
_WORDS = {"<": "below", ">": "above"}
MOST_STOOD = 60
"""More rows than any terminal has for them."""
_OVERVIEW = {"soc": "soc_percent", "spread": "cell_spread_v"}
"""Families whose value is a figure of the overview rather than a series."""


@dataclass(frozen=True, slots=True)
class AlarmPast:
    """How often the same alarm came in the last 30 days, this time included."""

    times: int = 1
    longest_s: float | None = None
    """Of those that are over; None where none is."""
    acked_by: str = ""
    acked_at: float | None = None
    """When someone last acknowledged it before."""


@dataclass(frozen=True, slots=True)
class Stood:
    """An alarm of the site."""

    id: str
    what: str
    priority: str
    since: float
    until: float | None
    """When it cleared (UTC epoch, s); None where it stands."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure of the site over the time around an alarm."""

    field: str
    label: str
    values: tuple[float | None, ...]

    @property
    def known(self) -> list[float]:
        """What was received."""
        return [value for value in self.values if value is not None]

    @property
    def share(self) -> float:
        """By how much of its largest size it changed."""
        known = self.known
        most = max((abs(value) for value in known), default=0.0)
        return (max(known) - min(known)) / most if most else 0.0


@dataclass(frozen=True, slots=True)
class AlarmDetail:
    """One alarm at a moment."""

    id: str
    rule: str = ""
    condition: str = ""
    """When it is raised and cleared, in words."""
    limit: float | None = None
    """In the unit of the values."""
    below: bool = False
    """Whether the value must stay above the limit."""
    since: float = 0.0
    until: float = 0.0
    """The hour before it was raised and the hour after (UTC epoch, s)."""
    values: tuple[float | None, ...] = ()
    """Evenly from `since` to `until`, oldest first; None where nothing was received, or is not yet; empty where there
    is no such value."""
    unit: str = ""
    past: AlarmPast = AlarmPast()
    comments: tuple[Comment, ...] = ()
    reason: str = ""
    """Why it was shelved, or what is done at the site."""
    contact: str = ""
    told: tuple[NoticeSent, ...] = ()
    """Who was told of it outside the console, oldest first."""
    moved: tuple[Moved, ...] = ()
    """What else of the site moved in that time, the most first."""
    settings: tuple[Event, ...] = ()
    """Settings changed before it was raised, newest first."""
    stood: tuple[Stood, ...] = ()
    """The alarms of its site in the last 30 days, itself among them, newest first."""


def alarm_detail(reader: Reader, alarm: str, rules: RuleSet, now: float, as_of: float | None) -> AlarmDetail:
    """What is known of an alarm at `now`, which is `as_of` where that is given; next to nothing where there is none.

    Args:
        reader: of the store.
        alarm: its number, as a row has it.
        rules: the rules in force, for the words of its condition.
        now: the moment shown (UTC epoch, s).
        as_of: a past moment; None is live.
    """
    view = reader.alert(int(alarm), as_of) if alarm.isdecimal() else None
    if view is None:
        return AlarmDetail(alarm)
    occurrence = view.occurrence
    rule = next((rule for rule in rules.rules if rule.id == occurrence.rule), None)
    sign, limit = _limit(occurrence)
    since, until = occurrence.raised_at - AROUND_S, occurrence.raised_at + AROUND_S
    stood = reader.alert_history(now - PAST_S, now, occurrence.key.station, as_of)
    return AlarmDetail(
        alarm,
        occurrence.rule,
        condition(occurrence, rule),
        limit,
        sign == "<",
        since,
        until,
        _values(reader, occurrence, rule, since, until, as_of),
        occurrence.unit,
        _past(reader, occurrence, stood, now),
        tuple(view.comments),
        _reason(view),
        _contact(reader, occurrence.key.station, as_of),
        tuple(view.told),
        _moved(reader, occurrence, since, min(now, until), as_of),
        _settings(reader, occurrence),
        _stood(stood) if occurrence.key.station else (),
    )


def _stood(found: Sequence[Occurrence]) -> tuple[Stood, ...]:
    alarms = sorted((it for it in found if it.is_alarm), key=lambda it: -it.raised_at)[:MOST_STOOD]
    return tuple(Stood(str(it.id), it.title, it.priority, it.raised_at, it.cleared_at) for it in alarms)


def _moved(
    reader: Reader, occurrence: Occurrence, since: float, until: float, as_of: float | None
) -> tuple[Moved, ...]:
    """The other figures of the site, those that changed most of their own size first."""
    station, own = occurrence.key.station, _OVERVIEW.get(occurrence.key.family)
    if not station or until <= since:
        return ()
    found = [
        Moved(field, label, tuple(reader.overview_history(station, field, since, until, MOVED_POINTS, as_of)))
        for field, label in _MOVING.items()
        if field != own
    ]
    return tuple(sorted((each for each in found if len(each.known) > 1), key=lambda each: -each.share))


def _settings(reader: Reader, occurrence: Occurrence) -> tuple[Event, ...]:
    """Settings of the site that were changed in the week before."""
    at, station = occurrence.raised_at, occurrence.key.station
    kinds = ("setting", "parameter")
    return tuple(reader.events(at - SETTINGS_S, at, station, kinds, limit=MOST_SETTINGS)) if station else ()


def condition(occurrence: Occurrence, rule: Rule | None) -> str:
    """When it is raised and cleared: `raised below 10 % for 2m, clears above 13 % for 5m`."""
    if occurrence.rule.startswith(NOTIFICATION):
        return "the GX notifies of it"
    if occurrence.rule.startswith(DEVICE):
        return "the device raises it by itself"
    if occurrence.reason == "no_data":
        return "nothing is received that it could be judged by"
    level = next((level for level in rule.levels if level.severity is occurrence.severity), None) if rule else None
    raised = _raising(occurrence)
    if level is None:
        return raised
    return f"{raised}{_held(level.for_s)}, {_clearing(occurrence, level)}"


def _clearing(occurrence: Occurrence, level: Level) -> str:
    found = _compared(occurrence, level.clear.text) if level.clear else ""
    return f"clears {found or 'once over'}{_held(level.clear_for_s)}"


def _held(seconds: float) -> str:
    return f" for {duration(seconds)}" if seconds else ""


def _raising(occurrence: Occurrence) -> str:
    """One comparison in words; more than one is the rule's own affair, which `rules list` shows."""
    return f"raised {_compared(occurrence, occurrence.limit) or f'by rule {occurrence.rule}'}"


def _compared(occurrence: Occurrence, text: str) -> str:
    """A comparison with a number, in the unit in which the alarm's value is told; empty where it is none or a code."""
    found = _COMPARISON.fullmatch(text)
    words = alarm_value(occurrence, float(found[2])).words if found else ""
    return f"{_WORDS[found[1]]} {words}" if found and words else ""


def _limit(occurrence: Occurrence) -> tuple[str, float | None]:
    found = _COMPARISON.fullmatch(occurrence.limit)
    return (found[1], float(found[2])) if found else ("", None)


_MOVING = {
    "pv_power_w": "PV",
    "load_power_w": "Loads",
    "battery_power_w": "Battery",
    "grid_power_w": "Grid",
    "genset_power_w": "Genset",
    "soc_percent": "Charge",
}


def _values(
    reader: Reader, occurrence: Occurrence, rule: Rule | None, since: float, until: float, as_of: float | None
) -> tuple[float | None, ...]:
    """What the alarm is about, over the time around it; empty where that is no recorded number."""
    station = occurrence.key.station
    if field := _OVERVIEW.get(occurrence.key.family):
        scale = 1000.0 if field == "cell_spread_v" and occurrence.unit == "mV" else 1.0
        means = reader.overview_history(station, field, since, until, CHART_POINTS, as_of)
        return tuple(None if value is None else value * scale for value in means)
    if rule is None or rule.value is not None or not rule.unit or not rule.inputs:
        return ()
    names = [row.name for row in reader.series(station)] if station else []
    series = _series(rule, occurrence.key.scope, names)
    if series is None:
        return ()
    found = reader.buckets(station, series, since, until, CHART_POINTS, as_of)
    return tuple(None if bucket is None else bucket.mean for bucket in found)


def _series(rule: Rule, scope: str, names: Sequence[str]) -> str | None:
    """The series of a rule's first input on the device that the alarm is about."""
    device, _, _ = scope.partition(" ")
    for pattern in next(iter(rule.inputs.values())):
        if pattern.field or pattern.siblings:
            return None
        for name in names:
            key, path = split_series(name)
            fits = not device or key == DeviceKey.parse(device) or pattern.cls != device.partition("/")[0]
            if fits and pattern.device(key) and pattern.means(path):
                return name
    return None


def _past(reader: Reader, occurrence: Occurrence, stood: Sequence[Occurrence], now: float) -> AlarmPast:
    same = [it for it in stood if it.key == occurrence.key]
    lasted = [it.cleared_at - it.raised_at for it in same if it.cleared_at is not None]
    earlier = {it.id for it in same if it.id != occurrence.id}
    acks = [ack for ack in reader.acks(now - PAST_S, now) if ack.occurrence in earlier]
    last = acks[-1] if acks else None
    return AlarmPast(
        max(1, sum(it.count for it in same)),
        max(lasted, default=None),
        last.who if last else "",
        last.at if last else None,
    )


def _reason(view: AlertView) -> str:
    if view.maintenance is not None:
        return view.maintenance.reason
    if view.shelf is not None:
        return view.shelf.reason
    return view.ack.comment if view.ack is not None else ""


def _contact(reader: Reader, station: str, as_of: float | None) -> str:
    row = reader.station(station, as_of) if station else None
    if row is None:
        return ""
    access, runbook = row.info.access.partition("\n")[0], row.info.runbook.partition("\n")[0]
    parts = (row.info.contact, access, f"runbook {runbook}" if runbook else "")
    return "   ".join(part for part in parts if part)
