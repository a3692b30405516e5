"""What an operator asks of the collector, as rows that are only ever added. Any console may write them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.model.device import DeviceKey
from victron_console.store.connection import open_writable, transaction
from victron_console.store.operator.wanted import WantedKind
from victron_console.store.schema import check

if TYPE_CHECKING:
    from sqlite_utils import Database

FOCUS_S = 600.0
DIAGNOSE_S = 3600.0
"""A collector that comes later does not diagnose any more."""


def open_for_operator(path: Path) -> Database:
    """Open the store for an operator's small writes. Use it in the thread that opened it.

    Raises:
        StoreError: it cannot be written; the text says why, for the console to show.
    """
    db = open_writable(path)
    try:
        check(db, path)
    except BaseException:
        db.close()
        raise
    return db


def pin(db: Database, station: str, pattern: str, *, now: float, who: str) -> str:
    """Keep the history of a series or glob of a station from now on.

    Returns:
        A sentence that says so.

    Raises:
        StoreError: the store cannot be written.
    """
    _add(db, WantedKind.PIN, station, pattern, None, now, who)
    return f"Pinned: {pattern}"


def unpin(db: Database, station: str, pattern: str, *, now: float, who: str) -> str:
    """Take a pin back.

    Raises:
        StoreError: the store cannot be written.
    """
    _add(db, WantedKind.UNPIN, station, pattern, None, now, who)
    return f"No longer pinned: {pattern}"


def focus(db: Database, station: str, seconds: float = FOCUS_S, *, now: float, who: str) -> str:
    """Have a station polled each 1-2 s for a while; 0 s ends it.

    Raises:
        StoreError: the store cannot be written.
    """
    _add(db, WantedKind.FOCUS, station, "", now + seconds, now, who)
    return f"Read each 1-2 s for {seconds / 60:.0f} minutes." if seconds else "Read as usual again."


def diagnose_now(db: Database, station: str, *, now: float, who: str) -> str:
    """Have a station diagnosed at once.

    Raises:
        StoreError: the store cannot be written.
    """
    _add(db, WantedKind.DIAGNOSE, station, str(WantedKind.DIAGNOSE), now + DIAGNOSE_S, now, who)
    return "The collector diagnoses it now; what it finds stands here in a minute or so."


def accept_gone(db: Database, station: str, device: DeviceKey, *, now: float, who: str) -> str:
    """No longer miss a device that left: it is off the lists until it is back, its history stays.

    Raises:
        StoreError: the store cannot be written.
    """
    _add(db, WantedKind.ACCEPT, station, str(device), None, now, who)
    return f"{device} is accepted as gone: it is no longer listed. Its history stays."


def _add(db: Database, kind: WantedKind, station: str, pattern: str, until: float | None, now: float, who: str) -> None:
    with transaction(db):
        db.table("wanted").insert(
            {"at": now, "kind": kind, "station": station, "pattern": pattern, "until": until, "operator": who}
        )
