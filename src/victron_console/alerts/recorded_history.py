"""The store's history as the engine reads it: for windows, and for what a station taught before this start."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.store.errors import UnknownStation
from victron_console.store.read.reader import Reader


@dataclass(frozen=True, slots=True)
class RecordedHistory:
    """The history of all stations of a store."""

    reader: Reader

    def points(self, station: str, series: str, since: float, until: float) -> list[tuple[float, float | str | None]]:
        """Changes of a series, oldest first (UTC epoch, s); None where there was no good value."""
        try:
            found = self.reader.history(station, series, since, until)
        except UnknownStation:
            return []
        return [(point.at, point.value if isinstance(point.value, str) else point.number) for point in found]
