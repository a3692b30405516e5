"""What the past says of a cause: since when it is so, what changed before, and when it was so before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from victron_console.catalogue import catalogue
from victron_console.catalogue.reader import Kind
from victron_console.insight.moment import StationMoment, station_moment
from victron_console.insight.why.answer import Cause, Fact, Question, Reasons, Sentence
from victron_console.insight.why.look import device_fact
from victron_console.insight.why.reasons import EXCHANGE_W, IDLE_W, low_limit_percent, reasons
from victron_console.model.clock import local, span_words
from victron_console.model.device import split_series
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState
from victron_console.model.text import clean
from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S, SLOT_S

if TYPE_CHECKING:
    from victron_console.store.read.reader import Reader

LOOK_BACK_S = 7 * DAY_S
SPANS_S = 28 * DAY_S
"""Of the state that makes a cause one, so much of the past is told."""
BEFORE_S = HOUR_S
"""What changed so long before something began may have made it begin."""
CHANGE_KINDS = ("setting", "service", "link", "config", "clock", "raised", "escalated", "maintenance")
CHANGES_AT_MOST = 12
WATCHED = (
    ("vebus", "Mode"), ("vebus", "Ac/ActiveIn/ActiveInput"), ("multi", "Mode"), ("multi", "Ac/ActiveIn/ActiveInput"),
    ("acsystem", "Mode"), ("acsystem", "Ac/ActiveIn/ActiveInput"), ("solarcharger", "Mode"), ("battery", "State"),
    ("system", "Control/EssState"), ("system", "DynamicEss/Active"), ("generator", "State"),
    ("platform", "Firmware/Installed/Version"),
)  # fmt: skip
"""What is no setting and tells what somebody, or the system, changed: modes, sources, firmware."""
_LAST_OTHERWISE: dict[Question, tuple[str, Callable[[float], bool], str, str]] = {
    Question.NOT_CHARGING: ("battery_power_w", lambda watts: watts > IDLE_W, "It last charged", "It has not charged"),
    Question.NOT_DISCHARGING: (
        "battery_power_w",
        lambda watts: watts < -IDLE_W,
        "It last discharged",
        "It has not discharged",
    ),
    Question.IMPORTING: (
        "grid_power_w",
        lambda watts: watts < EXCHANGE_W,
        "It last drew nothing",
        "It has always drawn some",
    ),
    Question.NOT_FEEDING_IN: (
        "grid_power_w",
        lambda watts: watts < -EXCHANGE_W,
        "It last fed in",
        "It has fed nothing in",
    ),
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed at a station."""

    at: float
    """UTC epoch, s."""
    kind: str
    """Of the event log, or `value` where a recorded value tells it."""
    text: str
    source: str = ""
    """The series that changed; empty for an event."""


@dataclass(frozen=True, slots=True)
class Begin:
    """When something began to be so (UTC epoch, s), in a sentence; None where it began before what was looked at."""

    at: float | None
    said: Sentence


Answered = Callable[[StationMoment], Reasons]
"""What a moment says to the question that is asked."""


def since(reader: Reader, moment: StationMoment, answered: Answered, now: float) -> list[Begin]:
    """Since when the limiting cause holds, and when the site last did otherwise."""
    found = answered(moment)
    told = [_cause_since(reader, moment, found.first, answered, now)] if found.first is not None else []
    told.append(_last_otherwise(reader, moment, found.question, now))
    return [begin for begin in told if begin is not None]


def _cause_since(reader: Reader, moment: StationMoment, cause: Cause, answered: Answered, now: float) -> Begin | None:
    """When the last of the states that make a cause one came to be: with their value of before it would be none.

    Others stand behind its sentence too; measured values change all the time.
    """
    turned: list[tuple[float, Fact, str]] = []
    for fact in filter(_is_state, cause.said.facts):
        points = reader.history(moment.row.id, fact.source, now - LOOK_BACK_S, now)
        if len(points) > 1:
            as_before = answered(_with_value(moment, fact.source, points[-2].value))
            if cause.id not in {each.id for each in as_before.causes}:
                turned.append((points[-1].at, fact, _words(fact, points[-2].value)))
    if not turned:
        return None
    at, fact, before = max(turned, key=lambda each: each[0])
    said = f"{fact.name} is {fact.words} since {_when(at, now)} ({span_words(now - at)}); it was {before} before."
    return Begin(at, Sentence(said, (fact,)))


def _with_value(moment: StationMoment, series: str, value: object) -> StationMoment:
    """The moment with another value of one series."""
    key, path = split_series(series)
    device = moment.snapshot.devices[key]
    changed = replace(device, readings={**device.readings, path: _reading(value, moment.snapshot.at)})
    return replace(moment, snapshot=replace(moment.snapshot, devices={**moment.snapshot.devices, key: changed}))


def _reading(value: object, at: float) -> Reading:
    known = value if isinstance(value, int | float | str) else None
    return Reading(known, at, Quality.ABSENT if known is None else Quality.GOOD)


def _is_state(fact: Fact) -> bool:
    """Whether a value stays until somebody or something changes it: a mode, a flag, a setting, a limit of 0."""
    if "/" not in fact.source:
        return False
    device, path = split_series(fact.source)
    metric = catalogue().metric(device.cls, path)
    if device.cls == "settings" or (metric is not None and metric.kind in _STATES):
        return True
    return path.startswith("Info/Max") and fact.value == 0


_STATES = (Kind.ENUM, Kind.FLAG, Kind.ALARM, Kind.BITMASK, Kind.TEXT)


