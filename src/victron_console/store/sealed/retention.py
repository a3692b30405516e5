"""What of the history is to be kept, and what one turn of upkeep did to it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Retention:
    """What of the recorded changes is kept; without limits everything."""

    keep_s: float | None = None
    """Weeks that ended longer ago lose their changes."""
    max_bytes: int | None = None
    """The oldest weeks lose theirs until no more than this is in use, or none is left."""


@dataclass(slots=True)
class Pruned:
    """What was given up."""

    blocks: int = 0
    changes: int = 0
    until: float = 0.0
    """The end of the last week that lost changes (UTC epoch, s)."""
    event: int | None = None
    """The row of the event log that tells of it."""


@dataclass(slots=True)
class Upkeep:
    """What one turn of sealing did."""

    rows: int = 0
    """Hot rows sealed."""
    merged: int = 0
    """Days and weeks made."""
    damaged: int = 0
    """Blocks that could not be decoded and were set aside."""
    pruned: Pruned = field(default_factory=Pruned)
    trouble: str = ""
    """Why it ended early, as a sentence."""
