"""The event log page by page, newest first, however long it is. Asked of the store; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from victron_console.console.kit.event_words import KIND_WORDS, event_text
from victron_console.console.kit.search import matcher
from victron_console.store.event_log import KIND_GROUPS
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

PAGE = 200
CHUNK = 1000
SCAN_AT_MOST = 50_000
"""Lines looked through for one page; where a filter fits fewer, the next page goes on from there."""

KINDS: Mapping[str, tuple[str, ...] | None] = {"all": None, **KIND_GROUPS}
"""What the log can be narrowed to."""


@dataclass(frozen=True, slots=True)
class LogChoice:
    """What the operator wants to see of the log."""

    wanted: str = ""
    """Words, as `search.matcher` reads them."""
    kinds: str = "all"
    station: str | None = None
    names: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Site names by station id."""


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where the log goes on: before a moment, after so many lines of that very moment."""

    until: float
    skip: int = 0


def older(reader: Reader, choice: LogChoice, place: LogPlace, count: int = PAGE) -> tuple[list[Event], LogPlace | None]:
    """The next page and where it goes on; None where the log ends."""
    has_words = matcher(choice.wanted)
    found: list[Event] = []
    scanned = 0
    at: LogPlace | None = place
    while at is not None and len(found) < count and scanned < SCAN_AT_MOST:
        chunk = CHUNK if choice.wanted else count
        lines = reader.events(0.0, at.until, choice.station, KINDS[choice.kinds], None, chunk + at.skip)
        fresh = lines[at.skip :]
        scanned += len(fresh)
        found += [event for event in fresh if has_words(said(event, choice.names))]
        at = _next(lines) if len(fresh) == chunk else None
    return found, at


def newer(reader: Reader, choice: LogChoice, since: float, until: float) -> list[Event]:
    """The lines of a span that fit, its begin included, newest first."""
    has_words = matcher(choice.wanted)
    lines = reader.events(since, until, choice.station, KINDS[choice.kinds], None, SCAN_AT_MOST)
    return [event for event in lines if has_words(said(event, choice.names))]


def joined(before: list[Event], fresh: list[Event]) -> list[Event]:
    """The log with newer lines on top; lines of the moment where they meet are not doubled."""
    if not fresh:
        return before
    since = fresh[-1].at
    return [*fresh, *[event for event in before if event.at < since]]


def said(event: Event, names: Mapping[str, str]) -> str:
    """All words of a line."""
    station = event.station or "console"
    words = (station, names.get(station, ""), event.kind, KIND_WORDS.get(event.kind, ""), who(event), event_text(event))
    return " ".join(words)


def who(event: Event) -> str:
    """Who did it; empty where nobody did."""
    return str(event.details.get("who", ""))


def _next(lines: list[Event]) -> LogPlace:
    until = lines[-1].at
    return LogPlace(until, sum(event.at == until for event in lines))
