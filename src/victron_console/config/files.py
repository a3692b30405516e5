"""Reads the files of a configuration: all that is good in them, and every fault of the rest at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from pydantic import ValidationError

from victron_console.config.backup import BackupSettings
from victron_console.config.engine import EngineSettings
from victron_console.config.faults import ConfigError, Fault, Problem, problems, shown
from victron_console.config.fields import Surroundings, Table
from victron_console.config.heartbeat import HeartbeatSettings
from victron_console.config.history import HistorySettings
from victron_console.config.lines import line_of, places
from victron_console.config.notify import NotifySettings
from victron_console.config.parsed_file import parsed_file, reason
from victron_console.config.sources import SOURCES
from victron_console.config.station import StationConfig
from victron_console.config.tables import HELD, TABLES, ConsoleSettings, without
from victron_console.config.vrm import VrmSettings
from victron_console.model.text import clean

APP_NAME = "victron-console"
EXAMPLE_SUFFIX = ".example.toml"
ONCE = "a name of its own for each [[engine]]"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a configuration says: the good stations, and everything that is wrong."""

    stations: tuple[StationConfig, ...] = ()
    faults: tuple[Fault, ...] = ()
    files: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    """Each file that was found and the ids of the good stations in it."""
    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    heartbeat: HeartbeatSettings = field(default_factory=HeartbeatSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    backup: BackupSettings = field(default_factory=BackupSettings)
    vrm: VrmSettings = field(default_factory=VrmSettings)
    engines: tuple[EngineSettings, ...] = ()
    homes: Mapping[str, Path] = field(default_factory=dict)
    """The file of each such table that has no fault, by the table's name."""
    referred: frozenset[Path] = frozenset()
    """Secret and certificate files that the stations point to."""


def user_folder() -> Path:
    """The user's own configuration folder, where `add` writes; it may not exist yet."""
    return user_config_path(APP_NAME, appauthor=False)


def default_paths() -> tuple[Path, ...]:
    """The user's own folder and `./station_configs`, as far as they are there."""
    return tuple(path for path in (user_folder(), Path("station_configs")) if path.is_dir())


def load(paths: Sequence[Path], environ: Mapping[str, str] = os.environ) -> LoadResult:
    """All stations in these files and folders.

    Never raises for what stands in a file: one bad station, key or file is a fault and leaves the rest as it is.
    """
    reading = _Reading(environ)
    for path in _files(paths, reading.faults):
        reading.read(path)
    return reading.result()


def station_from(
    raw: Mapping[str, object], environ: Mapping[str, str] = os.environ, folder: Path = Path()
) -> StationConfig:
    """A station that stands in no file yet, from the keys of a `[[station]]`: what `--url` and `add` make.

    Relative paths in it start at `folder`.

    Raises:
        ConfigError: with every fault of it.
    """
    station, found = _station(raw, Surroundings(folder, environ))
    if station is None:
        raise ConfigError([Fault(Path("the new station"), None, ".".join(p.path), p.found, p.expected) for p in found])
    return station


def list_files(path: Path) -> list[Path]:
    """The configuration files that a file or folder stands for; examples in a folder are skipped.

    Raises:
        OSError: where a folder cannot be listed.
    """
    if not path.is_dir():
        return [path]
    return sorted(
        entry
        for entry in path.iterdir()
        if entry.suffix == ".toml" and not entry.name.startswith(".") and not entry.name.endswith(EXAMPLE_SUFFIX)
    )


def _files(paths: Sequence[Path], faults: list[Fault]) -> list[Path]:
    found: dict[Path, Path] = {}
    for path in paths:
        try:
            files = list_files(path)
        except OSError as error:
            faults.append(Fault(path, None, "", reason(error), "a folder that this user may read"))
            continue
        for file in files:
            try:
                found.setdefault(file.resolve(), file)
            except (OSError, RuntimeError):  # Python 3.11 and 3.12 raise RuntimeError for a loop
                faults.append(Fault(file, None, "", "a link that leads nowhere", "a station file"))
    return list(found.values())


class _Reading:
    """One pass over all files; what one file says may be wrong only beside another."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[Fault] = []
        self.files: dict[Path, tuple[str, ...]] = {}
        self.referred: set[Path] = set()
        self.stations: dict[str, StationConfig] = {}
        self.origins: dict[str, str] = {}
        self.tables: dict[str, Any] = {}
        self.engines: dict[str, EngineSettings] = {}
        self.homes: dict[str, Path] = {}

    def result(self) -> LoadResult:
        """Everything that was read."""
        order = {file: number for number, file in enumerate(self.files)}
        return LoadResult(
            stations=tuple(self.stations.values()),
            faults=tuple(sorted(self.faults, key=lambda fault: (order.get(fault.file, -1), fault.line or 0))),
            files=self.files,
            **self.tables,
            engines=tuple(self.engines.values()),
            homes=self.homes,
            referred=frozenset(self.referred),
        )

    def read(self, file: Path) -> None:
        """Take up one file."""
        self.files[file] = ()
        found = parsed_file(file, self.faults)
        if found is None:
            return
        text, data = found
        lines = places(text)
        known = set(self.stations)
        for key, value in data.items():
            if key == "station" and isinstance(value, list):
                for index, raw in enumerate(value):
                    self._take_station(file, index, raw, lines)
            elif key == "engine" and isinstance(value, list):
                for index, raw in enumerate(value):
                    self._take_engine(file, index, raw, lines)
            elif key in TABLES:
                self._take_table(file, key, value, lines)
            else:
                self._refuse_table(file, key, line_of(lines, [key]))
        self.files[file] = tuple(station for station in self.stations if station not in known)

    def _refuse_table(self, file: Path, key: str, line: int | None) -> None:
        known = ", ".join(["[[station]]", "[[engine]]", *(f"[{name}]" for name in TABLES)])
        listed = key.removesuffix("s") if key.removesuffix("s") in ("station", "engine") else ""
        expected = f"[[{listed}]] in double brackets" if listed else f"one of {known}"
        found = "one table" if key == listed else "an unknown table or key"
        self.faults.append(Fault(file, line, clean(key, 60), found, expected))

    def _take_station(self, file: Path, index: int, raw: object, lines: Mapping[tuple[str, ...], int]) -> None:
        place = ("station", str(index))
        if not isinstance(raw, dict):
            self.faults.append(Fault(file, line_of(lines, ["station"]), "station", shown(raw), "[[station]] tables"))
            return
        around = Surroundings(file.parent, self.environ)
        station, found = _station(raw, around)
        self.referred |= around.referred
        name = raw.get("id")
        label = clean(name, 64) if isinstance(name, str) else f"number {index + 1}"
        if station is not None and station.id in self.stations:
            taken = f'"{station.id}", which stands in {self.origins[station.id]} too'
            found, station = [Problem(("id",), taken, "an id that is used once")], None
        for problem in found:
            line = line_of(lines, (*place, *problem.path))
            key = ".".join(clean(part, 60) for part in problem.path)
            self.faults.append(Fault(file, line, key, problem.found, problem.expected, station=label))
        if station is not None:
            line = line_of(lines, (*place, "id"))
            self.stations[station.id] = station
            self.origins[station.id] = f"{file}, line {line}" if line else str(file)

    def _take_engine(self, file: Path, index: int, raw: object, lines: Mapping[tuple[str, ...], int]) -> None:
        """One that is wrong is left out: what is to be sent to it waits in the store."""
        around = Surroundings(file.parent, self.environ)
        try:
            engine = EngineSettings.model_validate(raw, context=around)
            found = [] if engine.name not in self.engines else [Problem(("name",), f'"{engine.name}" twice', ONCE)]
        except ValidationError as error:
            found = problems(error, EngineSettings)
        else:
            self.engines.setdefault(engine.name, engine)
        self.referred |= around.referred
        for p in found:
            line = line_of(lines, ("engine", str(index), *p.path))
            self.faults.append(Fault(file, line, ".".join(("engine", *p.path)), p.found, p.expected))

    def _take_table(self, file: Path, key: str, raw: object, lines: Mapping[tuple[str, ...], int]) -> None:
        """A table of which there is one; of one with faults, what is right in it."""
        if key in self.tables:
            line = line_of(lines, [key])
            self.faults.append(Fault(file, line, key, "a second table", f"[{key}] in one file only"))
            return
        around = Surroundings(file.parent, self.environ)
        model = TABLES[key]
        try:
            self.tables[key] = model.model_validate(raw, context=around)
            self.homes[key] = file
        except ValidationError as error:
            found = problems(error, model)
            for p in found:
                path = (key, *p.path)
                self.faults.append(Fault(file, line_of(lines, path), ".".join(path), p.found, p.expected))
            self.tables[key] = _what_is_right(model, raw, [p.path for p in found], around) if key in HELD else model()
        finally:
            self.referred |= around.referred


def _what_is_right(model: type[Table], raw: object, wrong: Sequence[Sequence[str]], around: Surroundings) -> Table:
    """The table without what is wrong in it: one faulty key must not silence all who are to be told."""
    try:
        return model.model_validate(without(raw, [place for place in wrong if place]), context=around)
    except ValidationError:
        return model()


def _station(raw: Mapping[str, object], around: Surroundings) -> tuple[StationConfig | None, list[Problem]]:
    """The station, or every problem of it."""
    long, short, doubled = _written_out(raw)
    long.setdefault("source", next((name for name in SOURCES if name in long), next(iter(SOURCES))))
    try:
        station = StationConfig.model_validate(long, context=around)
    except ValidationError as error:
        found = [
            Problem(p.path[1:], p.found, p.expected) if p.path in short else p for p in problems(error, StationConfig)
        ]
        return None, [*doubled, *found]
    return (None, doubled) if doubled else (station, [])


def _written_out(raw: Mapping[str, object]) -> tuple[dict[str, object], set[tuple[str, ...]], list[Problem]]:
    """The station with each short key in the table that it belongs to: `url` of the station is `url` of its `http`.

    Returns the station, the places of the keys that were short, and a problem for each that stands in both places.
    """
    long = dict(raw)
    short: set[tuple[str, ...]] = set()
    doubled: list[Problem] = []
    for name, settings in SOURCES.items():
        key = settings.SHORT_KEY
        if not key or key not in long:
            continue
        short.add((name, key))
        value, table = long.pop(key), long.setdefault(name, {})
        if isinstance(table, dict) and key in table:
            doubled.append(Problem((key,), "two of them", f"{key} either here or in [station.{name}]"))
        elif isinstance(table, dict):
            long[name] = {**table, key: value}
    return long, short, doubled
