"""Notes in the log what agents asked, where the store can be written: the calls of some seconds together."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from victron_console.model.clock import Clock
from victron_console.model.text import clean
from victron_console.store.connection import transaction
from victron_console.store.errors import StoreError
from victron_console.store.event_log import add_events
from victron_console.store.operator.wishes import open_for_operator
from victron_console.store.records import Event

log = logging.getLogger(__name__)

KIND = "agent"
NAME_AT_MOST = 60
MOST_LINES = 50
"""Written at once; an agent that asks of more stations than that within seconds asks of the fleet."""


@dataclass(frozen=True, slots=True)
class _Asked:
    client: str
    tool: str
    station: str | None
    refused: bool


@dataclass(slots=True)
class CallNotes:
    """What was asked and is not written yet. May be used from several threads."""

    store: Path
    clock: Clock
    who: str
    """On whose login the server runs."""
    _asked: Counter[_Asked] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)
    _is_failing: bool = False

    def note(self, client: str, tool: str, given: Mapping[str, Any], *, refused: bool) -> None:
        """Remember a call."""
        station = given.get("station")
        of = clean(station, NAME_AT_MOST) if isinstance(station, str) else None
        with self._lock:
            self._asked[_Asked(clean(client, NAME_AT_MOST), clean(tool, NAME_AT_MOST), of, refused)] += 1

    def write(self) -> None:
        """Write what was asked since the last time. What cannot be written is given up; that it cannot is said once."""
        with self._lock:
            asked, self._asked = self._asked, Counter()
        if not asked:
            return
        try:
            with closing(open_for_operator(self.store)) as db, transaction(db):
                known = {row[0] for row in db.conn.execute("SELECT id FROM station")}
                add_events(db, [self._line(one, times, known) for one, times in asked.most_common(MOST_LINES)])
        except StoreError as error:
            if not self._is_failing:
                log.warning("What agents ask is not noted in the log: %s", error)
            self._is_failing = True
        else:
            self._is_failing = False

    def _line(self, one: _Asked, times: int, known: set[str]) -> Event:
        of = f" of {one.station}" if one.station else ""
        often = "" if times == 1 else f", {times} times"
        what = "was refused" if one.refused else "asked"
        details = {"who": self.who, "client": one.client, "tool": one.tool, "times": times}
        station = one.station if one.station in known else None
        return Event(self.clock.now(), station, KIND, f"{one.client} {what} {one.tool}{of}{often}", details)
