"""How one site looks in each column of the fleet table. One function a column; each writes into its own cells only."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.console.fleet.sums import is_doubtful, source_field, source_power
from victron_console.console.kit.energy.kinds import kind_of_source
from victron_console.console.kit.figures import URGENT_TEXT, Figure, number_figure, place, power_figure
from victron_console.console.kit.format import (
    ABSENT,
    DOUBT_MARK,
    EMPTY_MARK,
    GAP,
    LOST,
    OFF,
    STALE_MARK,
    clock,
    contact_age,
    duration,
    number,
    soc_bar,
    spark,
    sunrise,
    unitless,
)
from victron_console.console.kit.format import age as age_text
from victron_console.console.kit.format import round_trip as round_trip_text
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import put_glyph
from victron_console.console.kit.palette import Ink, Role, Step, Tone
from victron_console.console.kit.text import cut, cut_middle
from victron_console.console.kit.verdict_line import verdict_runs
from victron_console.console.kit.view import (
    Mark,
    Site,
)
from victron_console.model.limits import SLOW_S
from victron_console.model.quality import Quality

_POINTS_12H = 18
_SOURCE_LETTERS = {"grid": "G", "shore": "S", "genset": "N"}


@dataclass(frozen=True, slots=True)
class Cell:
    """Where to draw, and what: the site at a moment. Both ends of the cell are included."""

    line: Line
    start: int
    end: int
    site: Site
    now: float
    coarse: bool = False
    """Whether ages are told in long steps, for slow links."""

    @property
    def width(self) -> int:
        """Cells to draw in."""
        return self.end + 1 - self.start

    def left(self, text: str, role: Ink = Role.TEXT2, *, bold: bool = False) -> None:
        """Write from the first cell, cut to the column."""
        self.line.put(self.start, cut(text, self.width), role, bold=bold)

    def figure(self, figure: Figure) -> None:
        """Write a figure, right-aligned."""
        place(self.line, self.end, figure)

    def number(self, value: float | None, *, decimals: int = 0, signed: bool = False, keeps: bool = False) -> None:
        """Write a number of the site's age."""
        self.figure(number_figure(value, self.site.quality, decimals=decimals, signed=signed, keeps=keeps))


def state(cell: Cell) -> None:
    """The state glyph."""
    put_glyph(cell.line, cell.start, cell.site.mark, cell.site.alarms)


def age(cell: Cell) -> None:
    """How old the figures are; blue once that matters."""
    read_at = cell.site.read_at
    text = age_text(None if read_at is None else cell.now - read_at, coarse=cell.coarse)
    cell.line.right(cell.end, text, Role.TEXT3 if cell.site.fresh else Role.LINK_TEXT)


def name(cell: Cell) -> None:
    """The name. It never takes a colour, and leaves a blank before a charge that fills its column: `?100`."""
    charge = _charge(cell.site)
    crowded = len(charge.mark + charge.text) > len("100")
    cell.line.put(cell.start, cut_middle(cell.site.name, cell.width - crowded), Role.TEXT1)


def soc(cell: Cell) -> None:
    """The state of charge, whole; `?` where it is of a part of the bank only."""
    cell.figure(_charge(cell.site))


def _charge(site: Site) -> Figure:
    percent = site.overview.soc_percent
    text = number(percent)
    if percent is None:
        doubtful = is_doubtful(site, "soc_percent")
        sign = LOST if site.quality is Quality.LOST else DOUBT_MARK if doubtful else ABSENT
        return Figure(sign, Role.TEXT3 if sign == ABSENT else Role.LINK_TEXT)
    if site.quality_of("soc_percent") is not Quality.GOOD:
        return Figure(text, Role.TEXT3, STALE_MARK)
    beyond = site.beyond.get("soc_percent", Mark.NONE)
    doubtful = is_doubtful(site, "soc_percent", "battery_bank")
    role = URGENT_TEXT.get(beyond, Role.TEXT1)
    return Figure(text, role, DOUBT_MARK if doubtful else "", bold=role is not Role.TEXT1)


