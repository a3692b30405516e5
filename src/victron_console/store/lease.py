"""Who may write the store: an operating system's lock on a file beside it. A holder that dies frees it at once.

The file stays when the lock is let go: removing it would let two processes hold locks on two files of one name.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from victron_console.model.clock import Clock, iso_utc
from victron_console.store.errors import LeaseHeld, StoreReadOnly
from victron_console.store.file_rights import make_private

_TRIES = 5
_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Holder:
    """The collector that writes a store."""

    pid: int
    host: str
    since: float

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {iso_utc(self.since)}"


def lease_file(store: Path) -> Path:
    """The file that is locked: the store's name with `.lease`."""
    return store.with_name(f"{store.name}.lease")


class Lease:
    """Held from its making until `release`; a context manager."""

    def __init__(self, store: Path, clock: Clock) -> None:
        """Take the lease of a store.

        Raises:
            LeaseHeld: another collector holds it; the text says which.
            StoreReadOnly: the lock file cannot be made.
        """
        path = lease_file(store)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            make_private(path)
            self._file = os.open(path, os.O_RDWR)
        except OSError as error:
            raise StoreReadOnly(f"{path} cannot be made ({error.strerror}): check the folder of the store") from error
        if not _locked(self._file):
            os.close(self._file)
            raise LeaseHeld(f"{store} is written by {_named_in(path)}: stop it, or open the console beside it")
        self.holder = Holder(os.getpid(), socket.gethostname(), clock.now())
        text = json.dumps(asdict(self.holder)).encode()
        os.pwrite(self._file, text, 0)
        os.ftruncate(self._file, len(text))

    def release(self) -> None:
        """Let another collector write. May be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def lease_holder(store: Path) -> Holder | None:
    """Who writes the store now; None where nobody does."""
    path = lease_file(store)
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _named_in(path)
    finally:
        os.close(file)
    return None


def _locked(file: int) -> bool:
    """Whether the lock could be had; `lease_holder` of another process may hold it for a moment."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            time.sleep(_PAUSE_S)
    return False


def _named_in(path: Path) -> Holder:
    try:
        named = json.loads(path.read_text(encoding="utf-8"))
        return Holder(int(named["pid"]), str(named["host"]), float(named["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder(0, "a host not known", 0.0)
