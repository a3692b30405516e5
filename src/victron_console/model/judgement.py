"""What only a run of polls can tell of a station's figures, and what such a judgement carries to the next poll."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from pydantic import FiniteFloat, NonNegativeInt, TypeAdapter, ValidationError


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the polls up to a moment came to. It is recorded when it changes, so that any later look says the same."""

    signs_conflict: bool = False
    """Whether the battery's power and current have had opposite signs for several polls."""
    imbalance_w: FiniteFloat | None = None
    """What comes in minus what goes out, W, as a mean of a minute: 0.0 where losses explain it, None: not judged."""


@dataclass(frozen=True, slots=True)
class PollMemory:
    """What the judgement of a station's figures carries from one poll to the next."""

    read_at: FiniteFloat | None = None
    """When the figures were last read (UTC epoch, s): the same reading is not counted twice."""
    conflicting_polls: NonNegativeInt = 0
    """Polls in a row in which power and current of the battery had opposite signs."""
    since: FiniteFloat | None = None
    """When the means begin (UTC epoch, s); None where a side is not measured."""
    in_w: FiniteFloat | None = None
    out_w: FiniteFloat | None = None
    """Means of the two sides of the balance over about a minute."""
    judgement: Judgement = field(default_factory=Judgement)

    def to_json(self) -> dict[str, Any]:
        """Plain data, for the store."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> PollMemory:
        """The memory that `to_json` gave; an empty one where it is damaged or of another version."""
        try:
            return _memory().validate_python(data)
        except ValidationError:
            return cls()


@cache
def _memory() -> TypeAdapter[PollMemory]:
    return TypeAdapter(PollMemory)
