"""The sections of the Alarms screen: which alarms stand where, in what order, and when rows may move. Pure.

An alarm that several sites raised at once is one row, and so are those of an incident until it is opened; what is done
to the row is done to all of them. What is more urgent than the alarm that its incident began with has its own row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    opened: Collection[str] = (),
) -> list[AlarmSection]:
    """The sections that have something in them, from the top; what is held back is only counted.

    Args:
        alarms: all of them.
        placed: the mark by which each is placed.
        wanted: words, as `search.fitting` reads them.
        sort: one of `SORTS`; rows of a section stand in this order.
        state: one of `STATES`.
        opened: alarms, each for its whole incident, of which all have their rows.
    """
    shown = fitting(wanted, [alarm for alarm in alarms if alarm.listed], _filter_text)
    note = held_note(alarms)
    found = []
    for name in STATES[state]:
        marks = SECTIONS[name]
        own = [alarm for alarm in shown if placed.get(alarm.id, alarm.mark) in marks]
        says = note if name == "SHELVED" else "do what it says, then a acknowledges" if name == "NOT SEEN" else ""
        if own:
            rows = tuple(_folded(_sorted(own, placed, sort), opened))
            opens = "i opens what is +" if any(row.alarm.along for row in rows) else ""
            found.append(AlarmSection(name, rows, "; ".join(filter(None, (says, opens)))))
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


def _folded(alarms: Sequence[Alarm], opened: Collection[str]) -> list[AlarmRow]:
    rows = folded(alarms)
    lone = {row.id: row.alarm for row in rows if len(row.members) == 1}
    along: dict[str, list[Alarm]] = {}
    for alarm in lone.values():
        first = lone.get(alarm.incident)
        if first is not None and first.id != alarm.id and first.rank <= alarm.rank:
            along.setdefault(first.id, []).append(alarm)
    under = {alarm.id for alarms_of_it in along.values() for alarm in alarms_of_it}
    found = []
    for row in rows:
        if row.id in under:
            continue
        others = along.get(row.id, [])
        if any(alarm.id in opened for alarm in (row.alarm, *others)):
            found += [row, *(AlarmRow(replace(it, under=True), (it,)) for it in others)]
        else:
            found.append(AlarmRow(replace(row.alarm, along=len(others)), (*row.members, *others)))
    return found


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
