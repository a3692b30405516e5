"""What an alarm says of its site, as a clause: plain words for every alarm of the shipped rules, by its title.

An alarm of somebody's own rule, or of a device, is told by the title that it has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rich.cells import cell_len

from victron_console.insight.alarm_value import alarm_value
from victron_console.insight.cells import Cell
from victron_console.insight.verdict.clause import SHORT_CELLS, Clause, Rank
from victron_console.model.alert import AlertView, Occurrence
from victron_console.model.text import clean


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one alarm; `{}` is its value, and the ones without it stand where it has none."""

    long: str
    short: str
    valued: str = ""
    """The sentence with the value; empty: the value says no more."""
    short_valued: str = ""


ALARM_WORDS = {
    "Battery low": Words("The battery is low.", "Battery low.", "The battery is low, {}.", "Battery low, {}."),
    "Grid lost": Words("The grid is lost.", "Grid lost."),
    "Grid frequency": Words("The grid's frequency is off.", "Frequency off.", "The grid has {}.", "Grid {}."),
    "Input frequency": Words("The AC input's frequency is off.", "Frequency off.", "The AC input has {}.", "Input {}."),
    "Grid voltage": Words("The grid's voltage is off.", "Voltage off.", "The grid's voltage is {}.", "Grid {}."),
    "AC input wrong": Words("An AC input is set wrong.", "AC input set wrong."),
    "BMS lost": Words("The BMS is lost.", "BMS lost."),
    "Battery gone": Words("The battery is gone from the bus.", "Battery gone."),
    "Inverter gone": Words("The inverter is gone from the bus.", "Inverter gone."),
    "Device gone": Words("A device is gone from the bus.", "Device gone."),
    "DC voltage high": Words("The DC voltage is too high.", "DC too high.", "DC voltage is too high, {}.", "DC {}."),
    "Battery off/flat": Words("The battery is off or flat.", "Battery off or flat.", "Battery off or flat, {}."),
    "Discharge off": Words("The BMS lets nothing out.", "Discharge blocked."),
    "Charge blocked": Words("The BMS lets no charge in.", "Charge blocked."),
    "Cell too high": Words("A cell is too high.", "Cell too high.", "A cell is too high, {}.", "Cell high, {}."),
    "Cell too low": Words("A cell is too low.", "Cell too low.", "A cell is too low, {}.", "Cell low, {}."),
    "Cells apart": Words("The cells are apart.", "Cells apart.", "The cells are {} apart.", "Cells {} apart."),
    "Cells apart full": Words("The full cells are apart.", "Cells apart.", "The full cells are {} apart.",
                              "Cells {} apart."),
    "Cell imbalance": Words("The BMS finds its cells apart.", "Cells apart."),
    "Module offline": Words("A battery module is off.", "Battery module off."),
    "Part of bank off": Words("A part of the battery is off.", "Part of battery off."),
    "Battery too warm": Words("The battery is too warm.", "Battery too warm.", "The battery is too warm, {}."),
    "Charging cold": Words("The battery is charged too cold.", "Charged too cold.",
                           "The battery is charged too cold, {}."),
    "Battery worn": Words("The battery is worn.", "Battery worn.", "The battery's health is {}.", "Battery worn, {}."),
    "Not full 14 days": Words("Not fully charged for 14 days.", "Not full for 14 days."),
    "Overload": Words("The inverter is overloaded.", "Inverter overloaded."),
    "Inverter warm": Words("The inverter is too warm.", "Inverter too warm."),
    "MPPT no yield": Words("A solar charger gives nothing.", "Solar gives nothing."),
    "Generator failed": Words("The generator failed.", "Generator failed.", "The generator failed: {}."),
    "Tank low": Words("A tank is low.", "Tank low.", "A tank is low, {}.", "Tank low, {}."),
    "Waste tank full": Words("The waste tank is full.", "Waste tank full.", "The waste tank is full, {}."),
    "Freezer too warm": Words("The freezer is too warm.", "Freezer too warm.", "The freezer is too warm, {}."),
    "CAN errors": Words("The CAN bus has errors.", "CAN bus errors."),
    "GX disk full": Words("The GX's disk is nearly full.", "GX disk full.", "The GX's disk is nearly full, {}."),
    "GX disk fault": Words("The GX's disk is faulty.", "GX disk fault."),
    "Weak Wi-Fi": Words("The GX's Wi-Fi is weak.", "Weak Wi-Fi."),
    "Clock wrong": Words("The GX's clock is wrong.", "GX clock wrong.", "The GX's clock is wrong by {}."),
    "Comms lost": Words("No answer.", "No answer.", "No answer for {}.", "No answer for {}."),
    "Wrong answers": Words("It answers, but not as it should.", "Wrong answers."),
    "Service hangs": Words("A service of the GX does not answer.", "A service hangs."),
    "Health falls": Words("The battery's health falls.", "Battery health falls."),
    "Replace soon": Words("The battery is to be replaced soon.", "Replace battery soon."),
    "Cell spread up": Words("The cells drift apart.", "Cells drift apart."),
    "Warmer peaks": Words("The battery gets warmer than before.", "Battery gets warmer."),
    "CAN errors grow": Words("The CAN bus has ever more errors.", "CAN errors grow."),
    "Inverter loss up": Words("The inverter loses more than before.", "Inverter loses more."),
    "DC drop grown": Words("The DC connections lose more than before.", "DC drop has grown."),
    "Charge is wrong": Words("The state of charge shown is wrong.", "Charge is wrong.",
                             "The state of charge shown is wrong by about {}.", "Charge wrong by {}."),
}  # fmt: skip
"""By the title of a shipped rule, which may be followed by what it is bound to: `CAN errors can0`."""

