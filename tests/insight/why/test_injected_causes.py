"""Causes put into simulated stations are named first: each alone, and in pairs."""

from __future__ import annotations

import pytest
from tests.exhaustive import enough
from tests.insight.why.acceptance import healthy, in_pairs, singles, untold
from tests.insight.why.injected import CAUSES, Injected, moment

from victron_console.insight.why.reasons import reasons


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: f"{cause.question}-{cause.id}")
def test_a_cause_is_named_first(cause: Injected) -> None:
    found = reasons(moment(cause), cause.question)
    assert found.holds, found.premise
    assert found.first is not None, found.cannot_tell
    assert found.first.id == cause.id
    assert found.first.said.facts, "no value stands behind the sentence"


def test_a_cause_that_the_bus_does_not_tell_is_no_other_fault() -> None:
    score = untold()
    assert score.wrong == ()
    assert score.cannot_tell >= score.asked // 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", enough([1], [0, 1, 2]))
def test_causes_in_pairs_are_named_in_the_order_of_the_system(seed: int) -> None:
    assert singles(seed).share >= 0.9
    score = in_pairs(seed)
    assert score.share >= 0.9
    assert score.wrong == ()


@pytest.mark.slow
def test_a_healthy_station_of_no_kind_has_a_fault() -> None:
    assert healthy(enough(6, 2)).wrong == ()