def _words(fact: Fact, value: object) -> str:
    device, path = split_series(fact.source)
    reading = _reading(value, 0.0)
    if reading.value is None:
        return "not there"
    return device_fact(DeviceState(device, "", {}), path, reading).words


def _otherwise(moment: StationMoment, question: Question) -> tuple[str, Callable[[float], bool], str, str] | None:
    """The figure that tells it, when it says otherwise, and in what words; a charge is low by the floor that holds."""
    if question is not Question.LOW_SOC:
        return _LAST_OTHERWISE.get(question)
    limit = low_limit_percent(moment)
    above = f"above {limit:.0f} %"
    return "soc_percent", lambda percent: percent > limit, f"It was last {above}", f"It has not been {above}"


def _last_otherwise(reader: Reader, moment: StationMoment, question: Question, now: float) -> Begin | None:
    """When a site last did otherwise; None where what it does was never measured."""
    told = _otherwise(moment, question)
    if told is None:
        return None
    field, otherwise, words, never = told
    rows = reader.overview_slots(moment.row.id, (field,), now - LOOK_BACK_S, now)
    known = [(begin, value) for begin, value in rows if begin is not None and value is not None]
    if not known:
        return None
    for begin, value in reversed(known):
        if otherwise(value):
            at = min(now, begin + SLOT_S)
            return Begin(at, Sentence(f"{words} at {_when(at, now)} ({span_words(now - at)} ago)."))
    covered = f"the {span_words(min(len(known) * SLOT_S, now - known[0][0]))} that are recorded"
    return Begin(None, Sentence(f"{never} within {covered}."))


def changes_before(reader: Reader, moment: StationMoment, begun: list[Begin], now: float) -> tuple[Change, ...]:
    """What changed around the begin of a cause, newest first; of the last hour where that is not known."""
    known = [begin.at for begin in begun if begin.at is not None]
    begin, end = (min(known) - BEFORE_S, min(now, max(known) + MINUTE_S)) if known else (now - BEFORE_S, now)
    begin = max(begin, now - LOOK_BACK_S)
    station = moment.row.id
    events = reader.events(begin, end, station, CHANGE_KINDS, limit=CHANGES_AT_MOST)
    found = [Change(event.at, event.kind, clean(event.text)) for event in events]
    found += _value_changes(reader, moment, begin, end)
    return tuple(sorted(found, key=lambda change: -change.at)[:CHANGES_AT_MOST])


def _value_changes(reader: Reader, moment: StationMoment, begin: float, end: float) -> Iterator[Change]:
    for cls, path in WATCHED:
        for device in moment.snapshot.of_class(cls):
            if path not in device.readings:
                continue
            series = device.key.series(path)
            points = reader.history(moment.row.id, series, begin, end)
            for before, after in pairwise(points):
                fact = device_fact(device, path, Reading(after.value, after.at))
                if after.value is not None:
                    was = _words(fact, before.value)
                    yield Change(after.at, "value", f"{fact.name}: {was} became {fact.words}", series)


def earlier(reader: Reader, station: str, found: Reasons, begun: list[Begin], now: float) -> Sentence | None:
    """When it was so before: by the state that makes the cause one, else by the same hour of the last days."""
    dated = next(((begin.at, fact) for begin in begun for fact in begin.said.facts if begin.at is not None), None)
    return _earlier_days(reader, station, found, now) if dated is None else _earlier_spans(reader, station, *dated, now)


def _earlier_spans(reader: Reader, station: str, begin: float, fact: Fact, now: float) -> Sentence:
    """How often a state was what it is now before it came to be so again, and when last."""
    points = reader.history(station, fact.source, now - SPANS_S, begin)
    ends = [*(point.at for point in points[1:]), begin]
    runs = groupby(zip(points, ends, strict=True), key=lambda each: each[0].value == fact.value)
    spans = [(run[0][0].at, run[-1][1]) for is_so, group in runs if is_so and (run := list(group))]
    spans = [(since, until) for since, until in spans if since < begin]
    within = f"the {span_words(begin - points[0].at)} before that are recorded" if points else "what is recorded"
    if not spans:
        return Sentence(f"{fact.name} was not {fact.words} in {within}.", (fact,))
    since, until = spans[-1]
    often = "once" if len(spans) == 1 else f"{len(spans)} times"
    last = f"last from {_when(since, now)} for {span_words(until - since)}"
    return Sentence(f"{fact.name} was {fact.words} {often} in {within}, {last}.", (fact,))


def _earlier_days(reader: Reader, station: str, found: Reasons, now: float) -> Sentence | None:
    """On which of the last seven days the same cause was the limiting one at this hour."""
    if found.first is None or found.question is Question.ALARM:
        return None
    same, other, unknown = list[str](), 0, 0
    for days in range(1, 8):
        at = now - days * DAY_S
        moment = station_moment(reader, station, at)
        if moment is None or not moment.snapshot.devices:
            unknown += 1
            continue
        then = reasons(moment, found.question)
        if then.holds is None:
            unknown += 1
        elif then.holds and found.first.id in {cause.id for cause in then.causes}:
            same.append(f"{local(at):%a}")
        else:
            other += 1
    if unknown == 7:
        return Sentence("Whether it was so at this hour of the last seven days is not recorded.")
    told = f"on {', '.join(same)}" if same else "on none of them"
    rest = f"; {unknown} of them are not recorded" if unknown else ""
    return Sentence(f"At this hour of the last seven days it was so {told}{rest}.")


def _when(at: float, now: float) -> str:
    return f"{local(at):%H:%M}" if now - at < DAY_S / 2 else f"{local(at):%a %d %b %H:%M}"
