"""The answer to a why as plain data, for scripts and whatever reads JSON. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Any

from victron_console.diagnosing.why.asked import WhyAnswer
from victron_console.insight.why.answer import Cause, Fact, Sentence
from victron_console.model.clock import iso_utc


def as_data(answer: WhyAnswer) -> dict[str, Any]:
    """Everything that the answer says; each value with its unit, age, quality and source."""
    found, now = answer.reasons, answer.at
    return {
        "station": answer.station,
        "name": answer.name,
        "at": iso_utc(now),
        "question": str(found.question),
        "asked": found.question.words,
        "suggested": answer.suggested,
        "alarm": answer.alarm,
        "link": answer.link or None,
        "premise": _sentence(found.premise, now),
        "holds": found.holds,
        "causes": [_cause(cause, now) for cause in found.causes],
        "cannot_tell": found.cannot_tell or None,
        "since": [_sentence(said, now) for said in answer.since],
        "changes": [
            {"at": iso_utc(it.at), "kind": it.kind, "text": it.text, "source": it.source or None}
            for it in answer.changes
        ],
        "earlier": answer.earlier.text if answer.earlier else None,
        "elsewhere": answer.elsewhere.text if answer.elsewhere else None,
        "passed": [_sentence(said, now) for said in found.passed],
        "unseen": [_sentence(said, now) for said in found.unseen],
    }


def _cause(cause: Cause, now: float) -> dict[str, Any]:
    return {"id": cause.id, **_sentence(cause.said, now), "action": cause.action or None}


def _sentence(said: Sentence, now: float) -> dict[str, Any]:
    return {"text": said.text, "facts": [_fact(fact, now) for fact in said.facts]}


def _fact(fact: Fact, now: float) -> dict[str, Any]:
    return {
        "source": fact.source,
        "name": fact.name,
        "value": fact.value,
        "words": fact.words,
        "unit": fact.unit or None,
        "age_s": None if fact.at is None else round(max(0.0, now - fact.at), 1),
        "quality": str(fact.quality),
    }
