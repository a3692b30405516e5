"""What sealed history needs now and then: sealing what is old, merging what is over, giving up what need not be kept.

One process at a time does it for a store: one beside the collector, that pauses to take a small share of one CPU.
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
from victron_console.store.errors import StoreFull, StoreReadOnly, UpkeepBusy, explaining
from victron_console.store.file_rights import make_private
from victron_console.store.schema import check
from victron_console.store.sealed.merge import due, merge_step
from victron_console.store.sealed.prune import kept_from, prune_steps, used_bytes
from victron_console.store.sealed.retention import Pruned, Retention, Upkeep
from victron_console.store.sealed.seal import Outrun, seal_step
from victron_console.store.sealed.thinning import thin_polls

if TYPE_CHECKING:
    from sqlite_utils import Database

CPU_SHARE = 0.1
"""Of one core, at most: after each step it rests nine times as long as the step took."""
MIN_FREE_BYTES = 128 * 1024 * 1024
"""With less space left nothing is sealed or merged: it writes before it frees, and recording needs the space more."""
_MERGES = 50
"""Looked up at once."""
EVERYTHING = Retention()


@contextmanager
def upkeep_lock(path: Path) -> Iterator[None]:
    """Seal, merge, prune and import alone: they replace what another one might just have read.

    Raises:
        UpkeepBusy: another process does.
        StoreReadOnly: the lock file cannot be made.
    """
    lock = path.with_name(f"{path.name}.upkeep")
    try:
        make_private(lock)
        file = os.open(lock, os.O_RDWR)
    except OSError as error:
        raise StoreReadOnly(f"{lock} cannot be made ({error.strerror}): check the folder of the store") from error
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
    retention: Retention = EVERYTHING,
) -> Upkeep:
    """Seal and merge everything that is due, and give up what need not be kept.

    Args:
        path: the store.
        clock: the moment, and how long a step took.
        rest: called after each step with the seconds to sleep, and may raise UpkeepStopped; None does not rest.
        free: how much space is left beside the store.
        retention: what is kept.

    Raises:
        UpkeepBusy: another process does it.
        StoreError: the store cannot be opened or read.
    """
    done = Upkeep()
    with upkeep_lock(path), closing(open_writable(path)) as db:
        check(db, path)
        damaged = _damaged(db)
        # One after the other, also on a full disk: giving up makes room, and needs next to none itself.
        sealed = _take(_with_room(_steps(db, clock, done), path, free), clock, rest)
        pruned = _take(_pruning(db, clock.now(), retention, done), clock, rest)
        done.trouble = sealed or pruned
        done.damaged = _damaged(db) - damaged
    return done


def _take(steps: Iterator[Callable[[], object]], clock: Clock, rest: Callable[[float], None] | None) -> str:
    """Do the steps; gives why they ended early, or nothing."""
    try:
        for work in steps:
            began = clock.monotonic()
            work()
            if rest is not None:
                rest((clock.monotonic() - began) * (1.0 / CPU_SHARE - 1.0))
    except (StoreFull, Outrun) as error:
        return str(error)
    return ""


def _with_room(
    steps: Iterator[Callable[[], object]], path: Path, free: Callable[[Path], int]
) -> Iterator[Callable[[], object]]:
    for work in steps:
        if free(path) < MIN_FREE_BYTES:
            raise StoreFull(f"less than {MIN_FREE_BYTES // 2**20} MB are free beside {path}: nothing is sealed there")
        yield work


def _pruning(db: Database, now: float, keep: Retention, done: Upkeep) -> Iterator[Callable[[], object]]:
    before = None if keep.keep_s is None else kept_from(db.conn, now, keep.keep_s)
    return prune_steps(db, now, before, keep.max_bytes, "as [history] asks", done.pruned)


def prune(path: Path, clock: Clock, keep: Retention, *, compact: bool = False) -> tuple[Pruned, int]:
    """Give up the oldest changes now.

    Args:
        path: the store.
        clock: the moment.
        keep: what is kept.
        compact: give free space back to the disk; needs as much again while it runs.

    Returns:
        What was given up, and how many bytes that freed for new history; only `compact` makes the file smaller.

    Raises:
        UpkeepBusy: another process seals at the moment.
        StoreError: it cannot be written; what is done by then is done.
    """
    done, now = Pruned(), clock.now()
    with upkeep_lock(path), closing(open_writable(path)) as db:
        check(db, path)
        used = used_bytes(db.conn)
        before = None if keep.keep_s is None else now - keep.keep_s
        for step in prune_steps(db, now, before, keep.max_bytes, "by `store prune`", done):
            step()
        freed = max(0, used - used_bytes(db.conn))
        if compact:
            with explaining(path):
                db.vacuum()
    return done, freed


def _damaged(db: Database) -> int:
    return int(db.table("damaged").count)


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
