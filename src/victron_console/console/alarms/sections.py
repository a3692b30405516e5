"""The sections of the Alarms screen: which alarms stand where, in what order, and when rows may move. Pure.

An alarm that several sites raised at once is one row; what is done to the row is done to all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from victron_console.console.kit.order_hold import (
    CURSOR_REST_S,
    MOVE_EVERY_S,
)
from victron_console.console.kit.search import fitting
from victron_console.console.kit.view import (
    ACKED,
    Alarm,
    AlarmRow,
    Mark,
)
from victron_console.console.live.alarm_order import UNSEEN, folded, most_urgent_first

SECTIONS: Mapping[str, tuple[Mark, ...]] = {
    "NOT SEEN": UNSEEN,
    "CLEARED, NOT SEEN": (Mark.CLEARED,),
    "ACKED": ACKED,
    "SHELVED": (Mark.SHELVED,),
    "MAINTENANCE": (Mark.MAINTENANCE,),
}
STATES: Mapping[str, tuple[str, ...]] = {
    "all": tuple(SECTIONS),
    "unack": ("NOT SEEN", "CLEARED, NOT SEEN"),
    "ack": ("ACKED",),
    "shelved": ("SHELVED",),
    "maintenance": ("MAINTENANCE",),
}
"""What `:alarms` can be asked for, and the sections it then shows."""
NO_ALARMS = "no alarms: nothing asks for anybody"
SORTS = ("urgency", "newest", "site")
SORT_OF_HEAD = {"PRI": "urgency", "SINCE": "newest", "FOR": "newest", "SITE": "site"}
"""The order that a click on a head asks for."""


@dataclass(frozen=True, slots=True)
class AlarmSection:
    """Alarms of one state."""

    name: str
    rows: tuple[AlarmRow, ...]
    note: str = ""

    @property
    def unseen(self) -> bool:
        """Whether its alarms wait for somebody."""
        return self.name == "NOT SEEN"

    @property
    def count(self) -> int:
        """Alarms in it."""
        return sum(len(row.members) for row in self.rows)


@dataclass(slots=True)
class MarkHold:
    """Keeps alarms in their sections until rows may move; a new alarm takes its place at once."""

    marks: dict[str, Mark] = field(default_factory=dict)
    moved_at: float = float("-inf")
    cursor_at: float = float("-inf")

    def settle(self, alarms: Sequence[Alarm], now: float, *, at_once: bool = False) -> Mapping[str, Mark]:
        """The mark by which each alarm is placed at `now` (monotonic, s)."""
        fresh = {alarm.id: alarm.mark for alarm in alarms}
        may_move = now - self.moved_at >= MOVE_EVERY_S and now - self.cursor_at >= CURSOR_REST_S
        if at_once or may_move:
            if fresh != self.marks:
                self.moved_at = now
            self.marks = fresh
        else:
            self.marks = {id_: self.marks.get(id_, mark) for id_, mark in fresh.items()}
        return self.marks


def sections(
    alarms: Sequence[Alarm],
    placed: Mapping[str, Mark],
    *,
    wanted: str = "",
    sort: str = "urgency",
    state: str = "all",
) -> list[AlarmSection]:
    """The sections that have something in them, from the top; what is held back is only counted.

    Args:
        alarms: all of them.
        placed: the mark by which each is placed.
        wanted: words, as `search.fitting` reads them.
        sort: one of `SORTS`; rows of a section stand in this order.
        state: one of `STATES`.
    """
    shown = fitting(wanted, [alarm for alarm in alarms if alarm.listed], _filter_text)
    note = held_note(alarms)
    found = []
    for name in STATES[state]:
        marks = SECTIONS[name]
        own = [alarm for alarm in shown if placed.get(alarm.id, alarm.mark) in marks]
        says = note if name == "SHELVED" else "do what it says, then a acknowledges" if name == "NOT SEEN" else ""
        if own:
            found.append(AlarmSection(name, tuple(folded(_sorted(own, placed, sort))), says))
        elif says and name == "SHELVED":
            found.append(AlarmSection("HELD", (), note))
    return found


def narrowed(state: str, wanted: str, sort: str) -> tuple[str, str]:
    """What the list says of how it is narrowed and ordered, and what stands in it where nothing fits."""
    words = [f"only {state}"] if state != "all" else []
    words += [f"filter {wanted}"] if wanted else []
    is_all = not words
    words += [f"sort {sort}"] if sort != SORTS[0] else []
    nothing = "No alarm fits the filter; / changes it, :alarms all shows every state."
    return "  ".join(words), NO_ALARMS if is_all else nothing


def _filter_text(alarm: Alarm) -> str:
    words = (alarm.site, alarm.station, alarm.what, alarm.source, alarm.family, alarm.mark.value, alarm.response)
    return " ".join((*words, alarm.who))


def _sorted(alarms: Sequence[Alarm], placed: Mapping[str, Mark], sort: str) -> list[Alarm]:
    if sort == "newest":
        return sorted(alarms, key=lambda alarm: (-alarm.since, alarm.id))
    if sort == "site":
        return sorted(alarms, key=lambda alarm: (alarm.site.casefold(), alarm.rank, -alarm.since, alarm.id))
    as_placed = [replace(alarm, mark=placed.get(alarm.id, alarm.mark)) for alarm in alarms]
    by_id = {alarm.id: alarm for alarm in alarms}
    return [by_id[alarm.id] for alarm in most_urgent_first(as_placed)]


def held_note(alarms: Sequence[Alarm]) -> str:
    """How many are held back and by what: `3 held by comms lost, Dune Pump`; empty where none is."""
    held = [alarm for alarm in alarms if alarm.mark is Mark.HELD]
    if not held:
        return ""
    sites = {alarm.station: alarm.site for alarm in held}
    families = {alarm.held_by for alarm in held}
    by = next((a.what for a in alarms if a.family in families and a.station in sites and a.family), "another alarm")
    where = next(iter(sites.values())) if len(sites) == 1 else f"{len(sites)} sites"
    return f"{len(held)} held by {by.lower()}, {where}"
