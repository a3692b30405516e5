"""The cells of a station, and the packs of the fleet, as rows for another program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from victron_console.console.cells.data import Ranking
from victron_console.console.kit.export import Table, Value
from victron_console.insight.cells import Pack


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
