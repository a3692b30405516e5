"""The fleet as rows for another program."""

from __future__ import annotations

from collections.abc import Iterable

from victron_console.console.kit.export import Table, Value, iso_time
from victron_console.console.kit.view import Site

_FIGURES = (
    ("soc_percent", "soc_percent"),
    ("battery_w", "battery_power_w"),
    ("pv_w", "pv_power_w"),
    ("load_w", "load_power_w"),
    ("grid_w", "grid_power_w"),
    ("genset_w", "genset_power_w"),
    ("cell_spread_v", "cell_spread_v"),
    ("battery_c", "battery_temperature_c"),
    ("system_state", "system_state"),
)


def fleet_table(sites: Iterable[Site]) -> Table:
    """The sites as they are shown, with the state that says whether their figures are of now."""
    heads = ("id", "name", "state", "mark", "read_at", *(head for head, _ in _FIGURES), "pv_today_kwh")
    return Table(heads, tuple(_site_row(site) for site in sites))


def _site_row(site: Site) -> tuple[Value, ...]:
    figures = tuple(getattr(site.overview, field) for _, field in _FIGURES)
    return (
        site.id, site.name, site.state.value, site.mark.value, iso_time(site.read_at), *figures, site.energy_today_kwh
    )  # fmt: skip
