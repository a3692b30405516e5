"""One value of a station with its time and quality. Nothing downstream of a source sees a bare number."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from victron_console.model.quality import Quality

Scalar = int | float | str | None
"""What a path may hold once read: booleans became 0 or 1, lists and objects their JSON text."""


_EXACT_INT = 2.0**53


@dataclass(frozen=True, slots=True)
class Reading:
    """One value, when the station gave it (UTC epoch, s), and how far to trust it.

    Of a value that stands, a source may hand on the reading that it made when it was first given: how old it is now
    is told by when its device was last read.
    """

    value: Scalar
    at: float
    quality: Quality = Quality.GOOD
    reason: str = ""
    """Why the value is not good, in words an operator can read; empty where it is."""

    @property
    def number(self) -> float | None:
        """The value where it is a good finite number, else None."""
        if self.quality is not Quality.GOOD or isinstance(self.value, str) or self.value is None:
            return None
        return float(self.value) if math.isfinite(self.value) else None

    @property
    def last_number(self) -> float | None:
        """The last number known, whatever its age: for showing beside its mark, never for sums or rules."""
        if self.quality in (Quality.ABSENT, Quality.IMPLAUSIBLE) or isinstance(self.value, str) or self.value is None:
            return None
        return float(self.value) if math.isfinite(self.value) else None

    @property
    def text(self) -> str:
        """The value as text; empty where there is none."""
        return "" if self.value is None else str(self.value)

    def aged(self, quality: Quality) -> Reading:
        """This reading as its service's age makes it: a good one may become stale, lost or gone; others stay."""
        if quality is Quality.GOOD or self.quality is not Quality.GOOD:
            return self
        return replace(self, quality=quality)


ABSENT = Reading(None, 0.0, Quality.ABSENT)
"""The answer for a path that a station never had."""


def rounded(value: float, decimals: int) -> int | float:
    """A finite number at so many decimals: whole ones are integers, and there is no negative zero."""
    if decimals == 0 and abs(value) < _EXACT_INT:
        return round(value)
    return round(value, decimals) + 0.0
