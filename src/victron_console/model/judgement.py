"""What only a run of polls can tell of a station's figures, and what such a judgement carries to the next poll."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the polls up to a moment came to. It is recorded when it changes, so that any later look says the same."""

    signs_conflict: bool = False
    """Whether the battery's power and current have had opposite signs for several polls."""
    imbalance_w: float | None = None
    """What comes in minus what goes out, W, as a mean of a minute: 0.0 where losses explain it, None: not judged."""


@dataclass(frozen=True, slots=True)
class PollMemory:
    """What the judgement of a station's figures carries from one poll to the next."""

    read_at: float | None = None
    """When the figures were last read (UTC epoch, s): the same reading is not counted twice."""
    conflicting_polls: int = 0
    """Polls in a row in which power and current of the battery had opposite signs."""
    since: float | None = None
    """When the means begin (UTC epoch, s); None where a side is not measured."""
    in_w: float | None = None
    out_w: float | None = None
    """Means of the two sides of the balance over about a minute."""
    judgement: Judgement = field(default_factory=Judgement)

    def to_json(self) -> dict[str, Any]:
        """Plain data, for the store."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The memory that `to_json` gave; an empty one where it is damaged or of another version."""
        if not isinstance(data, dict):
            return cls()
        judgement = data.get("judgement")
        judged = judgement if isinstance(judgement, dict) else {}
        polls = data.get("conflicting_polls")
        return cls(
            read_at=_number(data.get("read_at")),
            conflicting_polls=polls if type(polls) is int and polls >= 0 else 0,
            since=_number(data.get("since")),
            in_w=_number(data.get("in_w")),
            out_w=_number(data.get("out_w")),
            judgement=Judgement(judged.get("signs_conflict") is True, _number(judged.get("imbalance_w"))),
        )


def _number(raw: object) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not isfinite(raw):
        return None
    return float(raw)
