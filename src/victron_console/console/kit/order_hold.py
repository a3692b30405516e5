"""Keeps the rows of a list of sites where they are, so that what is read does not jump away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from victron_console.console.kit.view import Site

MOVE_EVERY_S = 10.0
"""Rows move at most this often, so that what is read does not jump away."""
CURSOR_REST_S = 2.0
"""The cursor counts as moving for this long after a key or a click."""


@dataclass(slots=True)
class OrderHold:
    """Keeps rows where they are until they may move."""

    ids: list[str] = field(default_factory=list)
    moved_at: float = float("-inf")
    cursor_at: float = float("-inf")

    def settle(self, wanted: Sequence[Site], now: float, *, at_once: bool = False) -> list[Site]:
        """The sites in the order to draw them at `now` (monotonic, s). `at_once`: the operator asked for another."""
        by_id = {site.id: site for site in wanted}
        may_move = now - self.moved_at >= MOVE_EVERY_S and now - self.cursor_at >= CURSOR_REST_S
        fresh = list(by_id)
        if at_once or may_move or not self.ids:
            if fresh != self.ids:
                self.moved_at = now
            self.ids = fresh
        else:
            known = set(self.ids)
            self.ids = [id_ for id_ in self.ids if id_ in by_id] + [id_ for id_ in fresh if id_ not in known]
        return [by_id[id_] for id_ in self.ids]

    def cursor_moved(self, now: float) -> None:
        """The operator moves the cursor: nothing jumps now."""
        self.cursor_at = now
