"""Exported rows as a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from victron_console.model.reading import Scalar
from victron_console.store.errors import ParquetMissing
from victron_console.store.files.export import ExportRow
from victron_console.store.files.output import completing

PARQUET_ROWS = 100_000
"""Rows in memory at once."""
Row = TypeVar("Row")


def write_parquet(rows: Iterable[ExportRow], path: Path) -> None:
    """A Parquet file with `time, station, series, value, text, quality, reason`; numbers in `value`, texts in `text`.

    Times are UTC in whole milliseconds, numbers are doubles; where a gap begins a row has quality `lost` and no value.

    Raises:
        ParquetMissing: pyarrow is not installed.
        StoreReadOnly: the file cannot be written.
    """
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise ParquetMissing(
            "Parquet needs pyarrow: install it with `pip install 'victron-console[parquet]'`, or export CSV"
        ) from error
    names = ("station", "series", "value", "text", "quality", "reason")
    kinds = dict.fromkeys(names, arrow.string()) | {"value": arrow.float64()}
    schema = arrow.schema([("time", arrow.timestamp("ms", "UTC")), *((name, kinds[name]) for name in names)])
    with completing(path) as unfinished, parquet.ParquetWriter(unfinished, schema) as writer:
        for part in batched(map(_parquet_row, rows), PARQUET_ROWS):
            writer.write_table(arrow.Table.from_pylist(part, schema=schema))


def _parquet_row(row: ExportRow) -> dict[str, Scalar]:
    is_text = isinstance(row.value, str)
    return {
        "time": round(row.at * 1000),
        "station": row.station,
        "series": row.series,
        "value": None if is_text or row.value is None else float(row.value),
        "text": row.value if is_text else None,
        "quality": str(row.quality),
        "reason": row.reason or None,
    }


def batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows in lists of so many."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
