"""Why a site does what it does: what limits it, with every value that a sentence rests on."""

from __future__ import annotations

from victron_console.contract.form import Document, Moment, Number, Part, Said, Value
from victron_console.diagnosing.why.answer_json import as_data
from victron_console.diagnosing.why.asked import WhyAnswer, why, why_alarm
from victron_console.insight.why.answer import Question
from victron_console.store.errors import CannotAnswer
from victron_console.store.read.reader import Reader


class WhyFact(Part):
    """A value that a sentence rests on."""

    source: Said
    """Its series, or the figure of the site."""
    name: Said
    value: Value
    words: Said
    """The value as a person reads it; of an enum its meaning."""
    unit: str | None
    age_s: Number
    quality: str


class WhySentence(Part):
    """A sentence with the values that it rests on."""

    text: Said
    facts: tuple[WhyFact, ...]


class WhyCause(WhySentence):
    """Something that makes the site do what was asked about."""

    id: str
    """A name that stays."""
    action: Said | None
    """What to do about it; null where nothing is wrong."""


class WhyChange(Part):
    """What changed before it became so."""

    at: Moment
    kind: str
    text: Said
    source: Said | None


class Why(Document):
    """Why a station does what it does."""

    station: str
    name: Said
    question: str
    asked: str
    """The question in words."""
    suggested: bool
    """Whether the moment suggested the question: none was asked."""
    alarm: int | None
    """The alarm that was asked about."""
    link: Said | None
    """Why the station's values are not of the moment; null where they are."""
    premise: WhySentence
    """What the site does."""
    holds: bool | None
    """Whether that is what was asked about; null where it cannot be told."""
    causes: tuple[WhyCause, ...]
    """The limiting one first, then the others that hold too, in the order in which the system applies them."""
    cannot_tell: Said | None
    """Why no cause is named; null where one is, or where there is nothing to explain."""
    since: tuple[WhySentence, ...]
    changes: tuple[WhyChange, ...]
    """What changed before, newest first."""
    earlier: Said | None
    """When it was so before."""
    elsewhere: Said | None
    """Which other stations have the same cause."""
    passed: tuple[WhySentence, ...]
    """What was looked at and is not it."""
    unseen: tuple[WhySentence, ...]
    """What could not be looked at, and why."""


def why_document(answer: WhyAnswer, *, live: bool) -> Why:
    """An answer as a document."""
    return Why.model_validate({**as_data(answer), "live": live})


def why_answer(
    reader: Reader, station: str, now: float, as_of: float | None, question: Question | None, alarm: int | None
) -> WhyAnswer:
    """Why a station does what it does at `now`, which is `as_of` where that is given.

    Args:
        reader: of the store.
        station: its id.
        now: the moment (UTC epoch, s).
        as_of: the same where it is a past one; None is live.
        question: what is asked; None: what the moment suggests.
        alarm: the number of the alarm that is asked about.

    Raises:
        UnknownStation: the store never had it.
        CannotAnswer: the station has no such alarm, or none was named.
    """
    reader.known_station(station, as_of)
    if alarm is None:
        if question is Question.ALARM:
            raise CannotAnswer("an alarm is asked about by its number: the list of alarms has it")
        return why(reader, station, question, now, as_of)
    view = reader.alert(alarm, as_of)
    if view is None or view.occurrence.key.station != station:
        raise CannotAnswer(f"there is no alarm {alarm} at {station}: the list of alarms has their numbers")
    return why_alarm(reader, view.occurrence, now, as_of)
