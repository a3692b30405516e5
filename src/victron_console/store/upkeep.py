"""What the sealed history needs now and then: sealing what is old enough, merging what is over. One at a time a store.

It runs beside the collector, in another process, and pauses so that it takes a small share of one CPU.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.model.clock import Clock
from victron_console.store.connection import open_writable
from victron_console.store.errors import StoreFull, UpkeepBusy
from victron_console.store.merge import due, merge_step
from victron_console.store.rows import Upkeep
from victron_console.store.schema import check
from victron_console.store.seal import Outrun, seal_step
from victron_console.store.thinning import thin_polls

if TYPE_CHECKING:
    from sqlite_utils import Database

CPU_SHARE = 0.1
"""Of one core, at most: after each step it rests nine times as long as the step took."""
MIN_FREE_BYTES = 128 * 1024 * 1024
"""With less space left nothing is sealed or merged: it writes before it frees, and recording needs the space more."""
_MERGES = 50
"""Looked up at once."""


@contextmanager
def upkeep_lock(path: Path) -> Iterator[None]:
    """Seal, merge, prune and import alone: they replace what another one might just have read.

    Raises:
        UpkeepBusy: another process does.
    """
    file = os.open(path.with_name(f"{path.name}.upkeep"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UpkeepBusy(f"{path} is being sealed by another process: try again in a minute") from error
        yield
    finally:
        os.close(file)


def free_bytes(path: Path) -> int:
    """Space left beside the store."""
    return shutil.disk_usage(path.parent).free


def upkeep(
    path: Path,
    clock: Clock,
    *,
    rest: Callable[[float], None] | None = None,
    free: Callable[[Path], int] = free_bytes,
) -> Upkeep:
    """Seal and merge everything that is due.

    Args:
        path: the store.
        clock: the moment, and how long a step took.
        rest: called after each step with the seconds to sleep, and may raise UpkeepStopped; None does not rest.
        free: how much space is left beside the store.

    Raises:
        UpkeepBusy: another process does it.
        StoreError: the store cannot be opened or read.
    """
    done = Upkeep()
    with upkeep_lock(path), closing(open_writable(path)) as db:
        check(db, path)
        damaged = _damaged(db)
        for work in _steps(db, clock, done):
            if free(path) < MIN_FREE_BYTES:
                done.trouble = f"less than {MIN_FREE_BYTES // 2**20} MB are free beside {path}: nothing is sealed there"
                break
            began = clock.monotonic()
            try:
                work()
            except (StoreFull, Outrun) as error:
                done.trouble = str(error)
                break
            if rest is not None:
                rest((clock.monotonic() - began) * (1.0 / CPU_SHARE - 1.0))
        done.damaged = _damaged(db) - damaged
    return done


def _damaged(db: Database) -> int:
    return int(db.conn.execute("SELECT count(*) FROM damaged").fetchone()[0])


def _steps(db: Database, clock: Clock, done: Upkeep) -> Iterator[Callable[[], object]]:
    """One step after the other, as long as there is something to do."""
    more = True

    def seal() -> None:
        nonlocal more
        rows = seal_step(db, clock.now())
        done.rows += rows
        more = rows > 0

    while more:
        yield seal
    while found := due(db.conn, clock.now(), _MERGES):
        for place in found:
            yield partial(merge_step, db, *place, clock.now())
            done.merged += 1
    yield partial(thin_polls, db, clock.now())
