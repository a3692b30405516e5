"""The alarms as machines get them: each with its texts and what was done about it, a list of them, and one's life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from victron_console.alerts.alarm_json import STATE_WORDS, as_data, sentence
from victron_console.contract.form import Document, Moment, Number, Page, Part, Said, Value, Versioned, page_of
from victron_console.contract.log import LogLine, line_of
from victron_console.insight.alarm_value import alarm_value
from victron_console.model.alert import AlertState, AlertView, Occurrence
from victron_console.model.clock import iso_utc
from victron_console.model.units import DAY_S
from victron_console.store.errors import CannotAnswer
from victron_console.store.event_log import KIND_GROUPS
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

LIFE_LINES = 200
"""Of the log of one alarm; one that flaps has many more."""
BEFORE_S = 7 * DAY_S
"""So long before an alarm its site's settings may have to do with it."""
SETTING_LINES = 10
PAST_S = 30 * DAY_S
_KINDS = (*KIND_GROUPS["alarms"], *KIND_GROUPS["operators"])


class Seen(Part):
    """Who acknowledged an alarm."""

    who: Said
    at: Moment
    comment: Said


class Shelved(Part):
    """Who put an alarm aside."""

    who: Said
    until: Moment
    reason: Said


class Remark(Part):
    """What somebody wrote to an alarm."""

    who: Said
    at: Moment
    text: Said


class Told(Part):
    """Who was told of an alarm outside the console."""

    way: Said
    at: Moment
    event: str
    tries: int
    times: int


class Alarm(Part):
    """An alarm from when it was raised to when it is over."""

    id: int
    station: str | None
    """Null for an alarm of the console itself."""
    name: Said | None
    family: str
    source: Said | None
    """The device that it is about, as class and instance."""
    rule: str
    severity: str
    """`info`, `warning` or `critical`."""
    priority: str
    """`!!` act now, `!` act today, `x` a link; empty for what is for the log."""
    state: str
    """The letter of ISA-18.2."""
    state_word: str
    title: Said
    response: Said
    """What to do about it."""
    started_at: Moment
    raised_at: Moment
    cleared_at: Moment | None
    value: Value
    unit: str
    limit: str
    """The condition in words of its rule: `< 20`."""
    count: int
    """How often it was raised while it flaps."""
    stale: bool
    """Whether its inputs are no longer known."""
    flapping: bool
    held_by: str | None
    """The family of the alarm that explains it."""
    incident: int
    """What alarms of one incident share: the number of the one that it began with, its own where it is that one."""
    origins: tuple[str, ...]
    """Who says so: rules, the device's own alarm, the GX."""
    acknowledged: Seen | None
    shelved: Shelved | None
    maintenance: Shelved | None
    comments: tuple[Remark, ...]
    told: tuple[Told, ...]


class ListedAlarm(Alarm, Versioned):
    """An entry of `alerts --json`."""


class StandingAlarm(Part):
    """An alarm in short, beside its site."""

    id: int
    priority: str
    """`!!` act now, `!` act today, `x` a link; empty for what is for the log."""
    state_word: str
    title: Said
    value: Said
    """With its unit, as people are told it; empty where it has none."""
    limit: str
    response: Said
    raised_at: Moment
    incident: int
    """What alarms of one incident share: the number of the one that it began with."""


class Alarms(Document):
    """The alarms of all stations or one, the most urgent first."""

    page: Page
    alarms: tuple[Alarm, ...]


class AlarmLife(Document):
    """One alarm from its first moment to its last, and what the site was set to before it."""

    alarm: Alarm
    sentence: Said
    """In one line."""
    log: tuple[LogLine, ...]
    """What became of it, newest first."""
    settings_before: tuple[LogLine, ...]
    """Settings of the site that were changed in the week before it, newest first."""
    times_in_30_days: int
    """How often the same alarm was raised, this time included."""
    longest_s: Number
    """The longest that the same alarm lasted in those days; null where none is over."""


