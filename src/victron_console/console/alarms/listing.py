"""Which alarms are listed, in which order, where the cursor stands and what is marked. It draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.alarms.sections import (
    SORT_OF_HEAD,
    SORTS,
    STATES,
    AlarmSection,
    MarkHold,
    narrowed,
    sections,
)
from victron_console.console.kit.view import Alarm, AlarmRow

ACTED_S = 3.0
"""So long after an act rows move at once: the view that has it is read from the store meanwhile."""


class AlarmListing:
    """The rows as the operator has chosen them; moments are monotonic, s."""

    def __init__(self) -> None:
        self.sections: Sequence[AlarmSection] = ()
        self.cursor = ""
        self.marked: set[str] = set()
        """Rows that the next act is about."""
        self._opened: set[str] = set()
        """Alarms, each for its whole incident, of which all have their rows."""
        self.filter = ""
        """The words in force."""
        self._sort, self._state = SORTS[0], "all"
        self._hold = MarkHold()
        self._acted_until = 0.0

    @property
    def rows(self) -> tuple[AlarmRow, ...]:
        """The rows from the top."""
        return tuple(row for section in self.sections for row in section.rows)

    @property
    def selected(self) -> AlarmRow | None:
        """The row under the cursor."""
        return next((row for row in self.rows if row.id == self.cursor), None)

    @property
    def chosen(self) -> list[AlarmRow]:
        """The marked rows, else the one under the cursor."""
        marked = [row for row in self.rows if row.id in self.marked]
        return marked or [row for row in self.rows if row.id == self.cursor]

    @property
    def words(self) -> tuple[str, str]:
        """What narrows or orders the rows and how many are marked; and what stands where no row does."""
        said, empty = narrowed(self._state, self.filter, self._sort)
        marked = f"{len(self.marked)} marked" if self.marked else ""
        return "   ".join(filter(None, (marked, said))), empty

    def settle(self, alarms: Sequence[Alarm], now: float, *, at_once: bool = False) -> None:
        """The rows of these alarms; they stand still where the operator is at work, but `at_once`."""
        before = [row.id for row in self.rows]
        acted = now < self._acted_until
        placed = self._hold.settle(alarms, now, at_once=at_once or acted)
        self.sections = sections(
            alarms, placed, wanted=self.filter, sort=self._sort, state=self._state, opened=self._opened
        )
        ids = [row.id for row in self.rows]
        self.cursor = next((row.id for row in self.rows if self.cursor in row.ids), self.cursor)
        self.marked &= set(ids)
        at = before.index(self.cursor) if self.cursor in before else 0
        moved = acted and self.cursor in ids and ids.index(self.cursor) != at
        if self.cursor not in ids or moved:  # what was just dealt with leaves the cursor to the next
            self.cursor = ids[min(at, len(ids) - 1)] if ids else ""

    def acted(self, now: float) -> None:
        """Something was written about the chosen rows."""
        self.marked = set()
        self._acted_until = now + ACTED_S

    def go(self, alarm: str, now: float) -> None:
        """Put the cursor on a row."""
        self.cursor = alarm
        self._hold.cursor_at = now

    def open_incident(self) -> bool:
        """Give each alarm of the incident under the cursor its row, or fold them again; False where there is one."""
        row = self.selected
        if row is None:
            return False
        own = {member.id for each in self.rows for member in each.members if member.incident == row.alarm.incident}
        if len(own) < 2:
            return False
        self._opened = self._opened - own if self._opened & own else self._opened | {row.id}
        return True

    def reveal(self, alarm: str) -> None:
        """Put the cursor on an alarm that has its own row from now on."""
        self._opened.add(alarm)
        self.cursor = alarm

    def beside(self, rows: int) -> str | None:
        """The alarm so many rows below the cursor, as far as there are any; None where there is no row."""
        ids = [row.id for row in self.rows]
        at = ids.index(self.cursor) if self.cursor in ids else 0
        return ids[min(len(ids) - 1, max(0, at + rows))] if ids else None

    def narrow(self, words: str) -> None:
        """Alarms of a state, one of `STATES`, or those with these words; all where there are none."""
        word = words.casefold()
        self._state, self.filter = (word, "") if word in STATES else ("all", words)

    def sort_by(self, head: str) -> None:
        """The order of a head; that of urgency where it is in force already, or the head has none."""
        wanted = SORT_OF_HEAD.get(head, SORTS[0])
        self._sort = wanted if wanted != self._sort else SORTS[0]

    def sort_on(self) -> None:
        """The next order."""
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
