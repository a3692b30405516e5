from __future__ import annotations

import json
from math import nan

import pytest

from victron_console.model.judgement import Judgement, PollMemory

MEMORY = PollMemory(1.5, 2, 1.0, 900.0, -30.5, Judgement(signs_conflict=True, imbalance_w=-310.0))


@pytest.mark.parametrize("memory", [PollMemory(), MEMORY])
def test_a_memory_comes_back_from_the_store_as_it_was(memory: PollMemory) -> None:
    assert PollMemory.from_json(json.loads(json.dumps(memory.to_json()))) == memory


@pytest.mark.parametrize(
    "damage",
    [
        {"read_at": nan},
        {"conflicting_polls": -1},
        {"in_w": "much"},
        {"judgement": 7},
        {"judgement": {"imbalance_w": nan}},
    ],
)
def test_a_damaged_memory_is_an_empty_one(damage: dict[str, object]) -> None:
    assert PollMemory.from_json(MEMORY.to_json() | damage) == PollMemory()


@pytest.mark.parametrize("data", [None, [], "text"])
def test_what_is_no_memory_is_an_empty_one(data: object) -> None:
    assert PollMemory.from_json(data) == PollMemory()
