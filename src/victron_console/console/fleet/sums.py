"""What the sum row of the fleet table adds up: None where a site has no such value, or a doubtful one. Pure."""

from __future__ import annotations

from collections.abc import Callable

from victron_console.console.kit.figures import Figure
from victron_console.console.kit.format import number
from victron_console.console.kit.palette import Role
from victron_console.console.kit.view import Site


def battery_power(site: Site) -> float | None:
    """W, + charges."""
    return None if is_doubtful(site, "battery_power_w") else site.overview.battery_power_w


def pv_power(site: Site) -> float | None:
    """W."""
    return None if is_doubtful(site, "pv_power_w") else site.overview.pv_power_w


def load_power(site: Site) -> float | None:
    """W."""
    return None if is_doubtful(site, "load_power_w") else site.overview.load_power_w


def ac_power(site: Site) -> float | None:
    """W from grid, shore and genset, - exports; None while the input is off."""
    if is_doubtful(site, "grid_power_w", "genset_power_w", "ac_input") or site.overview.ac_input.connected is False:
        return None
    return source_power(site)


SUMMED_NUMBERS: dict[str, Callable[[Site], float | None]] = {
    "today": lambda site: site.energy_today_kwh,
    "genset": lambda site: site.genset_hours_today,
    "errors": lambda site: site.errors,
}


def sum_figure(column: str, total: float) -> Figure:
    """The sum of a column that is no power."""
    return Figure(number(total, 0 if column == "errors" else 1), Role.TEXT3 if column == "errors" else Role.TEXT2)


def source_power(site: Site) -> float | None:
    """W from the AC source that the site has, - exports."""
    overview = site.overview
    return overview.genset_power_w if overview.ac_input.type == "genset" else overview.grid_power_w


def is_doubtful(site: Site, *fields: str) -> bool:
    """Whether one of these figures or checks is doubted."""
    return any(field in site.overview.flags for field in fields)
