"""Questions that people ask of sites as calls, with the answers known from what was done to the sites.

`questions.toml` counts days from the end of the lived month: what happened when is in `simulator/past/stories`.
"""

from __future__ import annotations

import json
import tomllib
from math import ceil
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tests.contract.agents.test_answering import answering

from victron_console.model.clock import ManualClock, SystemClock, iso_utc
from victron_console.model.units import DAY_S
from victron_console.simulator.past.opened import LIVED_UNTIL

QUESTIONS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("questions.toml").read_text())["question"]
MOMENTS = ("as_of", "since", "until")


def end_of_month(now: float) -> float:
    """Where the lived month ends now that it is moved by whole days (UTC epoch, s)."""
    return LIVED_UNTIL + ceil((now - LIVED_UNTIL) / DAY_S) * DAY_S


def asked(given: dict[str, Any], end: float) -> dict[str, Any]:
    """The arguments of a call; a number of days becomes a moment."""
    return {
        name: iso_utc(end + value * DAY_S) if name in MOMENTS and isinstance(value, int | float) else value
        for name, value in given.items()
    }


def found_at(answer: object, place: str) -> Any:  # noqa: ANN401  JSON
    """What stands at a place such as `stations/0/name`; `#` is how many there are."""
    for step in place.split("/"):
        if step == "#":
            return len(answer)  # type: ignore[arg-type]
        answer = answer[int(step)] if isinstance(answer, list) else answer[step]  # type: ignore[index]
    return answer


def _null(wanted: Any) -> Any:  # noqa: ANN401  TOML has no null
    if isinstance(wanted, list):
        return [_null(one) for one in wanted]
    return None if wanted == "none" else wanted


def fits(found: Any, wanted: Any) -> bool:  # noqa: ANN401  JSON
    """Whether it is what was to be answered: itself, within bounds, or with some words in it."""
    if not isinstance(wanted, dict) or not wanted:
        return bool(found == _null(wanted))
    text = json.dumps(found, ensure_ascii=False).casefold()
    return (
        ("from" not in wanted or found >= wanted["from"])
        and ("to" not in wanted or found <= wanted["to"])
        and all(words.casefold() in text for words in wanted.get("has", ()))
        and not any(words.casefold() in text for words in wanted.get("lacks", ()))
        and any(words.casefold() in text for words in wanted.get("any", ("",)))
    )


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["ask"])
def test_a_question_is_answered_as_it_was(lived: Path, question: dict[str, Any]) -> None:
    now = SystemClock().now()
    given = asked(question.get("with", {}), end_of_month(now))
    answer = json.loads(answering(lived, ManualClock(now)).answer(question["tool"], given, Event()).text)
    for place, wanted in question["answer"].items():
        assert fits(found_at(answer, place), wanted), f"{place}: {found_at(answer, place)!r} is not {wanted!r}"


def test_the_questions_ask_every_tool_and_are_enough() -> None:
    from victron_console.contract.agents.tools import TOOLS

    assert len(QUESTIONS) >= 60 and {question["tool"] for question in QUESTIONS} == set(TOOLS)
