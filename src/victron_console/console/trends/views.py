"""The views: which quantities stand under one another. Some are built in, others an operator has saved. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from victron_console.catalogue import catalogue
from victron_console.console.trends.frame import DAY_SPAN
from victron_console.console.trends.quantity import BY_NAME, Quantity, quantity_named
from victron_console.model.device import split_series

MOST_PANELS = 12
_SPAN_OF_DAYS = 7


@dataclass(frozen=True, slots=True)
class View:
    """Quantities in their order: names of figures, and patterns of series."""

    name: str
    entries: tuple[str, ...]
    span: int = DAY_SPAN
    """What it is best seen over: a place in `SPANS`."""


VIEWS = (
    View("overview", ("soc", "pv", "load", "grid", "genset", "spread")),
    View("soc", ("soc", "battery", "voltage", "current")),
    View("power", ("pv", "load", "grid", "battery", "genset", "dc")),
    View("cells", ("spread", "battery/*/System/M??CellVoltage", "battery/*/System/M??CellTemperature")),
    View("temperatures", ("temperature", "unit:°C")),
    View(
        "grid quality",
        (
            "grid/*/Ac/L[123]/Voltage",
            "vebus/*/Ac/ActiveIn/L[123]/V",
            "multi/*/Ac/In/1/L[123]/V",
            "grid/*/Ac/Frequency",
            "vebus/*/Ac/ActiveIn/L1/F",
        ),
    ),
    View("energy", ("pv-energy", "load-energy", "grid-energy", "genset-energy"), span=_SPAN_OF_DAYS),
)


def view_line(view: View) -> str:
    """A view as one line of the settings: `night: soc, pv`."""
    return f"{view.name}: {', '.join(view.entries)}"


def view_of_line(line: str) -> View | None:
    """The view that such a line says; None where it says none."""
    name, colon, rest = line.partition(":")
    entries = tuple(word.strip() for word in rest.split(",") if word.strip())
    return View(name.strip(), entries) if colon and name.strip() and entries else None


def all_views(saved: Iterable[str]) -> list[View]:
    """The built-in views, then the saved ones."""
    return [*VIEWS, *(view for view in map(view_of_line, saved) if view is not None)]


def resolved(view: View, names: frozenset[str], fields: frozenset[str]) -> list[Quantity]:
    """The quantities of a view that a station has.

    Args:
        view: what is wanted.
        names: the station's series that hold numbers.
        fields: the overview fields that it has a value of.
    """
    found: dict[str, Quantity] = {}
    for entry in view.entries:
        if entry in BY_NAME:
            quantity = BY_NAME[entry]
            if quantity.field in fields or quantity.of(names):
                found[entry] = quantity
            continue
        for name in sorted(name for name in names if _fits(entry, name)):
            if len(found) < MOST_PANELS and (series := quantity_named(name)) is not None:
                found[name] = series
    return list(found.values())


def _fits(entry: str, name: str) -> bool:
    kind, colon, unit = entry.partition("unit:")
    if not colon or kind:
        return fnmatchcase(name, entry)
    device, path = split_series(name)
    if device.cls == "settings" or "Limit" in path or path.startswith("Settings"):
        return False
    metric = catalogue().metric(device.cls, path)
    return metric is not None and metric.unit == unit
