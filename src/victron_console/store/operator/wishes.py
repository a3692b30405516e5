"""What an operator asks of the collector, as rows that are only ever added. Any console may write them."""

from __future__ import annotations

from pathlib import Path

from victron_console.model.clock import Clock
from victron_console.store.connection import open_writable, transaction
from victron_console.store.operator.wanted import WantedKind
from victron_console.store.schema import check

FOCUS_S = 600.0


class OperatorWriter:
    """A console's connection for its operator's wishes. Make and use it in one thread."""

    def __init__(self, path: Path, clock: Clock, operator: str) -> None:
        """Open the store for small writes.

        Raises:
            StoreError: it cannot be written; the text says why, for the console to show.
        """
        self.db = open_writable(path)
        """For what other layers add (alerts: ack, shelve, comment), through `transaction`."""
        self._clock = clock
        self._operator = operator
        try:
            check(self.db, path)
        except BaseException:
            self.db.close()
            raise

    def pin(self, station: str, pattern: str) -> None:
        """Keep the history of a series or glob of a station from now on.

        Raises:
            StoreError: the store cannot be written.
        """
        self._add(WantedKind.PIN, station, pattern, None)

    def unpin(self, station: str, pattern: str) -> None:
        """Take a pin back.

        Raises:
            StoreError: the store cannot be written.
        """
        self._add(WantedKind.UNPIN, station, pattern, None)

    def focus(self, station: str, duration_s: float = FOCUS_S) -> None:
        """Have a station polled each 1-2 s for a while; 0 s ends it.

        Raises:
            StoreError: the store cannot be written.
        """
        self._add(WantedKind.FOCUS, station, "", self._clock.now() + duration_s)

    def close(self) -> None:
        """Let go of the store. May be called twice."""
        self.db.close()

    def _add(self, kind: WantedKind, station: str, pattern: str, until: float | None) -> None:
        with transaction(self.db):
            self.db.table("wanted").insert(
                {"at": self._clock.now(), "kind": kind, "station": station, "pattern": pattern, "until": until,
                 "operator": self._operator}
            )  # fmt: skip
