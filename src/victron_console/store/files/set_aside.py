"""A damaged store is moved aside whole, so that recording goes on in a new one and nothing readable is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from victron_console.store.errors import StoreReadOnly
from victron_console.store.schema import APPLICATION_ID

_MARK = ".damaged-"
_COMPANIONS = ("-wal", "-shm")
_ID_AT = 68
"""Where the application's number stands in the header (https://www.sqlite.org/fileformat.html, 1.3)."""


def set_aside(path: Path, now: float) -> Path:
    """Give a store another name, together with its log, without which it would lose what was written last.

    Args:
        path: the store; no connection of ours may be open.
        now: the moment, for the name (UTC epoch, s).

    Returns:
        What it is called now.

    Raises:
        StoreReadOnly: it cannot be renamed.
    """
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    target = next(
        file
        for number in chain([""], (f"-{n}" for n in count(2)))
        if not (file := path.with_name(f"{path.name}{_MARK}{stamp}{number}")).exists()
    )
    try:
        return move(path, target)
    except OSError as error:
        raise StoreReadOnly(f"{path} is damaged and cannot be moved aside ({error.strerror}): do it by hand") from error


def move(path: Path, target: Path) -> Path:
    """Rename a store with its log; gives the new name. No connection of ours may be open.

    Raises:
        OSError: it cannot be renamed.
    """
    for suffix in ("", *_COMPANIONS):
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.replace(target.with_name(target.name + suffix))
    return target


def stores_set_aside(path: Path) -> list[Path]:
    """The damaged stores beside a store, oldest first."""
    found = path.parent.glob(f"{path.name}{_MARK}*")
    return sorted(file for file in found if not file.name.endswith(_COMPANIONS) and not file.name.endswith(".salvaged"))


def is_ours(path: Path) -> bool:
    """Whether the file's header says that this program made it; also where the rest is damaged."""
    try:
        with path.open("rb") as file:
            header = file.read(_ID_AT + 4)
    except OSError:
        return False
    return header[_ID_AT:] == APPLICATION_ID.to_bytes(4)
