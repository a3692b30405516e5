"""The energy flow as a single-line diagram of exact columns: AC-in bus, box, AC-out bus, and the DC bus below.

It is given what stands where and how each wire looks; which device belongs where is decided before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.kit.energy.wire import Direction, Wire
from victron_console.console.kit.figures import Figure
from victron_console.console.kit.palette import Ink, Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, width_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One device at its bus. Without a wire it is part of another figure or outside the balance."""

    names: tuple[str, ...]
    """The name, the fullest first: the first that fits is drawn."""
    figure: Figure
    wire: Wire | None = None
    name_role: Ink = Role.TEXT2
    note: str = ""
    """Faint words in the row below, for an entry that needs to be explained."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """The connection of the box with a bus, and the figure beside it."""

    figure: Figure
    wire: Wire


@dataclass(frozen=True, slots=True)
class Box:
    """The inverter/charger: its names (the fullest first) and the words under them."""

    names: tuple[str, ...]
    words: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram:
    """Everything that is drawn, by its place. None and empty are not there."""

    box: Box | None = None
    ac_in_caption: str | None = None
    ac_in: tuple[Entry, ...] = ()
    trunk_in: Trunk | None = None
    trackers: tuple[Entry, ...] = ()
    """Trackers of the inverter itself, whose wires run into the box."""
    ac_out_caption: str | None = None
    ac_out: tuple[Entry, ...] = ()
    trunk_out: Trunk | None = None
    dc_caption: str | None = None
    trunk_dc: Trunk | None = None
    dc_left: tuple[Entry, ...] = ()
    dc_right: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of a diagram. Wires fill what lies between a figure, a bus and the box."""

    name: int
    value_end: int
    bus_in: int
    box_left: int
    box_right: int
    bus_out: int
    name_out: int
    value_out_end: int
    bus_dc: int


NARROW = Grid(
    name=1, value_end=16, bus_in=22, box_left=30, box_right=49, bus_out=57, name_out=63, value_out_end=78, bus_dc=40
)
WIDE = Grid(
    name=1, value_end=21, bus_in=32, box_left=46, box_right=73, bus_out=87, name_out=99, value_out_end=118, bus_dc=60
)

_BUS_ROLE = Role.TEXT2
_TRUNK_ROW = 2
"""The row of the box's name: the trunks meet the box there, their figures stand in the row above."""


def draw_diagram(diagram: Diagram, grid: Grid, sheet: Sheet, top: int = 0) -> int:
    """Draw with the captions in row `top`; gives the row after the last."""
    dc_row = top
    if diagram.box or diagram.ac_in or diagram.ac_out:
        left = _ac_in(diagram, grid, sheet, top)
        right = _ac_out(diagram, grid, sheet, top)
        box = _box(diagram, grid, sheet, top, left)
        dc_row = box if diagram.box else max(left, right)
    if diagram.dc_caption is None and not (diagram.dc_left or diagram.dc_right):
        return dc_row
    return _dc(diagram, grid, sheet, dc_row)


def _ac_in(diagram: Diagram, grid: Grid, sheet: Sheet, top: int) -> int:
    """The left quarter; gives the first row that is free in it."""
    if diagram.ac_in_caption is None:
        return top + _TRUNK_ROW
    column = sheet.put(top, grid.name, "AC IN", Role.TEXT2) + 2
    sheet.put(top, column, diagram.ac_in_caption, Role.TEXT3)
    row = top + 1
    for entry in diagram.ac_in:
        _left_entry(sheet, row, grid, entry, grid.bus_in)
        row += 1
        if entry.note:
            sheet.put(row, grid.name, cut(entry.note, grid.box_left - grid.name - 1), Role.TEXT3)
    noted = bool(diagram.ac_in and diagram.ac_in[-1].note)
    after = max(row, top + (_TRUNK_ROW + 1 if diagram.trunk_in else 0))
    _bus(sheet, grid.bus_in, top + 1, after)
    if diagram.trunk_in:
        _trunk(sheet, top + _TRUNK_ROW, grid.bus_in, grid.box_left, diagram.trunk_in)
    return max(after, row + noted)


def _ac_out(diagram: Diagram, grid: Grid, sheet: Sheet, top: int) -> int:
    """The right quarter; gives the first row that is free in it."""
    if diagram.ac_out_caption is None:
        return top
    sheet.right(top, grid.value_out_end, diagram.ac_out_caption, Role.TEXT3)
    width = width_of(diagram.ac_out_caption)
    sheet.right(top, grid.value_out_end - width - (2 if width else 0), "AC OUT", Role.TEXT2)
    row = top + (_TRUNK_ROW if len(diagram.ac_out) == 1 else 1)
    for entry in diagram.ac_out:
        _right_entry(sheet, row, grid, entry, grid.bus_out)
        row += 1
    _bus(sheet, grid.bus_out, top + 1, max(row, top + _TRUNK_ROW + 1))
    if diagram.trunk_out:
        _trunk(sheet, top + _TRUNK_ROW, grid.box_right, grid.bus_out, diagram.trunk_out)
    return max(row, top + _TRUNK_ROW + 1)


