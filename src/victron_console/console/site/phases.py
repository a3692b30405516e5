"""The phases of a site side by side: what each carries and how much of it the inverter's rating takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from victron_console.console.kit.blocks import load_bar
from victron_console.console.kit.figures import number_figure, place, power_figure, trusted
from victron_console.console.kit.format import ABSENT, LOST, number, power
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.insight.flow.trust import trust
from victron_console.insight.overview.ac_side import ac_input, inverter_units, mains
from victron_console.insight.overview.figures import phase_values, total
from victron_console.model.quality import Quality
from victron_console.model.snapshot import PHASES, DeviceState, Snapshot, worst
from victron_console.model.station import ServiceState

VOLTS, AMPERES, WATTS = "V", "A", "W"
MOST_SPACED = 7
"""Quantities that a wide table has room for with wide gaps."""
_UNKNOWN_NOW = (Quality.LOST, Quality.GONE)
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One quantity by phase. A phase that is not there has no entry."""

    label: str
    unit: str
    by_phase: dict[str, float]
    quality: Quality = Quality.GOOD
    """GOOD, STALE or LOST: how far the devices that it comes from are of now."""

    @property
    def sum(self) -> float | None:
        """Of powers only; volts and amperes are not added."""
        return total(self.by_phase.values()) if self.unit == WATTS else None


@dataclass(frozen=True, slots=True)
class PhaseTable:
    """All quantities of a site's phases, and the load of the inverter by phase in percent of its rating."""

    rows: tuple[PhaseRow, ...]
    load_percent: dict[str, float]
    rating_w: float | None
    load_quality: Quality = Quality.GOOD
    """How far the load is of now."""

    def aged(self, quality: Quality) -> PhaseTable:
        """The table of a station whose figures are no better than that."""
        rows = tuple(replace(row, quality=worst((row.quality, quality))) for row in self.rows)
        return replace(self, rows=rows, load_quality=worst((self.load_quality, quality)))

    @property
    def height(self) -> int:
        """Rows of the table with its head and load."""
        return 2 + len([row for row in self.rows if row.unit != AMPERES]) + bool(self.load_percent)

    @property
    def phases(self) -> list[str]:
        """The phases that carry anything."""
        return [phase for phase in PHASES if any(phase in row.by_phase for row in self.rows if row.unit == WATTS)]


def phase_table(snapshot: Snapshot, rating_w: float | None) -> PhaseTable:
    """The table of a snapshot.

    Args:
        snapshot: the station.
        rating_w: the inverter's rating summed over its phases; None where nobody knows it.
    """
    system, units = snapshot.device("system"), inverter_units(snapshot)
    unit = units[0] if units else None
    source, label = _source(snapshot)
    meter = next(iter(snapshot.fitted("grid" if source == "Grid" else "genset")), None)
    pv_in = _sum_rows(*(phase_values(system, f"Ac/{place}/{{phase}}/Power") for place in ("PvOnGrid", "PvOnGenset")))
    output = phase_values(unit, "Ac/Out/{phase}/P")
    own_input = phase_values(unit, "Ac/ActiveIn/{phase}/P") or phase_values(unit, "Ac/In/1/{phase}/P")
    measured_v, measured_a = _measured(meter, "Voltage"), _measured(meter, "Current")
    fed = phase_values(system, f"Ac/{source}/{{phase}}/Power") or _measured(_left(meter), "Power")
    inverters = snapshot.fitted("pvinverter")

    def row(label: str, quantity: str, values: dict[str, float], *devices: DeviceState | None) -> PhaseRow:
        return PhaseRow(label, quantity, values, trust(snapshot, 0.0, *devices))

    candidates = (
        row("V", VOLTS, measured_v or phase_values(unit, "Ac/ActiveIn/{phase}/V"), meter if measured_v else unit),
        row("A", AMPERES, measured_a, meter),
        row(label, WATTS, fed, _left(meter) or system, meter or unit),
        row("PV AC", WATTS, pv_in, system, *inverters),
        row("LOADS in", WATTS, phase_values(system, "Ac/ConsumptionOnInput/{phase}/Power"), system, meter, unit),
        row("INPUT", WATTS, own_input, unit),
        row("PV out", WATTS, phase_values(system, "Ac/PvOnOutput/{phase}/Power"), system, *inverters),
        row("OUTPUT", WATTS, output, unit),
    )
    count = len(output) or len(PHASES)
    per_phase_w = rating_w / count if rating_w else None
    load = {phase: 100 * abs(watts) / per_phase_w for phase, watts in output.items()} if per_phase_w else {}
    return PhaseTable(tuple(each for each in candidates if each.by_phase), load, per_phase_w, candidates[-1].quality)


def _source(snapshot: Snapshot) -> tuple[str, str]:
    """The branch of `system` that feeds the AC side, and its name on the screen."""
    system = snapshot.device("system")
    grid, genset = (phase_values(system, f"Ac/{branch}/{{phase}}/Power") for branch in ("Grid", "Genset"))
    if not grid and not snapshot.fitted("grid") and (genset or ac_input(snapshot).type == "genset"):
        return "Genset", "GENSET"
    return "Grid", mains(snapshot).upper()


