"""The columns of the fleet table: where each stands at a width, and how a site looks in it. Pure drawing.

Columns only join on the right: what is known at 80 columns stands in the same place at 120.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from victron_console.console.fleet import cells as cells
from victron_console.console.fleet import sums as sums
from victron_console.console.fleet.cells import Cell
from victron_console.console.kit.figures import place, power_figure
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.view import Site

WIDE_FROM = 108
"""Columns from which the table takes the layout drawn for 200."""


_NAMES_GROW_FROM = 100
"""Columns of the table from which what is free goes to names first."""


class Head(Enum):
    """Where a column's head stands: over the first cell, the last one, or the last but the unit's."""

    LEFT = "left"
    RIGHT = "right"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class FleetColumn:
    """One column: the blanks before it, its width, and what draws a site in it."""

    name: str
    head: str
    width: int
    draw: Callable[[Cell], None]
    about: str
    """What it shows, for who chooses columns."""
    align: Head = Head.RIGHT
    gap: int = 1
    wide: int = 0
    """Its width in the wide layout; 0: the same."""
    wide_only: bool = False
    fixed: bool = False
    """Never hidden."""
    wide_head: str = ""
    kind: Role | None = None
    """Of the energy that it is about."""


COLUMNS = (
    FleetColumn("state", "ST", 4, cells.state, "its worst alarm", Head.LEFT, fixed=True),
    FleetColumn("site", "SITE", 12, cells.name, "its name", Head.LEFT, wide=16, fixed=True),
    FleetColumn("soc", "SOC%", 3, cells.soc, "charge, %", Head.LEFT),
    FleetColumn("bar", "", 4, cells.bar, "charge as a bar", wide=10),
    FleetColumn("battery", "BATT", 6, cells.battery, "battery power, + charges", Head.UNIT, kind=Role.BATTERY),
    FleetColumn("pv", "PV", 5, cells.pv, "PV power", Head.UNIT, kind=Role.PV),
    FleetColumn("load", "LOAD", 5, cells.load, "what the loads take", Head.UNIT, kind=Role.LOADS),
    FleetColumn(
        "ac-in", "AC-IN", 8, cells.ac_input, "power of grid, shore or generator, - exports", Head.UNIT, kind=Role.GRID
    ),
    FleetColumn("word", "STATE", 22, cells.word, "what is to be said of it", Head.LEFT, gap=2, wide=34),
    FleetColumn("age", "AGE", 3, cells.age, "how old its figures are"),
    FleetColumn("dawn", "SUNUP%", 6, cells.dawn, "charge expected at sunrise, %, or when it is empty"),
    FleetColumn("trend", "12h", 6, cells.trend, "charge of the last hours", Head.LEFT, wide=18, wide_head="SOC 24h"),
    FleetColumn("spread", "CELLS", 5, cells.spread, "highest less lowest cell, mV"),
    FleetColumn("temperature", "Tbat", 4, cells.temperature, "battery temperature, °C"),
    FleetColumn("today", "TODAY", 5, cells.today, "PV energy of today, kWh"),
    FleetColumn("yield", "/kWp", 4, cells.specific_yield, "PV energy of today for each kWp, kWh", wide_only=True),
    FleetColumn("genset", "GEN h", 5, cells.genset_hours, "hours that the generator ran today"),
    FleetColumn("fuel", "FUEL", 4, cells.fuel, "lowest fuel tank, %"),
    FleetColumn("ttg", "LEFT", 5, cells.time_to_go, "how long the battery lasts at this draw", wide_only=True),
    FleetColumn("firmware", "FW", 5, cells.firmware, "firmware of the GX", Head.LEFT, gap=2, wide_only=True),
    FleetColumn("vrm", "VRM", 4, cells.vrm_age, "how long ago it spoke to VRM", wide_only=True),
    FleetColumn("rtt", "RTT", 5, cells.round_trip, "how long an answer takes", wide_only=True),
    FleetColumn("errors", "ERR", 3, cells.errors, "failed reads of the last hour", wide_only=True),
    FleetColumn("note", "NOTE", 18, cells.note, "note of its station file", Head.LEFT, gap=2, wide_only=True),
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A column and the cells it takes, both ends included."""

    column: FleetColumn
    start: int
    end: int


def layout(width: int, hidden: Collection[str] = (), name_cells: int = 0) -> tuple[Placed, ...]:
    """The columns that fit into a width, in their places; the name is cut before it goes."""
    wide = width >= WIDE_FROM
    placed: list[Placed] = []
    start = 0
    for column in COLUMNS:
        if (column.wide_only and not wide) or (column.name in hidden and not column.fixed):
            continue
        start += column.gap
        cells = column.wide if wide and column.wide else column.width
        if column.name == "site":
            cells = max(cells, min(name_cells, cells + width - _NAMES_GROW_FROM))
        end = start + cells - 1
        if end > width - 2 and column.name != "site":
            break
        placed.append(Placed(column, start, min(end, width - 1)))
        start = end + 1
    return tuple(placed)


def draw_heads(width: int, columns: Iterable[Placed]) -> Line:
    """The row of column heads."""
    line = Line(width)
    for at in columns:
        head = at.column.wide_head if width >= WIDE_FROM and at.column.wide_head else at.column.head
        if at.column.align is Head.LEFT:
            line.put(at.start, head, Role.TEXT3)
        else:
            line.right(at.end - (at.column.align is Head.UNIT), head, at.column.kind or Role.TEXT3)
    return line


def draw_site(
    width: int, columns: Iterable[Placed], site: Site, now: float, *, selected: bool, coarse: bool = False
) -> Line:
    """A site's row; the selected one has a tone and `>`."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    for at in columns:
        at.column.draw(Cell(line, at.start, at.end, site, now, coarse))
    return line


SUMMED = {
    "battery": (sums.battery_power, True),
    "pv": (sums.pv_power, False),
    "load": (sums.load_power, False),
    "ac-in": (sums.ac_power, False),
}


def draw_sums(width: int, columns: Iterable[Placed], sites: Sequence[Site]) -> Line:
    """What the fresh sites sum to, in the very columns; what is stale, lost or doubtful is left out."""
    line = Line(width)
    fresh = [site for site in sites if site.fresh]
    line.put(2, f"SUM of {len(fresh)} fresh site{'' if len(fresh) == 1 else 's'}", Role.TEXT3)
    for at in columns:
        name = at.column.name
        if name in SUMMED:
            value_of, signed = SUMMED[name]
            values = [value for site in fresh if (value := value_of(site)) is not None]
            if values:
                place(line, at.end, power_figure(sum(values), signed=signed, kind=at.column.kind))
        elif name in sums.SUMMED_NUMBERS:
            values = [value for site in fresh if (value := sums.SUMMED_NUMBERS[name](site)) is not None]
            if values:
                place(line, at.end, sums.sum_figure(name, sum(values)))
    return line
