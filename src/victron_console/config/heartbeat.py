"""`[heartbeat]`: how others learn that this collector lives, and the collectors that it watches itself."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from victron_console.config.fields import FilePath, Lines, Name, Table, refusal
from victron_console.config.spans import span_between
from victron_console.config.web_fields import CALLED_FORM, CalledAddress
from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S

_EVERY = 'a length of time from "30s" to "1h"'
_SILENT = 'a length of time from "1m" to "7d": without a new beat for so long it counts as silent'


class WatchedCollector(Table):
    """Another collector whose beats are looked at: an alarm where none come any more."""

    name: Name = Field(description="the name to show, one line of text")
    file: FilePath | None = Field(default=None, description="the path of a file: what the other one's `file` is here")
    url: CalledAddress | None = Field(
        default=None, description=f"{CALLED_FORM}: where the other one's `file` is served"
    )
    silent_after: Annotated[int, span_between(MINUTE_S, 7 * DAY_S, _SILENT)] = Field(
        default="15m", validate_default=True, description=_SILENT
    )

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if (self.file is None) == (self.url is None):
            raise refusal("one of file and url", "both" if self.file else "neither")
        return self


def _named_once(watched: tuple[WatchedCollector, ...]) -> tuple[WatchedCollector, ...]:
    names = [each.name for each in watched]
    if len(set(names)) < len(names):
        raise refusal("a name of its own for each [[heartbeat.watch]]", "the same name twice")
    return watched


class HeartbeatSettings(Table):
    """A sign of life as long as stations are polled, for whoever shall notice where it stays away."""

    url: CalledAddress | None = Field(default=None, description=f"{CALLED_FORM}: called by GET")
    command: Lines = Field(default=(), description="a program and its arguments as a list, run without a shell")
    file: FilePath | None = Field(default=None, description="the path of a file: written anew with each beat, as JSON")
    every: Annotated[int, span_between(30, HOUR_S, _EVERY)] = Field(
        default="5m", validate_default=True, description=_EVERY
    )
    watch: Annotated[tuple[WatchedCollector, ...], Strict(False), AfterValidator(_named_once)] = Field(
        default=(), description="[[heartbeat.watch]] tables, each with a name of its own"
    )
