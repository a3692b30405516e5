"""The links of the stations as rows for another program."""

from __future__ import annotations

from collections.abc import Iterable

from victron_console.console.kit.export import Table, Value, iso_time
from victron_console.console.link.data import Link


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
        site.id, site.name, site.state.value, iso_time(site.since), site.reason, iso_time(site.read_at), state.api,
        state.clock_skew_s, state.failures, link.aside, *polls, link.received_bytes_s, state.last_error,
        iso_time(state.last_error_at),
    )  # fmt: skip
