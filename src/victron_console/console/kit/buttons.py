"""Buttons: a key and what it does, to be clicked; the key works without them. Pure drawing."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import width_of

Button = tuple[str, str, str]
"""The key as it is pressed, as it is written, and what it does."""


def button_spans(start: int, end: int, buttons: Sequence[Button]) -> list[tuple[Button, range]]:
    """The columns of each button that has room between two columns."""
    found, column = [], start
    for button in buttons:
        width = width_of(f" {button[1]} {button[2]} ")
        if column + width > end + 1:
            break
        found.append((button, range(column, column + width)))
        column += width + 1
    return found


def draw_buttons(sheet: Sheet, row: int, start: int, end: int, buttons: Sequence[Button]) -> None:
    """The buttons in one row, the first one inverted."""
    for place, ((_, key, word), span) in enumerate(button_spans(start, end, buttons)):
        role = Role.BUTTON if place else Role.FIRST_BUTTON
        column = sheet.put(row, span.start, " ", role)
        column = sheet.put(row, column, key, role, bold=True)
        sheet.put(row, column, f" {word} ", role)
