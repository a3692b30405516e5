"""One call of an agent: the moment that it is about, the station that it means, and the store that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.config import LoadResult
from victron_console.model.moments import parse_moment
from victron_console.model.nearest import nearest
from victron_console.model.text import clean
from victron_console.store.answers import StationRow
from victron_console.store.errors import CannotAnswer
from victron_console.store.read.reader import Reader


@dataclass(frozen=True, slots=True)
class Setup:
    """What beside the store an answer may need, read when it is needed: files are edited while the server runs."""

    rules: Callable[[], RuleSet]
    config: Callable[[], LoadResult]


@dataclass(frozen=True, slots=True)
class Call:
    """A call as its tool gets it."""

    reader: Reader
    now: float
    """The moment that is looked from (UTC epoch, s)."""
    as_of: float | None
    """The same where it is a past one; None is live."""
    setup: Setup
    stopped: Event
    """Set once nobody waits for the answer any more."""

    def station(self, name: str) -> StationRow:
        """The station of an id or a name.

        Raises:
            CannotAnswer: there is none, which names the nearest.
        """
        row = self.reader.station(name, self.as_of)
        if row is not None:
            return row
        rows = self.reader.stations(self.as_of)
        named = [each for each in rows if name.casefold() in (each.id.casefold(), each.name.casefold())]
        if len(named) == 1:
            return named[0]
        known = [word for each in rows for word in (each.id, each.name)]
        raise CannotAnswer(f"no station is called {clean(name)}{nearest(name, known)}; `fleet` lists them")

    def station_or_none(self, name: str | None) -> str | None:
        """The id of a station, or None for all.

        Raises:
            CannotAnswer: there is none of that name.
        """
        return None if name is None else self.station(name).id

    def moment(self, text: str | None) -> float:
        """A moment of an argument (UTC epoch, s); None is the one that is looked from.

        Raises:
            CannotAnswer: it is none.
        """
        return self.now if text is None else moment_of(text, self.now)

    def told(self, share: float) -> None:
        """Go on with long work only while somebody waits for it.

        Raises:
            CannotAnswer: nobody does.
        """
        if self.stopped.is_set():
            raise CannotAnswer("nobody waits for the answer any more")


def moment_of(text: str, now: float) -> float:
    """A moment as it was written (UTC epoch, s).

    Raises:
        CannotAnswer: it is none.
    """
    moment = parse_moment(text, now)
    if moment is None:
        raise CannotAnswer(f"{clean(text)} is no time: write 2026-11-22T03:14Z, or how long ago, such as 12h or 7d")
    return moment
