"""Which sites the fleet shows and in which order, and when rows may move. Pure, apart from the hold's memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from victron_console.console.kit.search import fitting
from victron_console.console.kit.view import (
    URGENCY,
    Mark,
    Site,
)


@dataclass(frozen=True, slots=True)
class FleetChoice:
    """What the operator wants to see."""

    sort: str = "urgency"
    filter: str = ""
    abnormal_only: bool = False
    grouped: bool = False


def _urgency(site: Site) -> tuple[float, ...]:
    rank = URGENCY[site.mark]
    runs_dry = site.dawn is not None and site.dawn.empty_at is not None
    if site.mark is Mark.LOST and not runs_dry:
        rank = URGENCY[Mark.ACKED_LINK]  # a lost site goes above acked ones only when it runs empty before sunrise
    return (rank, _known(site.overview.soc_percent))


def _known(value: float | None) -> float:
    return value if value is not None else float("inf")


SORTS: dict[str, Callable[[Site], tuple[float | str, ...]]] = {
    "urgency": _urgency,
    "charge": lambda site: (_known(site.overview.soc_percent),),
    "sunrise": lambda site: (_known(site.dawn.low_percent if site.dawn else None),),
    "battery": lambda site: (_known(site.overview.battery_power_w),),
    "pv": lambda site: (-(site.overview.pv_power_w or 0.0),),
    "load": lambda site: (-(site.overview.load_power_w or 0.0),),
    "age": lambda site: (site.read_at or 0.0,),
    "name": lambda site: (site.name.casefold(),),
}
"""The orders, in the turn that `o` takes through them; equals by name."""


SORT_OF_COLUMN = {
    "site": "name",
    "soc": "charge",
    "bar": "charge",
    "battery": "battery",
    "pv": "pv",
    "load": "load",
    "dawn": "sunrise",
    "age": "age",
}
"""The order that a column's head stands for; the others stand for urgency."""


def next_sort(sort: str) -> str:
    """The order after this one."""
    names = list(SORTS)
    return names[(names.index(sort) + 1) % len(names)] if sort in names else names[0]


def chosen(sites: Sequence[Site], choice: FleetChoice) -> list[Site]:
    """The sites to show, sorted."""
    key = SORTS.get(choice.sort, _urgency)
    kept = [
        site
        for site in fitting(choice.filter, sites, _filter_text)
        if not (choice.abnormal_only and site.mark is Mark.NONE and site.fresh)
    ]
    return sorted(kept, key=lambda site: (*key(site), site.name.casefold(), site.id))


def _filter_text(site: Site) -> str:
    """What a filter is held against: names, place, tags and state."""
    return " ".join((site.id, site.name, site.place, *site.tags, site.mark.value, site.state.value))