def bar(cell: Cell) -> None:
    """The state of charge as a bar; a lost site says so instead."""
    site = cell.site
    if site.quality is Quality.LOST:
        cell.left("LOST", Role.LINK_TEXT, bold=True)
        return
    fill, rest = soc_bar(site.overview.soc_percent, cell.width)
    beyond = site.beyond.get("soc_percent", Mark.NONE)
    known = site.quality_of("soc_percent") is Quality.GOOD
    role: Ink = URGENT_TEXT.get(beyond, Tone(Role.BATTERY, Step.FILL)) if known else Role.SPARK
    cell.line.put(cell.line.put(cell.start, fill, role), rest, Role.BAR_REST)


def battery(cell: Cell) -> None:
    """Battery power; + charges."""
    site = cell.site
    quality, doubtful = site.quality_of("battery_power_w"), is_doubtful(site, "battery_power_w")
    cell.figure(power_figure(site.overview.battery_power_w, quality, signed=True, doubtful=doubtful, kind=Role.BATTERY))


def pv(cell: Cell) -> None:
    """PV power. None at night is nothing wrong and looks like it."""
    site = cell.site
    quality, doubtful = site.quality_of("pv_power_w"), is_doubtful(site, "pv_power_w")
    cell.figure(power_figure(site.overview.pv_power_w, quality, doubtful=doubtful, kind=Role.PV))


def load(cell: Cell) -> None:
    """What the loads take."""
    site = cell.site
    quality, doubtful = site.quality_of("load_power_w"), is_doubtful(site, "load_power_w")
    cell.figure(power_figure(site.overview.load_power_w, quality, doubtful=doubtful, kind=Role.LOADS))


def ac_input(cell: Cell) -> None:
    """The AC source's letter and its power; - is export."""
    site = cell.site
    if site.quality is Quality.LOST:
        cell.figure(Figure(unitless(LOST), Role.LINK_TEXT))
        return
    source = site.overview.ac_input
    letter, kind = _SOURCE_LETTERS.get(source.type or "", ""), kind_of_source(source.type)
    if not letter:
        cell.figure(Figure(unitless(ABSENT), Role.TEXT3))
        return
    if source.connected is False:
        figure = Figure(unitless(OFF), Role.TEXT3)
    else:
        doubtful = is_doubtful(site, "grid_power_w", "genset_power_w", "ac_input")
        quality = site.quality_of(source_field(site))
        figure = power_figure(source_power(site), quality, doubtful=doubtful, kind=kind)
    idle = figure.text.strip() == OFF or not site.fresh
    cell.line.put(cell.start, letter, Role.TEXT3 if idle else kind)
    cell.figure(figure)


def dawn(cell: Cell) -> None:
    """The charge expected at sunrise as a range, or when the battery goes empty before it."""
    site, expected = cell.site, cell.site.dawn
    if expected is None:
        cell.line.right(cell.start + 2, ABSENT, Role.TEXT3)
    elif expected.empty_at is not None:
        beyond = site.beyond.get("dawn", Mark.TODAY)
        cell.left(f"{EMPTY_MARK}{clock(expected.empty_at)}", URGENT_TEXT.get(beyond, Role.TODAY_TEXT), bold=True)
        # A lost site's row says LOST already, and its time is what to hurry by.
        cell.line.put(cell.start - 1, STALE_MARK if site.quality is Quality.STALE else "", Role.LINK_TEXT)
    else:
        low, high = sunrise(expected.low_percent, expected.high_percent)
        known = site.fresh and low != ABSENT
        figure = Figure(low, Role.TEXT2 if known else Role.TEXT3, "" if site.fresh else STALE_MARK)
        place(cell.line, cell.start + 2, figure)
        cell.line.put(cell.start + 3, high, Role.TEXT3)


def trend(cell: Cell) -> None:
    """The state of charge of the last 12 or, where there is room, 24 hours."""
    points = cell.site.soc_trend
    recent = points if cell.width > _POINTS_12H // 2 else points[-_POINTS_12H:]
    if not recent:
        return
    first = 0 if cell.line.is_blank(cell.start - 1) else 1  # `98-100` takes the gap: the oldest step gives way to it
    for offset, character in enumerate(spark(resampled(recent, cell.width))[first:], first):
        cell.line.put(cell.start + offset, character, Role.LINK_TEXT if character == GAP else Role.SPARK)


