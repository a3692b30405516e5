"""The energy flow as a list, for terminals too narrow for the diagram: every device left of its bus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from victron_console.console.kit.energy.diagram import Box, Diagram, Entry, fitting_name
from victron_console.console.kit.energy.wire import Direction, Wire
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, width_of


@dataclass(frozen=True, slots=True)
class _Half:
    """The columns of one half."""

    label: int
    name: int
    value_end: int
    bus: int


_LEFT = _Half(label=1, name=8, value_end=24, bus=29)
_RIGHT = _Half(label=34, name=41, value_end=54, bus=59)
RIGHT_COLUMN = _RIGHT.label
BESIDE_FROM = 60
"""Columns from which the halves stand beside each other; below, one under the other."""


def draw_list(diagram: Diagram, sheet: Sheet, row: int, width: int) -> tuple[int, int]:
    """Draw both halves; gives the first free row of the left and of the right half."""
    start = row
    if diagram.ac_in_caption is not None:
        row = _bus(sheet, row, _LEFT, "AC IN", diagram.ac_in, mirrored=False)
    dc = [(entry, False) for entry in (*diagram.trackers, *diagram.dc_left)]
    dc += [(entry, True) for entry in diagram.dc_right]
    for place, (entry, mirrored) in enumerate(dc):
        _entry(sheet, row, _LEFT, "DC" if place == 0 else "", entry, mirrored=mirrored)
        row += 1
    beside = width >= BESIDE_FROM
    half, right = (_RIGHT, start) if beside else (_LEFT, row)
    if diagram.ac_out_caption is not None:
        right = _bus(sheet, right, half, "AC OUT", diagram.ac_out, mirrored=True)
    if diagram.box:
        right = _box(sheet, right + beside, half.label, width - half.label - 1, diagram.box)
    return (row, right) if beside else (right, right)


def _box(sheet: Sheet, row: int, column: int, room: int, box: Box) -> int:
    sheet.put(row, column, fitting_name(box.names, room), Role.TEXT1)
    if not box.words:
        return row + 1
    sheet.put(row + 1, column, cut("  ".join(run.text for run in box.words), room), Role.TEXT2)
    return row + 2


def _bus(sheet: Sheet, row: int, half: _Half, label: str, entries: Sequence[Entry], *, mirrored: bool) -> int:
    for place, entry in enumerate(entries):
        _entry(sheet, row + place, half, label if place == 0 else "", entry, mirrored=mirrored)
    if not entries:
        sheet.put(row, half.label, label, Role.TEXT2)
    return row + max(1, len(entries))


def _entry(sheet: Sheet, row: int, half: _Half, label: str, entry: Entry, *, mirrored: bool) -> None:
    """One device: `▶┃` gives, `◀┃` takes, on whichever side of its bus it stands in the diagram."""
    sheet.put(row, half.label, label, Role.TEXT2)
    start = half.value_end + 1 - width_of(entry.figure.shown)
    sheet.put(row, half.name, fitting_name(entry.names, start - half.name - 1), entry.name_role)
    sheet.runs(row, start, entry.figure.runs)
    if entry.wire:
        sheet.runs(row, half.bus - 3, _short(entry.wire, mirrored=mirrored))
    sheet.put(row, half.bus, "┃", Role.TEXT2)


def _short(wire: Wire, *, mirrored: bool) -> list[Run]:
    """A wire of three columns, turned round where its device stands right of the bus in the diagram."""
    shown = replace(wire, direction=Direction(-wire.direction)) if mirrored else wire
    return [Run(each, wire.head_role if each in "▶◀" else wire.role) for each in shown.across(3)]
