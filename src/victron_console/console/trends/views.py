"""The views: which quantities stand under one another. Some are built in, others an operator has saved. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from victron_console.catalogue import catalogue
from victron_console.console.trends.frame import DAY_SPAN, SPANS
from victron_console.console.trends.quantity import BY_NAME, Quantity, quantity_named, which_of
from victron_console.model.device import split_series

MOST_PANELS = 12
_SPAN_OF_DAYS = 7
_OF_UNIT, _OVER = "unit:", "over:"
"""Entries of another kind: all series of a unit, and the span of a saved view."""


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
    """A view as one line of the settings: `night: soc, pv, over:24 h`."""
    return f"{view.name}: {', '.join((*view.entries, _OVER + SPANS[view.span].word))}"


def view_of_line(line: str) -> View | None:
    """The view that such a line says; None where it says none."""
    name, colon, rest = line.partition(":")
    words = [word.strip() for word in rest.split(",") if word.strip()]
    entries = tuple(word for word in words if not word.startswith(_OVER))
    span = next((place for place, span in enumerate(SPANS) if _OVER + span.word in words), DAY_SPAN)
    return View(name.strip(), entries, span) if colon and name.strip() and entries else None


def all_views(saved: Iterable[str]) -> list[View]:
    """The built-in views, then the saved ones; a saved one takes the place of a built-in one of its name."""
    own = {view.name: view for view in map(view_of_line, saved) if view is not None}
    return [*(own.pop(view.name, view) for view in VIEWS), *own.values()]


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
            if quantity.is_there(names, fields):
                found[entry] = quantity
            continue
        fitting = sorted(name for name in names if _fits(entry, name))
        if entry.startswith(_OF_UNIT):  # what a device has one of says more than the tenth of its cells
            fitting.sort(key=lambda name: bool(which_of(name)))
        for name in fitting:
            if len(found) < MOST_PANELS and (series := quantity_named(name)) is not None:
                found[name] = series
    return list(found.values())


def _fits(entry: str, name: str) -> bool:
    unit = entry.removeprefix(_OF_UNIT)
    if unit == entry:
        return fnmatchcase(name, entry)
    device, path = split_series(name)
    if device.cls == "settings" or "Limit" in path or path.startswith("Settings"):
        return False
    metric = catalogue().metric(device.cls, path)
    return metric is not None and metric.unit == unit
