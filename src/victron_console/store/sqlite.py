"""The SQLite that the store is kept with: that of `pysqlite3` where it is installed, else Python's own.

Builds from 3.7.0 to 3.51.2 have a fault by which two connections that write and checkpoint at the same moment can, very
rarely, damage a database (https://www.sqlite.org/wal.html, "WAL-reset bug"). With such a build one connection alone
copies the log into the file: the collector's.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        sqlite3 = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        import sqlite3

__all__ = ["WAL_RESET_FAULT", "has_wal_reset_fault", "sqlite3"]

_FAULTY = ((3, 7, 0), (3, 51, 2))
WAL_RESET_FAULT = (
    "its builds from 3.7.0 to 3.51.2 can very rarely damage a database that several programs write: "
    "`pip install pysqlite3` brings a later one"
)


def has_wal_reset_fault(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether a version of SQLite has the fault; the one that is used where none is given."""
    return _FAULTY[0] <= tuple(version) <= _FAULTY[1]
