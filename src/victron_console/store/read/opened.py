"""A store opened for reading: one state of it for each question, whatever is written meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from victron_console.model.clock import Clock, SystemClock
from victron_console.store.connection import file_of, open_readable, reading, rest_of
from victron_console.store.errors import decoding, explaining
from victron_console.store.schema import check


class OpenedStore:
    """A read-only connection, for one thread."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        """Open the store.

        Args:
            path: the store.
            clock: what `live` means; the system's where none is given.

        Raises:
            StoreMissing: there is no such file yet.
            StoreTooNew, StoreTooOld: another version of the program made it.
            StoreError: it cannot be read.
        """
        self.path = path
        self._file = file_of(path)
        self.db, self._rest = open_readable(path)
        """For reads that other layers add (alerts)."""
        self._clock = clock or SystemClock()
        self._seen: tuple[int, int] | None = None
        try:
            check(self.db, path)
        except BaseException:
            self.db.close()
            raise

    def close(self) -> None:
        """Let go of the store. May be called twice."""
        self.db.close()

    def _look_anew(self) -> None:
        """Open a store anew that another file took the place of, or that was read as it lay and rests no more."""
        file = file_of(self.path)
        if file is None:
            return  # what was opened can still be read
        if file != self._file or (self._rest is not None and rest_of(self.path) != self._rest):
            self.db.close()
            self._file = file
            self.db, self._rest = open_readable(self.path)
            self._seen = self._seen and (-1, self._seen[1])

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Put several questions to one state of the store, in one transaction. May be nested.

        What the caller does between them may fail on its own: that says nothing of the store.
        """
        if self.db.conn.in_transaction:
            yield
            return
        self._look_anew()
        with explaining(self.path), reading(self.db):
            yield

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """For one question, whose rows become objects within."""
        with self.at_once(), decoding(self.path):
            yield self.db.conn

    def changed(self) -> bool:
        """Whether anything was committed since the last call; True the first time. Costs microseconds: ask often."""
        self._look_anew()
        with explaining(self.path), decoding(self.path):
            version = self.db.conn.execute("PRAGMA data_version").fetchone()[0]
            if self._seen and self._seen[0] == version:
                return False
            # data_version also moves when a checkpoint runs.
            revision = self.db.conn.execute("SELECT revision FROM pulse").fetchone()[0]
        before, self._seen = self._seen, (version, revision)
        return before is None or before[1] != revision
