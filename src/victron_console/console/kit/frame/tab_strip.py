"""Row 0: the screens with their keys, the one in front bright, and how many alarms nobody has seen. Pure drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import GLYPHS
from victron_console.console.kit.palette import Role
from victron_console.console.kit.view import Mark

ROOMY_FROM, NAMED_FROM = 110, 74
"""Columns from which two blanks stand between the tabs, and from which all of them have their names."""
MANY = 99


@dataclass(frozen=True, slots=True)
class Tab:
    """One screen."""

    key: str
    name: str
    here: bool = False
    """It is in front."""
    empty: bool = False
    """It has nothing to show now."""
    count: int = 0
    mark: Mark = Mark.NONE
    """The worst of what is counted."""


def draw_tabs(line: Line, tabs: Sequence[Tab]) -> dict[str, range]:
    """Write the tabs into a row; gives the columns of each by its key.

    A narrow row has the names of the screen in front and of those that count something, and digits for the rest.
    """
    spans: dict[str, range] = {}
    gap = 2 if line.width >= ROOMY_FROM else 1
    column = 1 if line.width >= ROOMY_FROM or line.width < NAMED_FROM else 0
    for tab in tabs:
        start = column
        column = line.put(column, tab.key, Role.TEXT3 if tab.empty and not tab.here else Role.TEXT1, bold=tab.here)
        if line.width >= NAMED_FROM or tab.here or tab.count:
            role = Role.TEXT1 if tab.here else Role.TEXT3
            column = line.put(column + 1, tab.name.capitalize(), role, bold=tab.here)
        if tab.count:
            many = f"{tab.count}" if tab.count <= MANY else f"{MANY}+"
            column = line.put(column + 1, many, GLYPHS[tab.mark].role, bold=True)
        spans[tab.key] = range(start, column)
        column += gap
    return spans
