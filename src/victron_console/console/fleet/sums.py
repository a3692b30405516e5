"""What of a site goes into sums and ranges of several: None where it has no such value, or an old or doubtful one."""

from __future__ import annotations

from collections.abc import Callable

from victron_console.console.kit.figures import Figure
from victron_console.console.kit.format import number
from victron_console.console.kit.palette import Role
from victron_console.console.kit.view import Site
from victron_console.model.quality import Quality


def battery_power(site: Site) -> float | None:
    """W, + charges."""
    return site.overview.battery_power_w if _counts(site, "battery_power_w") else None


def pv_power(site: Site) -> float | None:
    """W."""
    return site.overview.pv_power_w if _counts(site, "pv_power_w") else None


def load_power(site: Site) -> float | None:
    """W."""
    return site.overview.load_power_w if _counts(site, "load_power_w") else None


def ac_power(site: Site) -> float | None:
    """W from grid, shore and genset, - exports; None while the input is off."""
    counts = not is_doubtful(site, "grid_power_w", "genset_power_w", "ac_input") and _counts(site, source_field(site))
    return source_power(site) if counts and site.overview.ac_input.connected is not False else None


def charge(site: Site) -> float | None:
    """State of charge, %."""
    return site.overview.soc_percent if _counts(site, "soc_percent") else None


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
    return site.overview.genset_power_w if source_field(site) == "genset_power_w" else site.overview.grid_power_w


def source_field(site: Site) -> str:
    """The overview field of the AC source that the site has."""
    return "genset_power_w" if site.overview.ac_input.type == "genset" else "grid_power_w"


def _counts(site: Site, field: str) -> bool:
    """Whether a figure is of now and undoubted."""
    return not is_doubtful(site, field) and site.quality_of(field) is Quality.GOOD


def is_doubtful(site: Site, *fields: str) -> bool:
    """Whether one of these figures or checks is doubted."""
    return any(field in site.overview.flags for field in fields)
