"""Files that somebody edits while the program runs: that they changed is said once they stand still.

An editor empties a file before it writes it. Read in between it would be a good file with fewer stations or rules, and
their polling would end, their alarms would close.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

Stamp = tuple[int, int, int] | None
Stamps = Mapping[Path, Stamp]


def stamps_of(files: Iterable[Path]) -> dict[Path, Stamp]:
    """What changes when a file is written or replaced; None where there is none."""
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> Stamp:
    try:
        status = file.stat()
    except (OSError, ValueError):  # ValueError: a null character in a path that a station file names
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


class Edits:
    """What was read of some files, and what the last look at them found."""

    def __init__(self) -> None:
        self._read: Stamps = {}
        self._seen: Stamps = {}

    def note_read(self, stamps: Stamps) -> None:
        """They were read; `stamps` are from before that: what is written in between is an edit."""
        self._read = self._seen = stamps

    def are_over(self, stamps: Stamps) -> bool:
        """Whether they are not as they were read, and still as the last look found them. Ask every few seconds."""
        before, self._seen = self._seen, stamps
        return stamps == before != self._read