VALUE = "{}"
SUPPLY = frozenset({"soc", "grid", "vdc_low", "blocked"})
CAUSE = frozenset({"genset", "overload", "bms", "device_gone", "blocked_c", "modules"})
LINK = frozenset({"offline", "misconfigured"})
_SOURCES = {
    "battery": "Battery", "vebus": "Inverter", "multi": "Inverter", "inverter": "Inverter", "acsystem": "Inverter",
    "solarcharger": "Solar charger", "charger": "Charger", "genset": "Generator", "dcgenset": "Generator",
    "generator": "Generator", "alternator": "Alternator", "dcdc": "DC-DC charger", "tank": "Tank",
    "temperature": "Sensor", "platform": "GX", "system": "GX", "evcharger": "EV charger", "pvinverter": "PV inverter",
    "grid": "Meter", "acload": "Meter", "digitalinput": "Input",
}  # fmt: skip


def alarm_clause(view: AlertView, cell: Cell | None = None) -> Clause:
    """What an alarm says.

    Args:
        view: the alarm, as operators left it.
        cell: the cell that stands furthest from the others of its pack, where it is known: then it is named.
    """
    it = view.occurrence
    said = cell_words(cell) if cell is not None and it.key.family in ("cell", "spread") else None
    long, short = said or alarm_sentences(it)
    if it.stale:
        long = f"{long.removesuffix('.')}, as last known."
    return Clause(long, short, rank_of(it), it.priority, it.key.family)


def alarm_sentences(it: Occurrence) -> tuple[str, str]:
    """An alarm as a sentence, and in at most `SHORT_CELLS` cells."""
    words, value, title = _words_of(it.title), alarm_value(it).words, clean(it.title)
    if words is None:
        words = Words(f"{title}.", _short_of(title, it), f"{title}, {VALUE}.", f"{title}, {VALUE}.")
    long = words.valued.replace(VALUE, value) if value and words.valued else words.long
    short = words.short_valued.replace(VALUE, value) if value and words.short_valued else words.short
    return long, short if cell_len(short) <= SHORT_CELLS else words.short


def _words_of(title: str) -> Words | None:
    found = ALARM_WORDS.get(title)
    if found is not None:
        return found
    begins = (known for known in ALARM_WORDS if title.startswith((f"{known} ", f"{known}: ")))
    longest = max(begins, key=len, default="")
    if not longest:
        return None
    words, which = ALARM_WORDS[longest], clean(title[len(longest) :].lstrip(": "))

    def named(sentence: str) -> str:
        return f"{sentence.removesuffix('.')}: {which}." if sentence else ""

    return replace(words, long=named(words.long), valued=named(words.valued))


def _short_of(title: str, it: Occurrence) -> str:
    if cell_len(title) < SHORT_CELLS:
        return f"{title}."
    source = _SOURCES.get(it.key.scope.partition("/")[0], "Device")
    return f"{source} alarm."


def cell_words(cell: Cell) -> tuple[str, str]:
    """The cell furthest from the others: `Cell 7 is 103 mV low.`"""
    name = clean(cell.name).removeprefix("C").lstrip("0") or clean(cell.name)
    by, side = f"{abs(cell.deviation_v) * 1e3:.0f} mV", "low" if cell.deviation_v < 0 else "high"
    long = f"Cell {name} is {by} {side}."
    shorter = (long, f"Cell {name} {by} {side}.", f"A cell is {by} {side}.", "A cell is far off.")
    return long, next(said for said in shorter if cell_len(said) <= SHORT_CELLS)


def rank_of(it: Occurrence) -> Rank:
    """Where an alarm stands among what is to be said."""
    family = it.key.family
    for rank, families in ((Rank.LINK, LINK), (Rank.SUPPLY, SUPPLY), (Rank.CAUSE, CAUSE)):
        if family in families:
            return rank
    return Rank.WRONG
