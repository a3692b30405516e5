"""What the screens show, as rows for another program: heads carry the unit, times are ISO 8601 UTC, ids stand first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from victron_console.console.kit.export import Table, Value
from victron_console.model.clock import iso_utc

if TYPE_CHECKING:  # the fleet's first paint does not wait for what the other screens are made of
    from victron_console.console.alarms.sections import Section
    from victron_console.console.cells.data import Ranking
    from victron_console.console.link.data import Link
    from victron_console.console.live.view import Site
    from victron_console.console.paths.data import Branch, PathTree, PathValue
    from victron_console.insight.cells import Pack
    from victron_console.store.records import Event

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
        site.id, site.name, site.state.value, site.mark.value, _iso(site.read_at), *figures, site.energy_today_kwh
    )  # fmt: skip


def alarms_table(sections: Iterable[Section]) -> Table:
    """The alarms as they are shown, each site of a folded row for itself."""
    heads = (
        "station", "name", "section", "mark", "since", "until", "what", "value", "unit", "limit", "source", "response",
        "count", "who", "family",
    )  # fmt: skip
    return Table(heads, tuple(
        (
            one.station, one.site, section.name, one.mark.value, iso_utc(one.since), _iso(one.until), one.what,
            one.value, one.unit, one.limit, one.source, one.response, one.count, one.who, one.family,
        )
        for section in sections for row in section.rows for one in row.members
    ))  # fmt: skip


def log_table(events: Iterable[Event]) -> Table:
    """The lines of the log that are loaded, newest first."""
    return Table(
        ("time", "station", "kind", "text"),
        tuple((iso_utc(event.at), event.station, event.kind, event.text) for event in events),
    )


def links_table(links: Iterable[Link]) -> Table:
    """How the stations are reached, and the polls of the last hour."""
    heads = (
        "station", "name", "state", "since", "reason", "read_at", "api", "clock_skew_s", "failures", "services_aside",
        "polls_1h", "errors_1h", "round_trip_mean_s", "round_trip_max_s", "received_bytes_s", "last_error",
        "last_error_at",
    )  # fmt: skip
    return Table(heads, tuple(_link_row(link) for link in links))


def _link_row(link: Link) -> tuple[Value, ...]:
    site, state, hour = link.site, link.state, link.hour
    polls = (hour.polls, hour.errors, hour.round_trip_mean_s, hour.round_trip_max_s) if hour else (None,) * 4
    return (
        site.id, site.name, site.state.value, _iso(site.since), site.reason, _iso(site.read_at), state.api,
        state.clock_skew_s, state.failures, link.aside, *polls, link.received_bytes_s, state.last_error,
        _iso(state.last_error_at),
    )  # fmt: skip


def paths_table(tree: PathTree, values: Iterable[tuple[Branch, PathValue]]) -> Table:
    """These values of the station, each with its unit and quality."""
    heads = ("station", "series", "device", "value", "unit", "quality", "reason", "read_at", "pinned")
    return Table(heads, tuple(
        (
            tree.station, one.series, branch.device.name, one.reading.value, one.metric.unit if one.metric else "",
            one.reading.quality.value, one.reading.reason, _iso(branch.device.read_at),
            "yes" if tree.is_pinned(one.series) else "no",
        )
        for branch, one in values
    ))  # fmt: skip


def cells_table(station: str, packs: Iterable[Pack]) -> Table:
    """The cells of a station; of a pack whose BMS gives only two of them, those."""
    heads = (
        "station", "device", "pack", "class", "cell", "voltage_v", "deviation_v", "balancing", "spread_v", "median_v",
        "soc_percent", "current_a",
    )  # fmt: skip
    return Table(heads, tuple(
        (
            station, str(pack.device), pack.name, pack.pack_class.value, *cell, _volts(pack.spread_v),
            _volts(pack.median_v), pack.soc_percent, pack.current_a,
        )
        for pack in packs for cell in _cells(pack)
    ))  # fmt: skip


def _cells(pack: Pack) -> Sequence[tuple[Value, ...]]:
    if not pack.cells:
        return [(name, volts, None, None) for name, volts in ((pack.max_id, pack.max_v), (pack.min_id, pack.min_v))]
    words = {None: None, True: "yes", False: "no"}
    return [(cell.name, cell.voltage_v, _volts(cell.deviation_v), words[cell.balancing]) for cell in pack.cells]


def ranking_table(ranking: Ranking) -> Table:
    """The packs of the fleet, the widest spread first."""
    heads = (
        "station", "name", "device", "pack", "class", "spread_v", "highest_v", "highest_cell", "lowest_v",
        "lowest_cell", "soc_percent", "current_a",
    )  # fmt: skip
    return Table(heads, tuple(
        (
            one.station, one.site, str(pack.device), pack.name, pack.pack_class.value, _volts(pack.spread_v),
            pack.max_v, pack.max_id, pack.min_v, pack.min_id, pack.soc_percent, pack.current_a,
        )
        for one in ranking.packs for pack in (one.pack,)
    ))  # fmt: skip


def _volts(difference: float | None) -> float | None:
    """Without the noise of binary fractions: cells are told in millivolts."""
    return None if difference is None else round(difference, 5)


def _iso(at: float | None) -> str | None:
    return iso_utc(at) if at else None