def alarm_of(view: AlertView, name: str | None) -> Alarm:
    """An alarm with its station's name; None for one of the console itself."""
    return Alarm.model_validate(as_data(view, name))


def listed(views: Sequence[AlertView], names: Mapping[str, str]) -> list[ListedAlarm]:
    """The entries of `alerts --json`."""
    return [ListedAlarm.model_validate(as_data(view, names.get(view.occurrence.key.station))) for view in views]


def standing_alarm(view: AlertView) -> StandingAlarm:
    """An alarm in short."""
    it, said = view.occurrence, alarm_value(view.occurrence)
    return StandingAlarm(
        id=it.id,
        priority=it.priority,
        state_word=STATE_WORDS[view.state],
        title=it.title,
        value=said.words,
        limit=said.limit or it.limit,
        response=it.response,
        raised_at=iso_utc(it.raised_at),
        incident=it.incident_id,
    )


def urgent_first(views: Sequence[AlertView]) -> list[AlertView]:
    """What asks for somebody first: not seen before seen, then by severity and age."""
    return sorted(views, key=lambda view: (_ORDER.get(view.state, len(_ORDER)), *_urgency(view.occurrence)))


_ORDER = {AlertState.UNACKNOWLEDGED: 0, AlertState.ACKNOWLEDGED: 1, AlertState.RETURNED: 2}


def _urgency(it: Occurrence) -> tuple[bool, int, float]:
    return not it.is_alarm, -it.severity.weight, it.raised_at


def alarms(
    reader: Reader, now: float, as_of: float | None, station: str | None = None, offset: int = 0, limit: int = 20
) -> Alarms:
    """What stands, and what cleared unseen, of all stations or one."""
    names = {row.id: row.name for row in reader.stations(as_of)}
    views = urgent_first(
        [
            view
            for view in reader.alerts(as_of)
            if view.state is not AlertState.NORMAL and station in (None, view.occurrence.key.station)
        ]
    )
    return Alarms(
        at=iso_utc(now),
        live=as_of is None,
        page=page_of(len(views), offset, limit),
        alarms=tuple(alarm_of(view, names.get(view.occurrence.key.station)) for view in views[offset : offset + limit]),
    )


def alarm_life(reader: Reader, number: int, now: float, as_of: float | None) -> AlarmLife:
    """One alarm with all that is known of it.

    Raises:
        CannotAnswer: there is none of that number, or was none then.
    """
    view = reader.alert(number, as_of)
    if view is None:
        raise CannotAnswer(f"there is no alarm {number}: `alerts` lists them")
    it = view.occurrence
    row = reader.station(it.key.station, as_of) if it.key.station else None
    past = [one for one in reader.alert_history(now - PAST_S, now, it.key.station, as_of) if one.key == it.key]
    until = now if it.cleared_at is None else min(now, it.cleared_at + DAY_S)  # somebody may still see it
    lines = reader.events(it.started_at - 1.0, until, it.key.station or None, _KINDS, limit=LIFE_LINES * 10)
    own = [event for event in lines if event.details.get("occurrence") == it.id][:LIFE_LINES]
    before = _settings(reader, it)
    return AlarmLife(
        at=iso_utc(now),
        live=as_of is None,
        alarm=alarm_of(view, row.name if row else None),
        sentence=sentence(view, row.name if row else None),
        log=tuple(map(line_of, own)),
        settings_before=tuple(map(line_of, before)),
        times_in_30_days=max(1, sum(one.count for one in past)),
        longest_s=max((one.cleared_at - one.raised_at for one in past if one.cleared_at is not None), default=None),
    )


def _settings(reader: Reader, it: Occurrence) -> list[Event]:
    """Settings of the site that were changed in the week before."""
    if not it.key.station:
        return []
    kinds = ("setting", "parameter")
    return reader.events(it.started_at - BEFORE_S, it.started_at, it.key.station, kinds, limit=SETTING_LINES)
