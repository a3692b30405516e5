"""Puts the answer to a why together from the store: the causes of the moment, and what its past says of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from victron_console.diagnosing.why.past import Answered, Change, changes_before, earlier, since
from victron_console.diagnosing.why.peers import same_elsewhere
from victron_console.insight.fleet import at_moment, figures_quality
from victron_console.insight.moment import StationMoment, station_moment
from victron_console.insight.why.answer import Question, Reasons, Sentence
from victron_console.insight.why.course import COURSE_FIELDS, USUAL_DAYS, Course, course_of
from victron_console.insight.why.reasons import alarm_reasons, reasons
from victron_console.insight.why.suggestion import suggested_question
from victron_console.model.alert import Occurrence
from victron_console.model.quality import Quality
from victron_console.model.text import clean
from victron_console.model.units import DAY_S
from victron_console.store.read.reader import Reader


@dataclass(frozen=True, slots=True)
class WhyAnswer:
    """Why a station did what it did at a moment, and what its past says of that."""

    station: str
    name: str
    at: float
    """The moment (UTC epoch, s)."""
    reasons: Reasons
    suggested: bool = False
    """Whether the question is the one that the moment suggests, not one that was asked."""
    alarm: int | None = None
    """The alarm that was asked about."""
    link: str = ""
    """Why the station's values are not of the moment, as a sentence; empty where they are."""
    since: tuple[Sentence, ...] = ()
    """Since when it is so."""
    changes: tuple[Change, ...] = ()
    """What changed before it became so, newest first."""
    earlier: Sentence | None = None
    """When it was so before; None where there is no cause to look for."""
    elsewhere: Sentence | None = None
    """Which other stations of the store have the same cause at that moment."""


def why(reader: Reader, station: str, question: Question | None, now: float, as_of: float | None = None) -> WhyAnswer:
    """Why a station does what it does. All of it is of one state of the store.

    Args:
        reader: of the store.
        station: its id.
        question: what is asked; None: what the moment suggests.
        now: the moment (UTC epoch, s).
        as_of: the same, where it is a past one; None is live.

    Raises:
        UnknownStation: the store never had it.
        StoreError: the store cannot be read.
    """
    with reader.at_once():
        moment = _moment(reader, station, as_of)
        alerts = [view for view in reader.alerts(as_of) if view.occurrence.key.station == station]
        asked = question or suggested_question(moment, alerts)
        course = _course(reader, station, now)
        answer = _with_past(reader, moment, lambda held: reasons(held, asked, course), now, as_of)
        return replace(answer, suggested=question is None)


def why_alarm(reader: Reader, occurrence: Occurrence, now: float, as_of: float | None = None) -> WhyAnswer:
    """Why an alarm stands: by the moment that is looked at while it stands, by that of its raise once it is over.

    Raises:
        UnknownStation: the store never had its station.
        StoreError: the store cannot be read.
    """
    over = not occurrence.active and (as_of is None or as_of > (occurrence.cleared_at or now))
    at = occurrence.raised_at if over else now
    past = occurrence.raised_at if over else as_of
    with reader.at_once():
        moment = _moment(reader, occurrence.key.station, past)
        course = _course(reader, moment.row.id, at)
        answer = _with_past(reader, moment, lambda held: alarm_reasons(held, occurrence, course), at, past)
        return replace(answer, alarm=occurrence.id)


def _moment(reader: Reader, station: str, as_of: float | None) -> StationMoment:
    moment = station_moment(reader, station, as_of)
    if moment is None:
        raise reader.unknown_station(station)
    return moment


def _course(reader: Reader, station: str, now: float) -> Course:
    return course_of(reader.overview_slots(station, COURSE_FIELDS, now - (USUAL_DAYS + 1) * DAY_S, now), now)


def _with_past(reader: Reader, moment: StationMoment, answered: Answered, now: float, as_of: float | None) -> WhyAnswer:
    row, found = at_moment([moment.row], now)[0], answered(moment)
    answer = WhyAnswer(row.id, clean(row.name), now, found)
    if figures_quality(row, now) is not Quality.GOOD:
        why_not = f": {clean(row.status.reason)}" if row.status.reason else ""
        answer = replace(answer, link=f"The station is {row.status.state}{why_not}.")
    if not found.causes:
        return answer
    begun = since(reader, moment, answered, now)
    return replace(
        answer,
        since=tuple(each.said for each in begun),
        changes=changes_before(reader, moment, begun, now),
        earlier=earlier(reader, row.id, found, begun, now),
        elsewhere=same_elsewhere(reader, row, found, as_of),
    )
