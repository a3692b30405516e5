"""The words of an answer to a why: what was asked, what was read for it, which causes were found. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from victron_console.model.quality import Quality
from victron_console.model.reading import Scalar


class Question(StrEnum):
    """What can be asked of a station."""

    NOT_CHARGING = "not-charging"
    NOT_DISCHARGING = "not-discharging"
    IMPORTING = "importing"
    NOT_FEEDING_IN = "not-feeding-in"
    GENERATOR = "generator"
    LOW_SOC = "low-soc"
    ALARM = "alarm"

    @property
    def words(self) -> str:
        """The question as a person asks it."""
        return _ASKED[self]


_ASKED = {
    Question.NOT_CHARGING: "Why does the battery not charge?",
    Question.NOT_DISCHARGING: "Why does the battery not discharge?",
    Question.IMPORTING: "Why is power drawn from the grid?",
    Question.NOT_FEEDING_IN: "Why is nothing fed into the grid?",
    Question.GENERATOR: "Why does the generator run, or not run?",
    Question.LOW_SOC: "Why is the battery low?",
    Question.ALARM: "Why does the alarm stand?",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that a sentence rests on."""

    source: str
    """Its series (`battery/258/Info/MaxChargeCurrent`), or the field of `status --json` where it is a site's figure."""
    name: str
    value: Scalar
    words: str
    """The value as a person reads it, with its unit; of an enum its meaning."""
    unit: str
    at: float | None
    """When its device was last read (UTC epoch, s); None where that is not known."""
    quality: Quality


@dataclass(frozen=True, slots=True)
class Sentence:
    """One whole sentence, and the values that it rests on."""

    text: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that makes the site do what was asked about."""

    id: str
    """A name that stays: `bms_blocks_charge`."""
    said: Sentence
    action: str = ""
    """What to do about it; empty where nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What one moment says to a question."""

    question: Question
    premise: Sentence
    """What the site does now."""
    holds: bool | None
    """Whether that is what was asked about; None where it cannot be told."""
    causes: tuple[Cause, ...] = ()
    """The limiting one first, then the others that hold too, in the order in which the system applies them."""
    passed: tuple[Sentence, ...] = ()
    """What was looked at and is not it: `A full battery.`"""
    unseen: tuple[Sentence, ...] = ()
    """What could not be looked at, and why."""
    cannot_tell: str = ""
    """Why no cause is named; empty where one is, or where there is nothing to explain."""

    @property
    def first(self) -> Cause | None:
        """The limiting cause; None where none is known."""
        return self.causes[0] if self.causes else None
