"""What each tool takes. Anything else is refused with a sentence; lengths are capped where a client's text comes in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from victron_console.contract.series import MOST_POINTS
from victron_console.insight.why.answer import Question

MOST_OFFSET = 1_000_000
Name = Annotated[str, Field(min_length=1, max_length=300)]
Offset = Annotated[int, Field(ge=0, le=MOST_OFFSET)]
When = Annotated[str, Field(min_length=1, max_length=60)]


class Arguments(BaseModel):
    """Of any tool."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    as_of: When | None = None
    """A past moment to look back to, ISO 8601 (`2026-11-22T03:14Z`) or how long ago (`2h`, `7d`). Without it: now."""


class OfStation(Arguments):
    """Of a tool about one station."""

    station: Name
    """Its id, as `fleet` lists it; its name is understood, too."""


class OfStations(Arguments):
    """Of a tool about all stations, or one."""

    station: Name | None = None
    """Only this station, by id or name."""


class Paged(Arguments):
    """Of a tool that answers in parts."""

    offset: Offset = 0
    """Where to go on: `next_offset` of the answer before."""
    limit: Annotated[int, Field(ge=1, le=200)] = 20
    """How many at most."""


class PagedStations(Paged, OfStations):
    """Of a tool about all stations, or one, that answers in parts."""


class OneAlarm(Arguments):
    """Of `alarm_life`."""

    id: Annotated[int, Field(ge=0, le=2**53)]
    """Its number, as `alarms` lists it."""


class IncidentsAsked(PagedStations):
    """Of `incidents`."""

    since: When = "24h"
    """Those of which an alarm stood since this moment, or so long ago."""


class WhyAsked(OfStation):
    """Of `why`."""

    question: Question | None = None
    """Without it: what the moment suggests. `alarm` goes with the number of one."""
    alarm: Annotated[int, Field(ge=0, le=2**53)] | None = None
    """The number of an alarm of the station."""


class SeriesSought(Paged, OfStation):
    """Of `find_series`."""

    pattern: Name = "*"
    """A glob such as `battery/*/Soc`, or words of what a path is called, such as `temperature`."""


class SpanOfStation(OfStation):
    """Of a tool about a span."""

    since: When = "24h"
    """Its begin: a moment, or how long ago."""
    until: When | None = None
    """Its end; without it the moment that is looked from."""


class SeriesAsked(SpanOfStation):
    """Of `read_series`."""

    series: Name
    """Class, instance and path, as `find_series` lists it."""
    points: Annotated[int, Field(ge=1, le=MOST_POINTS)] = 100
    """Equal columns, or changes, at most."""
    by_change: bool = False
    """Each change instead of columns."""


class FigureAsked(OfStation):
    """Of `explain_figure`."""

    figure: Name
    """As `diagnosis` lists it: `capacity.ah`."""


class FigureCompared(Arguments):
    """Of `peers`."""

    figure: Name | None = None
    """Only by this figure."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 20
    """How many stations by each figure at most: those that stand out, then the last ones."""


class LogAsked(Paged, OfStations):
    """Of `log`."""

    since: When = "7d"
    until: When | None = None
    kinds: Annotated[tuple[Name, ...], Field(max_length=30)] = ()
    """`alarms`, `operators`, `links`, `settings`, `advice`, `agents`, or kinds of lines; without any: all."""
    text: Name | None = None
    """Only lines that have these words."""


class MonthAsked(OfStation):
    """Of `report`."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] | None = None
    """Such as `2026-10`; without it the last whole month."""


class PastPlayed(SpanOfStation):
    """Of `backtest`."""

    what: Literal["advice", "sunrise", "rules"]
    """What is played."""
    since: When = "7d"
    """Its begin; at most 60 days are played, of rules 7."""
