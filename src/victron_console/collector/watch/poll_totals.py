"""How often each station was asked since the collector started, and what that came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from victron_console.store.records import PollSample, StationUpdate


@dataclass(frozen=True, slots=True)
class StationPolls:
    """A station's requests since the start."""

    answered: int = 0
    failed: int = 0
    round_trip_s: float = 0.0
    """Of those answered, added up."""
    size_bytes: int = 0
    """Received."""

    def and_of(self, polls: Iterable[PollSample]) -> StationPolls:
        """These and further ones."""
        found = list(polls)
        good = [poll for poll in found if poll.ok]
        return replace(
            self,
            answered=self.answered + len(good),
            failed=self.failed + len(found) - len(good),
            round_trip_s=self.round_trip_s + sum(poll.round_trip_s for poll in good),
            size_bytes=self.size_bytes + sum(poll.size_bytes for poll in found),
        )


class PollTotals:
    """Counts in one thread; any other may look."""

    def __init__(self) -> None:
        self._stations: dict[str, StationPolls] = {}

    def add(self, updates: Iterable[StationUpdate]) -> None:
        """Count the polls of what stations brought."""
        for update in updates:
            if update.polls:
                before = self._stations.get(update.station, _NONE)
                self._stations[update.station] = before.and_of(update.polls)

    def by_station(self) -> Mapping[str, StationPolls]:
        """As they stand; a station that was never asked is not among them."""
        return self._stations.copy()


_NONE = StationPolls()
