"""The answer to a why as lines of text, for the command and the console alike. It knows no width and no colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from victron_console.diagnosing.why.asked import WhyAnswer
from victron_console.insight.why.answer import Fact, Sentence
from victron_console.model.clock import local, span_words
from victron_console.model.quality import Quality

WORDS_CELLS = 24


class AnswerPart(StrEnum):
    """What a line of an answer is."""

    QUESTION = "question"
    SAID = "said"
    CAUSE = "cause"
    FACT = "fact"
    ACTION = "action"
    HEAD = "head"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line: what stands before its text, under which nothing of it goes, and the text."""

    part: AnswerPart
    text: str
    lead: str = ""


_BLANK = AnswerLine(AnswerPart.BLANK, "")


def answer_text(answer: WhyAnswer, *, dated: bool) -> Iterator[AnswerLine]:
    """The answer from the question on; `dated`: it tells of which moment it is."""
    found = answer.reasons
    moment = f", {local(answer.at):%Y-%m-%d %H:%M:%S}" if dated or answer.alarm is not None else ""
    yield AnswerLine(AnswerPart.QUESTION, f"{answer.name} ({answer.station}){moment}: {found.question.words}")
    if answer.link:
        yield AnswerLine(AnswerPart.SAID, answer.link)
    yield from _told(AnswerPart.SAID, "", found.premise, answer.at)
    for number, cause in enumerate(found.causes):
        yield _BLANK
        yield from _told(AnswerPart.CAUSE, "Also:    " if number else "Because: ", cause.said, answer.at)
        if cause.action:
            yield AnswerLine(AnswerPart.ACTION, cause.action, "      -> ")
    if found.cannot_tell:
        yield AnswerLine(AnswerPart.CAUSE, f"{found.cannot_tell}.", "Cannot tell why: ")
    yield from _block("Since", answer.since)
    if answer.changes:
        yield _BLANK
        yield AnswerLine(AnswerPart.HEAD, "Changed before it:")
        for change in answer.changes:
            yield AnswerLine(AnswerPart.SAID, f"{change.kind}: {change.text}", f"  {local(change.at):%d %b %H:%M}  ")
    yield from _block("Before and elsewhere", [each for each in (answer.earlier, answer.elsewhere) if each])
    yield from _block("Could not be looked at", found.unseen)
    if found.passed:
        named = [said.text.removesuffix(".") for said in found.passed]
        told = "; ".join([named[0], *map(_within, named[1:])])
        yield from _block("Looked at, and not it", [Sentence(f"{told}.")])


def _within(name: str) -> str:
    """A name as it stands within a sentence; `PV` stays so."""
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def _block(head: str, sentences: Sequence[Sentence]) -> Iterator[AnswerLine]:
    if sentences:
        yield _BLANK
        yield AnswerLine(AnswerPart.HEAD, f"{head}:")
        for said in sentences:
            yield AnswerLine(AnswerPart.SAID, said.text, "  ")


def _told(part: AnswerPart, lead: str, said: Sentence, now: float) -> Iterator[AnswerLine]:
    yield AnswerLine(part, said.text, lead)
    for fact in said.facts:
        words = f"{fact.words:<{WORDS_CELLS}} {fact.source}{_aged(fact, now)}"
        yield AnswerLine(AnswerPart.FACT, words, "         ")


def _aged(fact: Fact, now: float) -> str:
    if fact.at is None:
        return ""
    quality = "" if fact.quality is Quality.GOOD else f", {fact.quality}"
    return f", {span_words(now - fact.at)} ago{quality}"
