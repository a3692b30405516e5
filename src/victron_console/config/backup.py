"""`[backup]`: copies of the store, and how often the store is read back. Nothing is copied here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from victron_console.config.fields import FilePath, Table
from victron_console.config.spans import span_between
from victron_console.model.units import DAY_S, HOUR_S

_EVERY = 'a length of time from "1h" to "30d" between two copies'
_VERIFY = 'a length of time from "1d" to "365d", or "off": read the whole store back so often'


class BackupSettings(Table):
    """Copies of the store, each read back once made, and how often the store itself is read back."""

    folder: FilePath | None = Field(
        default=None, description="a folder for the copies, best on another disk; without it none is made"
    )
    every: Annotated[int, span_between(HOUR_S, 30 * DAY_S, _EVERY)] = Field(
        default="1d", validate_default=True, description=_EVERY
    )
    keep: int = Field(default=7, ge=1, le=1000, description="so many copies, 1 to 1000; older ones are removed")
    verify: Annotated[int | None, span_between(DAY_S, 365 * DAY_S, _VERIFY, or_off=True)] = Field(
        default="7d", validate_default=True, description=_VERIFY
    )
