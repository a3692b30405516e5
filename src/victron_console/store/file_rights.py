"""Who may open what the store makes: its owner, and the group of a folder that is meant to be shared (setgid).

The store holds contacts, keys and runbooks of stations; the umask of whoever starts a collector must not publish them.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from victron_console.store.errors import StoreReadOnly

OWNER_ALONE, OWNER_AND_GROUP = 0o600, 0o660


def mode_in(folder: Path) -> int:
    """The rights of a file made in a folder: the group's too where the folder passes its group on and it may write."""
    try:
        mode = folder.stat().st_mode
    except OSError:
        return OWNER_ALONE
    return OWNER_AND_GROUP if mode & stat.S_ISGID and mode & stat.S_IWGRP else OWNER_ALONE


def make_private(path: Path) -> None:
    """Make an empty file with these rights, or give them to one of ours: others lose theirs, a shared group gets its.

    SQLite gives the files beside a store the rights of the store. A file that is there is not opened: to close it would
    drop SQLite's locks of the whole process on it, and another process would then remove the log that is written
    (https://www.sqlite.org/howtocorrupt.html, section 2.2).

    Raises:
        OSError: it cannot be made.
    """
    mode = mode_in(path.parent)
    with suppress(FileExistsError):
        os.close(os.open(path.resolve(), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode))
    status = path.stat()
    wanted = stat.S_IMODE(status.st_mode) & 0o770 | mode
    if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) != wanted:
        path.chmod(wanted)


def exists(path: Path) -> bool:
    """Whether there is such a file.

    Raises:
        StoreReadOnly: whoever asks may not look into its folder.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except PermissionError as error:
        raise StoreReadOnly(
            f"{path} may not be opened by you: become a member of the group of its folder, or name another --store"
        ) from error
    return True
