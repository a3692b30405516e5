"""A figure with its look: how bright it is, and the mark that says it is old or doubtful."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.console.kit.format import (
    ABSENT,
    DOUBT_MARK,
    LOST,
    STALE_MARK,
    is_kilo,
    number,
    power,
    unitless,
)
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.view import Mark
from victron_console.model.quality import Quality

URGENT_TEXT = {Mark.NOW: Role.NOW_TEXT, Mark.TODAY: Role.TODAY_TEXT, Mark.LOST: Role.LINK_TEXT}
"""The colour of a value beyond its limit, by how urgent that is."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Text for a column, right-aligned, and the mark that hugs it from the left."""

    text: str
    role: Role
    mark: str = ""
    bold: bool = False


def place(line: Line, end: int, figure: Figure) -> None:
    """Write a figure so that it ends in a column, its mark in the cell before its first character."""
    start = line.right(end, figure.text, figure.role, bold=figure.bold)
    if figure.mark:
        line.put(start - 1, figure.mark, Role.LINK_TEXT)


def power_figure(
    watts: float | None, quality: Quality = Quality.GOOD, *, signed: bool = False, doubtful: bool = False
) -> Figure:
    """A power: kW bright, W middle; zero, absent and old ones faint."""
    if quality is Quality.LOST:
        return Figure(unitless(LOST), Role.LINK_TEXT)
    text = power(watts, signed=signed)
    if watts is None:
        return Figure(unitless(DOUBT_MARK), Role.LINK_TEXT) if doubtful else Figure(text, Role.TEXT3)
    if mark := _mark(quality, doubtful):
        return Figure(text, Role.TEXT3, mark)
    if text.strip() == "0":
        return Figure(text, Role.TEXT3)
    return Figure(text, Role.TEXT1 if is_kilo(watts) else Role.TEXT2)


def number_figure(
    value: float | None,
    quality: Quality = Quality.GOOD,
    *,
    decimals: int = 0,
    signed: bool = False,
    role: Role = Role.TEXT2,
    beyond: Mark = Mark.NONE,
    keeps: bool = False,
) -> Figure:
    """Another quantity. `keeps`: it is still worth saying when the site is lost, as a day's energy is."""
    if quality is Quality.LOST and not keeps:
        return Figure(LOST, Role.LINK_TEXT) if value is not None else Figure(ABSENT, Role.TEXT3)
    text = number(value, decimals, signed=signed)
    if value is None:
        return Figure(text, Role.TEXT3)
    if mark := _mark(quality, False):
        return Figure(text, Role.TEXT3, mark)
    if beyond in URGENT_TEXT:
        return Figure(text, URGENT_TEXT[beyond])
    return Figure(text, Role.TEXT3 if text == "0" else role)


def _mark(quality: Quality, doubtful: bool) -> str:
    if quality in (Quality.STALE, Quality.LOST):
        return STALE_MARK
    return DOUBT_MARK if doubtful else ""
