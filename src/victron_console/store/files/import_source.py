"""Opens a file that somebody sent: an export or a bundle, checked before anything of it is stored. It is hostile input.

Nothing is unpacked onto the disk, and whatever its size, no more than one row of values lies in memory.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from victron_console.config.fields import Parameter, ParameterName
from victron_console.config.station import Battery, Cadence, Grid, Location, Pv
from victron_console.model.device import DeviceKey
from victron_console.model.judgement import Judgement
from victron_console.model.text import MAX_JSON_TEXT, clean
from victron_console.store.errors import UnreadableImport
from victron_console.store.files.bundle import EVENTS, FORM, MANIFEST, SCREEN, STATION, VALUES
from victron_console.store.write.registry import DEFAULT_CADENCE_S, MAX_DEVICES

MOST_LINE = 200_000
"""Characters of a line of values; a text has 16,384 at most."""
MOST_BYTES = 64 * 2**20
"""Of a part that is read as a whole: 100,000 events are about 30 MB."""
MOST_RATIO = 200
"""Between a part and its packed size: values pack to a twentieth, a zip bomb to a thousandth."""

Text = Annotated[str, AfterValidator(clean)]
LongText = Annotated[str, AfterValidator(lambda text: clean(text, MAX_JSON_TEXT))]
M = TypeVar("M", bound=BaseModel)


class _Read(BaseModel):
    """A part of a bundle: what another version added is not needed, what is needed has to be sound."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)


class _Manifest(_Read):
    form: int
    sha256: dict[str, str]


class Service(_Read):
    """A service of the station and how often it was read."""

    service: Text
    device: str | None
    cadence_s: float = Field(gt=0, le=7 * 86_400)


class Info(_Read):
    """What was configured of the station."""

    location: Location = Location()
    battery: Battery = Battery()
    grid: Grid = Grid()
    pv: Pv = Pv()
    cadence: Cadence = Cadence()
    thresholds: dict[ParameterName, Parameter] = Field(default_factory=dict)


class About(_Read):
    """`station.json`; the defaults are for an export, which says nothing of its stations."""

    name: Text = ""
    tags: list[Text] = Field(default=[], max_length=100)
    info: Info = Info()
    services: list[Service] = Field(default=[], max_length=10 * MAX_DEVICES)

    def service(self, device: DeviceKey) -> Service:
        """The bus service of a device; where it is not told a name that says so."""
        told = next((service for service in self.services if service.device == str(device)), None)
        name = f"com.victronenergy.{device.cls}.imported{device.instance}"
        return told or Service(service=name, device=None, cadence_s=DEFAULT_CADENCE_S)


class LoggedEvent(_Read):
    """A line of the event log."""

    at: float = Field(ge=0, lt=2**32)
    kind: Text
    text: LongText
    details: dict[str, Any]


class _Judged(_Read):
    """What the polls came to from a moment on, as `model.judgement.Judgement` has it."""

    at: float = Field(ge=0, lt=2**32)
    signs_conflict: bool
    imbalance_w: float | None


class _Events(_Read):
    events: list[LoggedEvent]
    judgements: list[_Judged] = []
    """Bundles of earlier versions have none."""


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What a file holds."""

    lines: Iterator[str]
    """Of `values.csv`, or of the export."""
    size: int
    """Bytes of all lines."""
    about: About = field(default_factory=About)
    events: tuple[LoggedEvent, ...] = ()
    judgements: tuple[tuple[float, Judgement], ...] = ()
    """With the moment from which each held (UTC epoch, s)."""


@contextmanager
def opened(source: Path) -> Iterator[ImportSource]:
    """Open an export (CSV) or a bundle (zip).

    Raises:
        UnreadableImport: it cannot be read, is no bundle, or not as it was made.
    """
    if not zipfile.is_zipfile(source) and source.suffix != ".zip":
        with _opened_text(source) as file:
            yield ImportSource(_lines(file), source.stat().st_size)
        return
    with _opened_zip(source) as made:
        _check(made, source)
        about, events = _parsed(made, STATION, About, source), _parsed(made, EVENTS, _Events, source)
        with made.open(VALUES) as values, io.TextIOWrapper(values, encoding="utf-8", newline="") as file:
            judged = tuple((it.at, Judgement(it.signs_conflict, it.imbalance_w)) for it in events.judgements)
            yield ImportSource(_lines(file), made.getinfo(VALUES).file_size, about, tuple(events.events), judged)


def _opened_text(source: Path) -> IO[str]:
    try:
        return source.open(encoding="utf-8-sig", newline="")  # a spreadsheet puts a mark before the first line
    except OSError as error:
        raise UnreadableImport(f"{source} cannot be read: {error.strerror}") from error


def _opened_zip(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _refused(source) from error


def _refused(source: Path) -> UnreadableImport:
    return UnreadableImport(f"{source} is no evidence bundle, or it is damaged: ask for it again")


def _lines(file: IO[str]) -> Iterator[str]:
    while line := file.readline(MOST_LINE + 1):
        if len(line) > MOST_LINE:
            raise ValueError("a line is longer than any that we write")
        yield line


def _check(made: zipfile.ZipFile, source: Path) -> None:
    """Compare every part with its checksum; a part that is not ours is refused before it is unpacked."""
    manifest = _parsed(made, MANIFEST, _Manifest, source)
    if manifest.form != FORM:
        raise UnreadableImport(f"{source} was made by another version: update victron-console")
    foreign = sorted(set(made.namelist()) - {MANIFEST, STATION, VALUES, EVENTS, SCREEN})
    if foreign:
        raise UnreadableImport(f"{source} holds {clean(foreign[0], 60)!r}, which no bundle does: ask for it again")
    for name in {STATION, VALUES, EVENTS} | set(made.namelist()) - {MANIFEST}:
        found = hashlib.sha256()
        try:
            with _opened_part(made, name, source) as part:
                while piece := part.read(2**20):
                    found.update(piece)
        except _BROKEN as error:
            raise _refused(source) from error
        if found.hexdigest() != manifest.sha256.get(name):
            raise UnreadableImport(f"{name} in {source} is not as it was made: ask for it again")


_BROKEN = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
"""What unpacking a damaged or locked part raises."""


def _opened_part(made: zipfile.ZipFile, name: str, source: Path) -> IO[bytes]:
    try:
        info = made.getinfo(name)
    except KeyError as error:
        raise _refused(source) from error
    if info.file_size > 2**20 + MOST_RATIO * info.compress_size:
        raise UnreadableImport(f"{name} in {source} is packed tighter than any bundle: it is not unpacked")
    if name != VALUES and info.file_size > MOST_BYTES:
        raise UnreadableImport(f"{name} in {source} has more than {MOST_BYTES // 2**20} MB: no bundle has")
    return made.open(info)


def _parsed(made: zipfile.ZipFile, name: str, model: type[M], source: Path) -> M:
    try:
        with _opened_part(made, name, source) as part:
            return model.model_validate_json(part.read())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "its text"
        raise UnreadableImport(f"{name} in {source}: {clean(place)}: {clean(first['msg'])}") from error
    except _BROKEN as error:
        raise _refused(source) from error
