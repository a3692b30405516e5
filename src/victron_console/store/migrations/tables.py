"""The two shapes that the store's tables have. Types are Python's or SQLite's, as sqlite-utils takes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite_utils import Database

Columns = Mapping[str, Any]


def make_table(
    db: Database,
    name: str,
    columns: Columns,
    *,
    pk: str | tuple[str, ...] | None = None,
    nullable: Collection[str] = (),
) -> None:
    """A STRICT table with a rowid.

    Args:
        db: inside a transaction.
        name: the table's.
        columns: type by name.
        pk: its primary key; a single one is an INTEGER, which is the rowid.
        nullable: the columns that may be NULL.
    """
    db.table(name).create(
        dict(columns), pk=pk, not_null=[column for column in columns if column not in (pk, *nullable)], strict=True
    )


def make_clustered_table(
    db: Database, name: str, columns: Columns, *, pk: tuple[str, ...], nullable: Collection[str] = ()
) -> None:
    """A STRICT table whose rows lie in the order of their key, without a rowid: sqlite-utils knows none of these."""
    sql = db.create_table_sql(
        name, dict(columns), pk=pk, not_null=[column for column in columns if column not in nullable], strict=True
    )
    db.execute(sql.rstrip().removesuffix(";") + ", WITHOUT ROWID")
