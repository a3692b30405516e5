"""The values of a station as rows for another program."""

from __future__ import annotations

from collections.abc import Iterable

from victron_console.console.kit.export import Table, iso_time
from victron_console.console.paths.data import Branch, PathTree, PathValue


def paths_table(tree: PathTree, values: Iterable[tuple[Branch, PathValue]]) -> Table:
    """These values of the station, each with its unit and quality."""
    heads = ("station", "series", "device", "value", "unit", "quality", "reason", "read_at", "pinned")
    return Table(heads, tuple(
        (
            tree.station, one.series, branch.device.name, one.reading.value, one.metric.unit if one.metric else "",
            one.reading.quality.value, one.reading.reason, iso_time(branch.device.read_at),
            "yes" if tree.is_pinned(one.series) else "no",
        )
        for branch, one in values
    ))  # fmt: skip
