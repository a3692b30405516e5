"""Hours of the week as an operator writes them: `22:00-06:00`, `mon-fri 08:00-18:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(DAYS)
_HOURS = re.compile(rf"(?:({_DAY})(?:-({_DAY}))? +)?(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", re.IGNORECASE)
_DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class WeekHours:
    """A span of the clock on some days of the week; one that ends no later than it begins ends on the next day."""

    days: frozenset[int]
    """Those on which it begins; 0 is Monday."""
    begin_min: int
    """Minutes after midnight."""
    end_min: int

    def hold(self, there: datetime) -> bool:
        """Whether a moment, as clocks show it there, is inside."""
        day, minute = there.weekday(), there.hour * 60 + there.minute
        if self.begin_min < self.end_min:
            return day in self.days and self.begin_min <= minute < self.end_min
        return (day in self.days and minute >= self.begin_min) or ((day - 1) % 7 in self.days and minute < self.end_min)


def week_hours(text: str) -> WeekHours | None:
    """What a text such as `mon-fri 08:00-18:00` says; None for any other text. Without days it is every day."""
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        return None
    begin, end = (int(hour) * 60 + int(minute) for hour, minute in (match.group(3, 4), match.group(5, 6)))
    if begin >= _DAY_MIN or end > _DAY_MIN:
        return None
    first, last = (DAYS.index(day.lower()) if day else None for day in match.group(1, 2))
    if first is None:
        return WeekHours(frozenset(range(7)), begin, end)
    length = 1 if last is None else (last - first) % 7 + 1
    return WeekHours(frozenset((first + day) % 7 for day in range(length)), begin, end)
