"""`[history]`: how long recorded changes are kept. Without it they are kept for ever. Nothing is given up here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainValidator

from victron_console.config.amounts import size_bytes, span_s
from victron_console.config.fields import Table, refusal

LEAST_S = 604_800
LEAST_BYTES = 100 * 2**20
"""A slip of the pen, `20` for `20G`, must not give up everything."""
_AGE = 'a length of time of at least a week, such as "104w" or "400d"'
_SIZE = 'a size of at least 100 MB, such as "500M" or "20G"'


def _age(value: object) -> int:
    found = span_s(value) if isinstance(value, str) else None
    if found is None or found < LEAST_S:
        raise refusal(_AGE)
    return found


def _size(value: object) -> int:
    found = size_bytes(value) if isinstance(value, str) else None
    if found is None or found < LEAST_BYTES:
        raise refusal(_SIZE)
    return found


class HistorySettings(Table):
    """What the store may give up: the oldest changes by the week, never hourly figures, states, gaps or events."""

    keep_changes: Annotated[int, PlainValidator(_age)] | None = Field(default=None, description=_AGE)
    """Seconds; weeks that ended longer ago lose their changes."""
    max_size: Annotated[int, PlainValidator(_size)] | None = Field(default=None, description=_SIZE)
    """Bytes in use; above it the oldest weeks lose their changes."""
