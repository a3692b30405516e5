"""The alarm list as rows for another program."""

from __future__ import annotations

from collections.abc import Iterable

from victron_console.console.alarms.sections import AlarmSection
from victron_console.console.kit.export import Table, iso_time
from victron_console.model.clock import iso_utc


def alarms_table(sections: Iterable[AlarmSection]) -> Table:
    """The alarms as they are shown, each site of a folded row for itself."""
    heads = (
        "station", "name", "section", "mark", "since", "until", "what", "value", "unit", "limit", "source", "response",
        "count", "who", "family",
    )  # fmt: skip
    return Table(heads, tuple(
        (
            one.station, one.site, section.name, one.mark.value, iso_utc(one.since), iso_time(one.until), one.what,
            one.value, one.unit, one.limit, one.source, one.response, one.count, one.who, one.family,
        )
        for section in sections for row in section.rows for one in row.members
    ))  # fmt: skip
