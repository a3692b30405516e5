"""The fleet table: heads, one row a site, the rule and the sums. Draws only the rows in sight."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_

from textual import events
from textual.message import Message

from victron_console.console.fleet.columns import Placed, draw_heads, draw_site, draw_sums, layout
from victron_console.console.fleet.groups import (
    NAME_CELLS,
    AtRest,
    Entry,
    Group,
    draw_at_rest,
    draw_group,
    sites_of,
    stops,
)
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut, width_of
from victron_console.console.kit.view import Site

WHEEL_ROWS = 3


class FleetTable(Rows):
    """Rows of sites with a cursor on one of them."""

    can_focus = True

    class Selected(Message):
        """The cursor stands on another site; `opened`: it was asked for, by a second click."""

        def __init__(self, station: str, *, opened: bool) -> None:
            super().__init__()
            self.station = station
            self.opened = opened

    class HeadClicked(Message):
        """The head of a column was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class Folded(Message):
        """A group was clicked: it opens or closes."""

        def __init__(self, tag: str) -> None:
            super().__init__()
            self.tag = tag

    def __init__(self) -> None:
        super().__init__()
        self._entries: Sequence[Entry] = ()
        self._sites: Sequence[Site] = ()
        self._station: str | None = None
        self._now = 0.0
        self._coarse = False
        self._hidden: frozenset[str] = frozenset()
        self._said = ""
        self._empty: Sequence[str] = ()
        self._top = 0
        self._heads_at = 0
        self._sums = True
        self._summed: dict[tuple[int, tuple[Placed, ...]], Line] = {}
        """The row of sums by width and hidden columns, as long as the sites are the same: a key need not sum again."""

    def show(
        self,
        entries: Sequence[Entry],
        *,
        station: str | None,
        now: float,
        coarse: bool = False,
        hidden: frozenset[str] = frozenset(),
        said: str = "",
        empty: Sequence[str] = (),
    ) -> None:
        """Draw these.

        Args:
            entries: sites and the heads of groups, from the top.
            station: the one under the cursor.
            now: the moment ages are counted to (UTC epoch, s).
            coarse: whether ages are told in long steps, for slow links.
            hidden: columns not wanted.
            said: what is chosen, for the right end of the rule: `filter alder`.
            empty: what to write where there is no site.
        """
        sites = sites_of(entries)
        if len(sites) != len(self._sites) or not all(map(is_, sites, self._sites)):
            self._sites, self._summed = sites, {}
        self._entries, self._station, self._now = entries, station, now
        self._coarse = coarse
        self._hidden, self._said, self._empty = hidden, said, empty
        self.redraw()

    def show_sums(self, wanted: bool) -> None:
        """Whether rule and sums stand under the rows: the smallest screens do without."""
        self._sums = wanted

    def visible_rows(self) -> int:
        """Rows for sites in the present size."""
        return max(0, self.size.height - 1 - (2 if self._sums else 0))

    def _columns(self, width: int) -> tuple[Placed, ...]:
        groups = any(isinstance(entry, Group) for entry in self._entries)
        longest = max((width_of(site.name) for site in self._sites), default=0)
        return layout(width, self._hidden, NAME_CELLS if groups else longest)

    def draw(self, width: int, height: int) -> list[Line]:
        """Heads, rows, rule, sums."""
        columns = self._columns(width)
        lines = [draw_heads(width, columns)]
        room = self.visible_rows()
        self._scroll_to_cursor(room)
        for entry in self._entries[self._top : self._top + room]:
            if isinstance(entry, Group):
                chosen = not entry.is_open and any(site.id == self._station for site in entry.sites)
                lines.append(draw_group(width, columns, entry, selected=chosen))
            elif isinstance(entry, AtRest):
                lines.append(draw_at_rest(width, columns, entry))
            else:
                chosen = entry.id == self._station
                lines.append(draw_site(width, columns, entry, self._now, selected=chosen, coarse=self._coarse))
        if not self._entries:
            lines += [_said_line(width, sentence) for sentence in self._empty[:room]]
        elif self._sums:
            lines += [self._rule(width, room), self._sum_row(width, columns)]
        return lines

    def _sum_row(self, width: int, columns: tuple[Placed, ...]) -> Line:
        key = (width, columns)
        if key not in self._summed:
            self._summed[key] = draw_sums(width, columns, self._sites)
        return self._summed[key]

    def _rule(self, width: int, room: int) -> Line:
        line = Line(width)
        notes = [self._said] if self._said else []
        if len(self._entries) > room:
            notes.append(f"rows {self._top + 1}-{min(len(self._entries), self._top + room)} of {len(self._entries)}")
        end = width - 2
        if notes:
            text = cut("  ".join(notes), width - 6)
            line.put(end + 1 - width_of(text), text, Role.TEXT3)
            end -= width_of(text) + 1
        line.rule(2, end)
        return line

    def _scroll_to_cursor(self, room: int) -> None:
        last = max(0, len(self._entries) - room)
        row = self.cursor_row
        if row is not None and room:
            first = row - 1 if row and isinstance(self._entries[row - 1], Group) else row
            self._top = min(max(self._top, row - room + 1), first)
        self._top = min(max(self._top, 0), last)

    @property
    def cursor_row(self) -> int | None:
        """The entry under the cursor."""
        for place, entry in enumerate(self._entries):
            if isinstance(entry, Site) and entry.id == self._station:
                return place
            closed = isinstance(entry, Group) and not entry.is_open
            if closed and isinstance(entry, Group) and any(site.id == self._station for site in entry.sites):
                return place
        return None

    def move(self, rows: int) -> None:
        """Move the cursor by so many sites, as far as there are any."""
        if not self._sites:
            return
        ids, row = stops(self._entries), self.cursor_row
        entry = self._entries[row] if row is not None else None
        here = entry.stands_for if isinstance(entry, Group) else self._station
        at = ids.index(here) if here in ids else (-1 if rows > 0 else 0)
        self._select(ids[min(len(ids) - 1, max(0, at + rows))])

    def _select(self, station: str, *, opened: bool = False) -> None:
        if station != self._station or opened:
            self._station = station
            self.redraw()
            self.post_message(self.Selected(station, opened=opened))

    def on_click(self, event: events.Click) -> None:
        """A click selects, a second one opens; one on a head sorts by it."""
        if event.y == 0:
            hit = (at.column.name for at in self._columns(self.size.width) if at.start <= event.x <= at.end)
            if column := next(hit, ""):
                self.post_message(self.HeadClicked(column))
            return
        at = self._top + event.y - 1
        if 1 <= event.y <= self.visible_rows() and at < len(self._entries):
            entry = self._entries[at]
            if isinstance(entry, Site):
                self._select(entry.id, opened=event.chain >= 2)
            elif isinstance(entry, Group):
                self.post_message(self.Folded(entry.tag))

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor: what it stands on is what keys act on."""
        self.move(WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """As above."""
        self.move(-WHEEL_ROWS)


def _said_line(width: int, sentence: str) -> Line:
    line = Line(width)
    line.put(2, cut(sentence, width - 3), Role.TEXT2)
    return line
