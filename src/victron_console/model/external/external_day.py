"""One local day of a station as somebody else recorded it, in quarters of an hour. Energies in kWh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

QUARTER_S = 900
Spread = tuple[float, float, float]
"""Mean, lowest and highest value."""


@dataclass(frozen=True, slots=True)
class ExternalDay:
    """A day that was asked for, whatever came. Codes are those of its source."""

    source: str
    """Who recorded it: `vrm`."""
    day: date
    since: float
    """When it begins (UTC epoch, s), by clocks of `zone`."""
    until: float
    zone: str
    """The IANA time zone of whoever recorded it."""
    asked_at: float
    """When it was asked for (UTC epoch, s)."""
    told: Mapping[str, float]
    """Its own sums of the day, kWh by code; what is missing was none or not known."""
    told_at: float | None
    """When its own day begins (UTC epoch, s); None where it told no sum."""
    energies: Mapping[str, Mapping[int, float]]
    """kWh by code and number of the quarter of an hour from `since` on; what is missing was none or not known."""
    means: Mapping[str, Mapping[int, Spread]]
    """Measured values likewise; what is missing was not received."""

    @property
    def quarters(self) -> int:
        """How many it has: 92, 96 or 100, by the time of the year."""
        return round((self.until - self.since) / QUARTER_S)

    def seen(self) -> frozenset[int]:
        """The quarters of which anything was received: of an energy that is missing it was none then."""
        return frozenset(n for each in (*self.means.values(), *self.energies.values()) for n in each)

    def sum_of(self, codes: Iterable[str], quarter: int) -> float:
        """The energy of these codes in a quarter, kWh."""
        return sum(self.energies.get(code, {}).get(quarter, 0.0) for code in codes)


def blocks(days: Iterable[date], most: int) -> Iterator[list[date]]:
    """Days in order cut into runs of consecutive ones, none longer than `most`."""
    run: list[date] = []
    for day in days:
        if run and ((day - run[-1]).days != 1 or len(run) == most):
            yield run
            run = []
        run.append(day)
    if run:
        yield run