def resampled(points: tuple[float | None, ...], count: int) -> list[float | None]:
    """The points in `count` columns, each the mean of those it covers; None where it covers none."""
    columns: list[float | None] = []
    for index in range(count):
        first = index * len(points) // count
        last = max((index + 1) * len(points) // count, first + 1)
        known = [point for point in points[first:last] if point is not None]
        columns.append(sum(known) / len(known) if known else None)
    return columns


def spread(cell: Cell) -> None:
    """Highest less lowest cell, mV."""
    volts, quality = cell.site.overview.cell_spread_v, cell.site.quality_of("cell_spread_v")
    beyond = cell.site.beyond.get("cell_spread_v", Mark.NONE)
    cell.figure(number_figure(None if volts is None else volts * 1e3, quality, beyond=beyond))


def temperature(cell: Cell) -> None:
    """Battery temperature, °C."""
    beyond = cell.site.beyond.get("battery_temperature_c", Mark.NONE)
    quality = cell.site.quality_of("battery_temperature_c")
    cell.figure(number_figure(cell.site.overview.battery_temperature_c, quality, beyond=beyond))


def today(cell: Cell) -> None:
    """PV energy of the station's day, kWh."""
    cell.number(cell.site.energy_today_kwh, decimals=1, keeps=True)


def specific_yield(cell: Cell) -> None:
    """PV energy of the day by installed power, kWh/kWp."""
    cell.number(cell.site.yield_kwh_per_kwp, decimals=1, keeps=True)


def genset_hours(cell: Cell) -> None:
    """Hours that the genset ran today."""
    cell.number(cell.site.genset_hours_today, decimals=1, keeps=True)


def fuel(cell: Cell) -> None:
    """Fuel left, per cent."""
    beyond = cell.site.beyond.get("fuel", Mark.NONE)
    cell.figure(number_figure(cell.site.fuel_percent, cell.site.quality, beyond=beyond, keeps=True))


def time_to_go(cell: Cell) -> None:
    """How long the battery lasts."""
    site, seconds = cell.site, cell.site.overview.time_to_go_s
    quality = site.quality_of("time_to_go_s")
    if quality in (Quality.LOST, Quality.GONE):
        cell.figure(Figure(LOST, Role.LINK_TEXT))
    elif seconds is None:
        cell.figure(Figure(ABSENT, Role.TEXT3))
    else:
        fresh = quality is Quality.GOOD
        cell.figure(Figure(duration(seconds), *((Role.TEXT2, "") if fresh else (Role.TEXT3, STALE_MARK))))


def word(cell: Cell) -> None:
    """What is to be said of the site, in whole clauses."""
    column = cell.start
    for run in verdict_runs(cell.site.verdict, cell.width):
        column = cell.line.put(column, run.text, run.role)


def firmware(cell: Cell) -> None:
    """Firmware of the GX device."""
    cell.left(cell.site.overview.firmware or ABSENT, Role.TEXT3)


def vrm_age(cell: Cell) -> None:
    """How long ago the station spoke to VRM."""
    old = not cell.site.fresh
    role = Role.LINK_TEXT if old and cell.site.quality is Quality.LOST else Role.TEXT3
    cell.line.right(cell.end, contact_age(cell.site.vrm_age_s), role)


def round_trip(cell: Cell) -> None:
    """How long it takes to answer; blue where that is slow."""
    seconds = cell.site.round_trip_s
    slow = seconds is None or seconds > SLOW_S
    cell.line.right(cell.end, round_trip_text(seconds), Role.LINK_TEXT if slow else Role.TEXT3)


def errors(cell: Cell) -> None:
    """Polls that failed in the last hour."""
    count = cell.site.errors
    role = Role.LINK_TEXT if count and not cell.site.fresh else Role.TEXT3
    cell.line.right(cell.end, ABSENT if count is None else str(count), role)


def note(cell: Cell) -> None:
    """The last note."""
    cell.left(cell.site.note, Role.TEXT3)