def _box(diagram: Diagram, grid: Grid, sheet: Sheet, top: int, free: int) -> int:
    """The box and the trackers that run into it; gives the row after it."""
    box = diagram.box
    if box is None:
        return free
    inner = grid.box_right - grid.box_left - 1
    name = next((name for name in box.names if width_of(name) <= inner), cut(box.names[-1], inner))
    texts = [Run(name, Role.TEXT1), *box.words]
    first_tracker = max(free, top + _TRUNK_ROW + 1)
    bottom = top + _TRUNK_ROW + len(texts)
    if diagram.trackers:
        bottom = max(bottom, first_tracker + len(diagram.trackers))
    sheet.put(top + 1, grid.box_left, "┌" + "─" * inner + "┐", Role.TEXT3)
    for row in range(top + _TRUNK_ROW, bottom):
        sheet.put(row, grid.box_left, "│", Role.TEXT3)
        sheet.put(row, grid.box_right, "│", Role.TEXT3)
    for row, run in enumerate(texts, top + _TRUNK_ROW):
        text = cut(run.text, inner)
        sheet.put(row, grid.box_left + 1 + (inner - width_of(text)) // 2, text, run.role)
    sheet.put(bottom, grid.box_left, "└" + "─" * inner + "┘", Role.TEXT3)
    if diagram.trunk_dc:
        sheet.put(bottom, grid.bus_dc, diagram.trunk_dc.wire.upright, diagram.trunk_dc.wire.role)
    for row, entry in enumerate(diagram.trackers, first_tracker):
        _left_entry(sheet, row, grid, entry, grid.box_left)
    return bottom + 1


def _dc(diagram: Diagram, grid: Grid, sheet: Sheet, row: int) -> int:
    """The DC bus; gives the row after it."""
    if diagram.dc_caption:
        sheet.right(row, grid.bus_dc - 2, diagram.dc_caption, Role.TEXT3)
    if trunk := diagram.trunk_dc:
        sheet.put(row, grid.bus_dc, trunk.wire.vertical, trunk.wire.head_role)
        sheet.runs(row, grid.bus_dc + 2, trunk.figure.runs)
    row += 1
    for offset, entry in enumerate(diagram.dc_left):
        _left_entry(sheet, row + offset, grid, entry, grid.bus_dc)
    for offset, entry in enumerate(diagram.dc_right):
        _right_entry(sheet, row + offset, grid, entry, grid.bus_dc)
    wired = max(_wired_rows(diagram.dc_left), _wired_rows(diagram.dc_right))
    _bus(sheet, grid.bus_dc, row, row + wired)
    return row + max(len(diagram.dc_left), len(diagram.dc_right))


def _wired_rows(entries: Sequence[Entry]) -> int:
    """Rows down to the last entry that has a wire."""
    return max((number for number, entry in enumerate(entries, 1) if entry.wire), default=0)


def _left_entry(sheet: Sheet, row: int, grid: Grid, entry: Entry, bus: int) -> None:
    """Name, figure, and the wire that runs right to the bus."""
    width = width_of(entry.figure.shown)
    start = grid.value_end + 1 - width
    sheet.put(row, grid.name, fitting_name(entry.names, start - grid.name - 1), entry.name_role)
    sheet.runs(row, start, entry.figure.runs)
    if entry.wire:
        _across(sheet, row, grid.value_end + 2, bus, entry.wire)


def _right_entry(sheet: Sheet, row: int, grid: Grid, entry: Entry, bus: int) -> None:
    """The wire from the bus, name and figure."""
    width = width_of(entry.figure.shown)
    start = grid.value_out_end + 1 - width
    if entry.wire:
        _across(sheet, row, bus + 1, grid.name_out - 1, entry.wire)
    sheet.put(row, grid.name_out, fitting_name(entry.names, start - grid.name_out - 1), entry.name_role)
    sheet.runs(row, start, entry.figure.runs)


def fitting_name(names: Sequence[str], room: int) -> str:
    """The first name that leaves two blanks before its figure; the last one may touch it, and is cut where it must."""
    return next((name for name in names if width_of(name) < room), cut(names[-1], room))


def _trunk(sheet: Sheet, row: int, start: int, end: int, trunk: Trunk) -> None:
    """The wire between two columns with its figure centred above it."""
    room = end - start - 1
    text = trunk.figure.shown.rstrip()
    sheet.runs(row - 1, start + 1 + max(0, room - width_of(text)) // 2, trunk.figure.runs)
    _across(sheet, row, start + 1, end, trunk.wire)


def _across(sheet: Sheet, row: int, start: int, end: int, wire: Wire) -> None:
    """A wire from column `start` up to, not including, `end`; the arrow head in its own look."""
    sheet.put(row, start, wire.across(end - start), wire.role)
    if wire.direction is Direction.RIGHT:
        sheet.put(row, end - 1, "▶", wire.head_role)
    elif wire.direction is Direction.LEFT:
        sheet.put(row, start, "◀", wire.head_role)


def _bus(sheet: Sheet, column: int, start: int, end: int) -> None:
    for row in range(start, end):
        sheet.put(row, column, "┃", _BUS_ROLE)
