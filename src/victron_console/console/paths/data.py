"""Every value of a station as a tree of devices, and the rows of it that an operator wants to see. No drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from victron_console.catalogue import Kind, Metric, catalogue
from victron_console.console.kit.search import fitting
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.store.operator.wanted import WantedKind
from victron_console.store.read.reader import Reader

PINNED = "pinned"
"""The id of the head over the pinned values; a value under it has it before its series."""
_FIRST, _LAST = ("system",), ("settings",)


class PathValue(NamedTuple):
    """One value, as its device's age makes it. A tuple: a station has thousands, made anew each second."""

    key: DeviceKey
    path: str
    reading: Reading

    @property
    def series(self) -> str:
        """Its name in the store: `battery/258/Dc/0/Voltage`."""
        return self.key.series(self.path)

    @property
    def metric(self) -> Metric | None:
        """What the catalogue knows of it."""
        return catalogue().metric(self.key.cls, self.path)

    @property
    def name(self) -> str:
        """What the catalogue calls it; by its own words where it does not know it."""
        return catalogue().name(self.key.cls, self.path)

    @property
    def is_abnormal(self) -> bool:
        """Whether it is doubtful, or an alarm of the device that is not at rest."""
        if self.reading.quality is Quality.IMPLAUSIBLE:
            return True
        return bool(self.reading.last_number) and catalogue().is_alarm(self.key.cls, self.path)

    @property
    def alarm_level(self) -> int:
        """1 a warning, 2 an alarm of the device itself; 0 for all else."""
        metric = self.metric
        if metric is None or metric.kind is not Kind.ALARM or not self.reading.last_number:
            return 0
        return 2 if self.reading.last_number >= 2 else 1


@dataclass(frozen=True, slots=True)
class Branch:
    """One device and its values by path."""

    device: DeviceState
    quality: Quality
    values: tuple[PathValue, ...]


@dataclass(frozen=True, slots=True)
class PathTree:
    """A station with all its values."""

    station: str
    branches: tuple[Branch, ...] = ()
    pins: tuple[str, ...] = ()
    """The series and globs that are pinned."""

    @property
    def count(self) -> int:
        """How many values it has."""
        return sum(len(branch.values) for branch in self.branches)

    def is_pinned(self, series: str) -> bool:
        """Whether somebody pinned the series, by its name or by a glob."""
        return any(fnmatchcase(series, pin) for pin in self.pins)


class PathRow(NamedTuple):
    """A row of the list: a value, or the head of a device or of the pinned values."""

    id: str
    branch: Branch | None = None
    value: PathValue | None = None
    pinned: bool = False
    is_open: bool = False
    values: int = 0
    """How many are under a head."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator wants to see."""

    filter: str = ""
    opened: frozenset[str] = frozenset()
    """The heads whose values are shown, where there is no filter."""
    abnormal_only: bool = False
    without_absent: bool = False

    def toggled(self, head: str) -> Wish:
        """With a head opened or closed."""
        return replace(self, opened=self.opened ^ {head})


def read_paths(reader: Reader, station: str, as_of: float | None) -> PathTree | None:
    """The station now or at `as_of`; None where the store does not have it."""
    if reader.station(station, as_of) is None:
        return None
    pins = [wish.pattern for wish in reader.wanted(station, as_of) if wish.kind is WantedKind.PIN]
    return path_tree(reader.snapshot(station, as_of), pins)


def path_tree(snapshot: Snapshot, pins: Sequence[str] = ()) -> PathTree:
    """The tree of a snapshot: the system first, its settings last; without devices that are accepted as gone."""
    branches = []
    for key in sorted(snapshot.devices, key=_place):
        device = snapshot.devices[key]
        if device.accepted:
            continue
        quality = device.quality_at(snapshot.at)
        values = [PathValue(key, path, device.readings[path].aged(quality)) for path in sorted(device.readings)]
        branches.append(Branch(device, quality, tuple(values)))
    return PathTree(snapshot.station, tuple(branches), tuple(pins))


def _place(key: DeviceKey) -> tuple[bool, bool, str, int, str]:
    number = int(key.instance) if key.instance.isdigit() else 0
    return key.cls in _LAST, key.cls not in _FIRST, key.cls, number, key.instance


def path_rows(tree: PathTree, wish: Wish) -> list[PathRow]:
    """The rows to show, the pinned values first. A filter whose words occur nowhere is taken as an abbreviation.

    A filter opens every device in which something fits and hides the others.
    """
    wanted = [(branch, value) for branch in tree.branches for value in branch.values if _wanted(value, wish)]
    found = fitting(wish.filter, wanted, lambda pair: _filter_text(pair[1].key, pair[1].path, pair[0].device.name))
    return [*_pinned_rows(tree, found), *_device_rows(tree, wish, found)]


def every_value(tree: PathTree, wish: Wish) -> Iterator[tuple[Branch, PathValue]]:
    """The values that fit, each once, whether their device is open or not."""
    opened = frozenset(str(branch.device.key) for branch in tree.branches)
    for row in path_rows(tree, replace(wish, opened=opened)):
        if row.branch is not None and row.value is not None and row.id == row.value.series:
            yield row.branch, row.value


Found = Sequence[tuple[Branch, PathValue]]
"""The values that fit a wish."""


def _pinned_rows(tree: PathTree, found: Found) -> Iterator[PathRow]:
    if not tree.pins:
        return
    kept = [(branch, value) for branch, value in found if tree.is_pinned(value.series)]
    if kept:
        yield PathRow(PINNED, is_open=True, values=len(kept))
    for branch, value in kept:
        yield PathRow(f"{PINNED} {value.series}", branch, value, pinned=True)


def _device_rows(tree: PathTree, wish: Wish, found: Found) -> Iterator[PathRow]:
    searching = bool(wish.filter) or wish.abnormal_only
    by_branch: dict[DeviceKey, list[PathValue]] = {}
    for branch, value in found:
        by_branch.setdefault(branch.device.key, []).append(value)
    for branch in tree.branches:
        kept = by_branch.get(branch.device.key, [])
        if searching and not kept:
            continue
        head = str(branch.device.key)
        is_open = searching or head in wish.opened
        yield PathRow(head, branch, is_open=is_open, values=len(kept))
        if is_open:
            for value in kept:
                yield PathRow(value.series, branch, value, pinned=bool(tree.pins) and tree.is_pinned(value.series))


def _wanted(value: PathValue, wish: Wish) -> bool:
    if wish.without_absent and value.reading.quality is Quality.ABSENT:
        return False
    return value.is_abnormal or not wish.abnormal_only


@lru_cache(maxsize=50_000)
def _filter_text(key: DeviceKey, path: str, device: str) -> str:
    """What a filter is held against: series, name in the catalogue, name of the device."""
    return f"{key.series(path)} {catalogue().name(key.cls, path)} {device}"
