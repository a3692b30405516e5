"""Edits picked up while running: a cheap look at the files, and a broken edit that takes no good station away."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from victron_console.config.edits import Edits, Stamp, stamps_of
from victron_console.config.files import LoadResult, default_paths, list_files, load
from victron_console.config.station import StationConfig
from victron_console.config.tables import HELD


class StationFiles(Protocol):
    """Where the stations come from: files that may be edited, or a fixed list."""

    def changed(self) -> bool:
        """Whether anything changed since the last reload and is whole; costs no more than a look at the files."""
        ...

    def reload(self) -> LoadResult:
        """The stations as they are now."""
        ...


@dataclass(frozen=True, slots=True)
class FixedStations:
    """Stations that stand in no file: those of `--url` and of the demo."""

    stations: tuple[StationConfig, ...]

    def changed(self) -> bool:
        """Never."""
        return False

    def reload(self) -> LoadResult:
        """The same stations each time."""
        return LoadResult(stations=self.stations)


class ConfigFiles:
    """The configuration as it is now. Ask `changed()` every few seconds; it costs one `stat` a file.

    Without paths it is that of the default folders, looked for anew each time: `add` may make one of them any moment.
    """

    def __init__(self, paths: Sequence[Path] = (), environ: Mapping[str, str] = os.environ) -> None:
        self._given = tuple(paths)
        self._environ = environ
        self._edits = Edits()
        self._homes: dict[str, Path] = {}
        self.current = LoadResult()
        self.reload()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files and folders that are read."""
        return self._given or default_paths()

    def changed(self) -> bool:
        """Whether a file came, went or was written since it was last read, and nobody is at it any more.

        Station files, secrets and certificates. It takes two calls: the second one finds them as the first one did.
        """
        return self._edits.are_over(self._look(self.current.referred))

    def reload(self) -> LoadResult:
        """Read all files anew.

        A file with a fault loses none of the stations that it gave before: the last good version of each stays until
        the file is free of faults. The faults are reported all the same.
        """
        before = self._look(self.current.referred)
        fresh = load(self.paths, self._environ)
        after = self._look(fresh.referred)  # of files that were not referred to before there is nothing else
        self._edits.note_read({path: before.get(path, now) for path, now in after.items()})
        kept = self._last_good(fresh)
        tables = self._last_good_tables(fresh)
        homes = {station: file for file, ids in fresh.files.items() for station in ids}
        self._homes = {station.id: self._homes[station.id] for station in kept} | homes
        held: dict[str, Any] = {name: getattr(self.current, name) for name in tables}
        self.current = replace(fresh, stations=(*fresh.stations, *kept), homes={**fresh.homes, **tables}, **held)
        return self.current

    def _last_good_tables(self, fresh: LoadResult) -> dict[str, Path]:
        """Those that had no fault before, and now stand in a file with faults or have one: who is told goes on."""
        broken = {fault.file for fault in fresh.faults}
        return {
            name: home
            for name, home in self.current.homes.items()
            if name in HELD and name not in fresh.homes and broken.intersection((home, *home.parents))
        }

    def _last_good(self, fresh: LoadResult) -> list[StationConfig]:
        """The stations that are missing now although nobody took them out: their file has a fault."""
        broken = {fault.file for fault in fresh.faults}
        present = {station.id for station in fresh.stations}
        return [
            station
            for station in self.current.stations
            if station.id not in present and broken.intersection((home := self._homes[station.id], *home.parents))
        ]

    def _look(self, referred: Iterable[Path]) -> dict[Path, Stamp]:
        found: set[Path] = set(referred)
        for path in self.paths:
            try:
                found.update(list_files(path))
            except OSError:
                found.add(path)
        return stamps_of(found)
