"""What the Cells screen asks the store: the packs of the chosen station with their day, and the worst of the fleet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from victron_console.console.kit.view import Site
from victron_console.insight.cells import Pack, PackClass, cells
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.snapshot import Snapshot, worst
from victron_console.model.units import DAY_S
from victron_console.store.read.reader import Reader

TRACE_COLUMNS = 24
MOST_TRACED = 32
"""Cells of a pack whose day is drawn: a trace asks the store for one history each."""
MOST_RANKED = 60
"""Stations whose packs are read for the fleet's ranking, those with the widest spread first."""

Trace = tuple[float | None, ...]
"""Deviation from the median, in mV, one for each column, oldest first; None where nothing was received."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One pack of the fleet."""

    station: str
    site: str
    pack: Pack
    quality: Quality = Quality.GOOD
    """GOOD or STALE: how far its figures are of now."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The packs of the fleet, the widest spread first, and the sites that are in no ranking, by why."""

    packs: tuple[Ranked, ...] = ()
    without: tuple[str, ...] = ()
    """Sites whose BMS gives no cells."""
    lost: tuple[str, ...] = ()
    """Sites that are not read now, each with its last spread."""


@dataclass(frozen=True, slots=True)
class StationPacks:
    """The packs of one station, and the snapshot that they are of."""

    station: str
    snapshot: Snapshot
    packs: tuple[Pack, ...]


def read_packs(reader: Reader, station: str, as_of: float | None) -> StationPacks | None:
    """The packs of a station; None where the store does not have it."""
    if reader.station(station, as_of) is None:
        return None
    snapshot = reader.snapshot(station, as_of)
    return StationPacks(station, snapshot, tuple(cells(snapshot)))


def read_traces(reader: Reader, station: str, pack: Pack, now: float, as_of: float | None) -> dict[str, Trace]:
    """The deviation of each cell over the day up to `now`, which is `as_of` where that is given; by its name."""
    means: dict[str, list[float | None]] = {}
    for cell in pack.cells[:MOST_TRACED]:
        series = pack.device.series(_path(reader, station, pack.device, cell.name))
        found = reader.buckets(station, series, now - DAY_S, now, TRACE_COLUMNS, as_of)
        means[cell.name] = [None if bucket is None else bucket.mean for bucket in found]
    middles: list[float | None] = []
    for column in range(TRACE_COLUMNS):
        known = [volts for values in means.values() if (volts := values[column]) is not None]
        middles.append(median(known) if known else None)
    return {
        name: tuple(_deviation(*pair) for pair in zip(values, middles, strict=True)) for name, values in means.items()
    }


def _deviation(volts: float | None, middle: float | None) -> float | None:
    return None if volts is None or middle is None else (volts - middle) * 1000


def _path(reader: Reader, station: str, device: DeviceKey, name: str) -> str:
    """The path of a cell: one of the three ways in which drivers publish them."""
    module, _, cell = name.rpartition(".")
    if module:
        return f"Battery/{module}/Cell/{cell}/Voltage"
    classic = f"Voltages/Cell{cell}"
    return classic if reader.series(station, device.series(classic)) else f"Cell/{cell}/Volts"


def read_ranking(reader: Reader, sites: Sequence[Site], as_of: float | None) -> Ranking:
    """The packs of the fleet, read anew; sites that are lost are named with the last that is known of them."""
    lost: list[str] = []
    without: list[str] = []
    packs: list[Ranked] = []
    wide = sorted(sites, key=lambda site: -(site.overview.cell_spread_v or 0.0))
    for site in wide:
        spread = site.overview.cell_spread_v
        if site.quality is Quality.LOST:
            lost.append(site.name if spread is None else f"{site.name}: last spread {spread * 1000:.0f} mV")
        elif spread is None:
            without.append(site.name)
        elif len(packs) < MOST_RANKED:
            packs += _of_site(site, reader.snapshot(site.id, as_of), lost)
    ranked = sorted((each for each in packs if each.pack.spread_v is not None), key=_rank)
    return Ranking(tuple(ranked), tuple(without), tuple(lost))


def pack_quality(pack: Pack, snapshot: Snapshot, station: Quality) -> Quality:
    """How far the figures of a pack are of now: no better than its device, and no better than its station."""
    device = snapshot.devices.get(pack.device)
    return worst((station, device.quality_at(snapshot.at) if device else Quality.GOOD))


def _of_site(site: Site, snapshot: Snapshot, lost: list[str]) -> Iterator[Ranked]:
    """The packs of a site; one that is not read although its station is goes to the lost ones."""
    for pack in cells(snapshot):
        quality = pack_quality(pack, snapshot, site.quality)
        if quality in (Quality.LOST, Quality.GONE):
            lost.append(f"{site.name} {pack.name}")
        else:
            yield Ranked(site.id, site.name, pack, quality)


def _rank(each: Ranked) -> tuple[bool, float, str]:
    """What cannot be judged now comes last: only like is compared."""
    unfit = each.pack.pack_class not in (PackClass.MID, PackClass.TOP) or each.quality is not Quality.GOOD
    return unfit, -(each.pack.spread_v or 0.0), each.station
