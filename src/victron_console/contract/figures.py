"""A figure of a site as machines get it: value, unit, quality, age, where it comes from, why it is doubtful."""

from __future__ import annotations

from dataclasses import fields

from victron_console.contract.form import Number, Part, Said
from victron_console.insight.fleet import figure_quality
from victron_console.insight.overview.sources import sources
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import Snapshot
from victron_console.store.answers import StationRow

_UNITS = {"_percent": "%", "_w": "W", "_v": "V", "_a": "A", "_c": "°C", "_s": "s"}
"""By the end of the name of a figure."""


class Figure(Part):
    """A figure of a site. What is not known has no figure: it is never zero."""

    value: Number
    unit: str
    quality: Quality
    """`good`; `implausible`: see `reason`; `stale`, `lost` or `gone`: it is the last one known."""
    age_s: Number
    """How long ago the oldest device behind it was read."""
    sources: tuple[str, ...]
    """The recorded series that it comes from, the one that gives it first; empty where it is worked out of others."""
    reason: Said | None = None
    """Why it is doubtful."""


def unit_of(name: str) -> str:
    """The unit of a figure, by the end of its name; empty where it has none."""
    return next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")


def figures_of(row: StationRow, snapshot: Snapshot, now: float) -> dict[str, Figure]:
    """The figures of a station that have a value, by their names in `status --json`.

    Args:
        row: the station with its figures and the state it is shown with.
        snapshot: the same moment, for the series behind them.
        now: that moment (UTC epoch, s).
    """
    shown = row.overview
    if shown is None:
        return {}
    series = sources(snapshot, shown)
    return {name: _figure(row, shown, name, series.get(name, ()), now) for name in _numbers(shown)}


def _numbers(shown: Overview) -> list[str]:
    return [
        field.name
        for field in fields(shown)
        if unit_of(field.name) and isinstance(getattr(shown, field.name), int | float)
    ]


def _figure(row: StationRow, shown: Overview, name: str, series: tuple[str, ...], now: float) -> Figure:
    quality, age_s = figure_quality(row, name, now), shown.age_s(name, now)
    if age_s is None and shown.figures_at is not None and name not in shown.made_of:
        age_s = max(0.0, now - shown.figures_at)
    return Figure(
        value=getattr(shown, name),
        unit=unit_of(name),
        quality=Quality.IMPLAUSIBLE if quality is Quality.GOOD and name in shown.flags else quality,
        age_s=None if age_s is None else round(age_s, 1),
        sources=series,
        reason=shown.flags.get(name),
    )