def _left(device: DeviceState | None) -> DeviceState | None:
    """The device where it left."""
    return device if device is not None and device.state is ServiceState.GONE else None


def _measured(meter: DeviceState | None, quantity: str) -> dict[str, float]:
    return phase_values(meter, f"Ac/{{phase}}/{quantity}")


def _sum_rows(*rows: dict[str, float]) -> dict[str, float]:
    phases = [phase for phase in PHASES if any(phase in row for row in rows)]
    return {phase: sum(row.get(phase, 0.0) for row in rows) for phase in phases}


def draw_phases(sheet: Sheet, row: int, start: int, end: int, table: PhaseTable) -> int:
    """Phases as columns, quantities as rows: for half a screen. Gives the row after the last."""
    note = f"of {power(table.rating_w).strip()} each" if table.rating_w else ""
    sheet.head(row, start, end, "PHASES", note)
    ends = {phase: start + 17 + 9 * place for place, phase in enumerate(table.phases)}
    sum_end = start + 17 + 9 * len(table.phases)
    row += 1
    for phase, column in ends.items():
        sheet.right(row, column, phase, Role.TEXT3)
    sheet.right(row, sum_end, "sum", Role.TEXT3)
    for each in _in_order(table):
        row += 1
        faint = each.unit != WATTS
        sheet.put(row, start + (2 if faint else 0), each.label, Role.TEXT3 if faint else Role.TEXT2)
        for phase, column in ends.items():
            _cell(sheet, row, column, each.by_phase.get(phase), each, faint=faint)
        if each.unit == WATTS:
            _cell(sheet, row, sum_end, each.sum, each)
    if table.load_percent:
        row += 1
        sheet.put(row, start, "load", Role.TEXT3)
        for phase, column in ends.items():
            _load(sheet, row, column - 6, 7, table.load_percent.get(phase), table.load_quality)
        mean = sum(table.load_percent.values()) / len(table.load_percent)
        sheet.runs_right(row, sum_end + 9, trusted(table.load_quality, Run(f"{number(mean)} %", Role.TEXT2)))
    return row + 1


def _in_order(table: PhaseTable) -> list[PhaseRow]:
    """The source first, its volts under it, then the rest; its amperes only in the wide table."""
    volts = [row for row in table.rows if row.unit == VOLTS]
    watts = [row for row in table.rows if row.unit == WATTS]
    return [*watts[:1], *volts, *watts[1:]]


def draw_phases_wide(sheet: Sheet, row: int, start: int, end: int, table: PhaseTable) -> int:
    """Phases as rows, quantities as columns, with a load bar at the right. Gives the row after the last."""
    note = f"load of {power(table.rating_w).strip()} a phase" if table.rating_w else ""
    sheet.head(row, start, end, "PHASES", note)
    column = start + 2
    step = 11 if len(table.rows) <= MOST_SPACED else 9
    ends: list[int] = []
    for each in table.rows:
        column += step if each.unit != AMPERES else 8
        ends.append(column)
        sheet.right(row + 1, column, each.label, Role.TEXT3)
    for phase in table.phases:
        row += 1
        sheet.put(row + 1, start, phase, Role.TEXT2)
        for each, here in zip(table.rows, ends, strict=True):
            _cell(sheet, row + 1, here, each.by_phase.get(phase), each, decimals=1)
        if (percent := table.load_percent.get(phase)) is not None:
            _load(sheet, row + 1, end - 34, 26, percent, table.load_quality)
            sheet.runs_right(row + 1, end, trusted(table.load_quality, Run(f"{number(percent)} %", Role.TEXT2)))
    sheet.put(row + 2, start, "sum", Role.TEXT3)
    for each, here in zip(table.rows, ends, strict=True):
        if each.unit == WATTS:
            _cell(sheet, row + 2, here, each.sum, each)
    return row + 3


def _cell(
    sheet: Sheet, row: int, end: int, value: float | None, of: PhaseRow, *, faint: bool = False, decimals: int = 0
) -> None:
    """A figure of the table; a power's unit stands in column `end`, so a zero leaves it blank."""
    if of.unit == WATTS:
        figure = power_figure(value, of.quality)
    else:
        figure = number_figure(value, of.quality, decimals=decimals, role=Role.TEXT1)
    place(sheet.row(row), end, replace(figure, role=Role.TEXT3) if faint and figure.text != LOST else figure)


def _load(sheet: Sheet, row: int, column: int, columns: int, percent: float | None, quality: Quality) -> None:
    if percent is None or quality in _UNKNOWN_NOW:
        word, role = (ABSENT, Role.TEXT3) if percent is None else (LOST, Role.LINK_TEXT)
        sheet.right(row, column + columns - 2, word, role)
        return
    bar, rest = load_bar(percent, columns)
    role = Role.SPARK if quality is Quality.STALE else Role.BAR
    sheet.put(row, sheet.put(row, column, bar, role), rest, Role.TEXT3)
