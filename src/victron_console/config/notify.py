"""`[notify]`: how alarms leave the console. Off until a command or an address is given. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PlainValidator, Strict, model_validator

from victron_console.config.fields import Lines, Secret, Table, TimeZone, refusal
from victron_console.config.hours import WeekHours, week_hours
from victron_console.config.spans import span_between
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, MINUTE_S

Means = Literal["command", "apprise"]
MEANS: tuple[Means, ...] = ("command", "apprise")

_REPEAT = 'a length of time from "5m" to "7d", or "off": remind so often while a critical alarm is not acknowledged'
_AFTER = 'a length of time up to "24h": tell only what nobody has acknowledged by then'
_HOURS = 'a list such as ["mon-fri 08:00-18:00", "22:00-06:00"]: tell only then; what comes before waits'
_NAME = 'the name of the way in small letters, digits and hyphens, other than "command" and "apprise"'


def _hours(value: object) -> tuple[WeekHours, ...]:
    texts = value if isinstance(value, list) else [value]
    found = [week_hours(text) if isinstance(text, str) else None for text in texts]
    if not all(found):
        raise refusal(_HOURS)
    return tuple(filter(None, found))


def _name(text: str) -> str:
    if text in MEANS or not text.strip("-") or len(text) > 32 or not set(text) <= _NAME_CHARACTERS:
        raise refusal(_NAME)
    return text


_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class WaySettings(Table):
    """By what means somebody is told, of which alarms, and when."""

    command: Lines = Field(
        default=(),
        description='a program and its arguments as a list, ["/usr/local/bin/page", "mk"]; run without a shell',
    )
    apprise: Secret | None = Field(
        default=None, description='a reference to an Apprise address, "env:NAME" or "file:PATH"'
    )
    severity: Literal["warning", "critical"] = Field(
        default="warning", description='"warning", or "critical": only those to act on now'
    )
    tags: Lines = Field(
        default=(), description="a list of tags: tell only of stations that have one of them, not of the console itself"
    )
    hours: Annotated[tuple[WeekHours, ...], PlainValidator(_hours)] = Field(default=(), description=_HOURS)
    timezone: TimeZone | None = Field(
        default=None, description="the IANA time zone of `hours`; without it that of the machine"
    )
    after: Annotated[int, span_between(0, DAY_S, _AFTER)] = Field(
        default="0m", validate_default=True, description=_AFTER
    )
    """Seconds from when an alarm is made known."""
    repeat: Annotated[int | None, span_between(5 * MINUTE_S, 7 * DAY_S, _REPEAT, or_off=True)] = Field(
        default="1h", validate_default=True, description=_REPEAT
    )
    """Seconds; None: nobody is reminded."""
    clear: bool = Field(default=True, description="true or false: tell of the end of an alarm, too")
    per_hour: int = Field(
        default=30,
        ge=1,
        le=1000,
        description="at most so many messages an hour, 1 to 1000; critical alarms are outside it",
    )

    def open_at(self, at: float) -> bool:
        """Whether somebody may be told at a moment (UTC epoch, s)."""
        there: datetime = local(at, ZoneInfo(self.timezone) if self.timezone else None)
        return not self.hours or any(span.hold(there) for span in self.hours)


class FurtherWay(WaySettings):
    """A further way to tell somebody: others on call, or those who are told where nobody acknowledged in time."""

    name: Annotated[str, AfterValidator(_name)] = Field(description=_NAME)

    @model_validator(mode="after")
    def _has_one_means(self) -> Self:
        if bool(self.command) == (self.apprise is not None):
            raise refusal("one of command and apprise", "both" if self.command else "neither")
        return self


def _named_once(ways: tuple[FurtherWay, ...]) -> tuple[FurtherWay, ...]:
    names = [way.name for way in ways]
    if doubled := next((name for name in names if names.count(name) > 1), ""):
        raise refusal("a name of its own for each [[notify.way]]", f'two with the name "{doubled}"')
    return ways


@dataclass(frozen=True, slots=True)
class Way:
    """One way to tell somebody."""

    name: str
    """`command` or `apprise`, or the name that the file gives it."""
    means: Means
    settings: WaySettings
    of_console: bool
    """Whether it tells of alarms of the console itself, too."""


class NotifySettings(WaySettings):
    """Who is told of an alarm, besides those who look at the console."""

    way: Annotated[tuple[FurtherWay, ...], Strict(False), AfterValidator(_named_once)] = Field(
        default=(), description="[[notify.way]] tables, each with a name of its own"
    )

    @property
    def wanted(self) -> bool:
        """Whether anybody is to be told."""
        return bool(self.ways())

    def ways(self) -> tuple[Way, ...]:
        """All of them. Of the console itself tell those that are not of some tags; where all are, all of them."""
        found = list(self._each())
        untagged = any(not settings.tags for _, _, settings in found)
        return tuple(Way(*it, of_console=not (untagged and it[2].tags)) for it in found)

    def _each(self) -> Iterator[tuple[str, Means, WaySettings]]:
        if self.command:
            yield "command", "command", self
        if self.apprise is not None:
            yield "apprise", "apprise", self
        for further in self.way:
            yield further.name, "command" if further.command else "apprise", further
