"""An evidence bundle: one zip with what a station did in a window, for someone who cannot reach it. No secrets.

station.json   what is configured of it that helps to judge it, its services, the versions of program and store
values.csv     every change, with gaps, in the format of `export`; the first rows carry what held at the begin
events.json    the event log, alarms and the GX's notices of the window, the gaps, and what the polls were judged to be
screen.txt     what was on the screen, all of it, where the console made the bundle
manifest.json  the window, and a SHA-256 of each of the files

Left out are addresses, logins, whom to call, how to get in, and values whose path names a secret.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO, Any

from victron_console import __version__
from victron_console.model.clock import iso_utc, local
from victron_console.model.device import split_series
from victron_console.model.secret import is_secret
from victron_console.store.files.export import Sink, export, write_csv
from victron_console.store.files.output import completing
from victron_console.store.read.reader import Reader

FORM = 1
MOST_EVENTS = 100_000
MANIFEST, STATION, VALUES, EVENTS, SCREEN = (
    "manifest.json",
    "station.json",
    "values.csv",
    "events.json",
    "screen.txt",
)
SHARED = ("location", "battery", "grid", "pv", "cadence", "thresholds")
"""The tables of a station's configuration that go into a bundle."""


def write_bundle(
    reader: Reader, target: Path, station: str, since: float, until: float, made_at: float, screen: str = ""
) -> None:
    """Write a bundle; the file only gets its name once it is complete.

    Args:
        reader: the store.
        target: the zip to make.
        station: whose.
        since: begin of the window (UTC epoch, s).
        until: its end.
        made_at: now.
        screen: text of the screen, for the console.

    Raises:
        UnknownStation: the store never had it.
        StoreReadOnly: the file cannot be written.
    """
    parts = {STATION: _station(reader, station), EVENTS: _events(reader, station, since, until)}
    rows = (row for row in export(reader, [station], ["*"], since, until) if not is_secret(split_series(row.series)[1]))
    sums: dict[str, str] = {}
    with (
        completing(target) as unfinished,
        zipfile.ZipFile(unfinished, "w") as made,
    ):
        for name, content in parts.items():
            text = json.dumps(content, indent=1, ensure_ascii=False, default=str)
            sums[name] = _put(made, name, made_at, partial(_write, text))
        sums[VALUES] = _put(made, VALUES, made_at, partial(write_csv, rows))
        if screen:
            sums[SCREEN] = _put(made, SCREEN, made_at, partial(_write, screen))
        _put(made, MANIFEST, made_at, partial(_write, _manifest(station, since, until, made_at, sums)))


def _manifest(station: str, since: float, until: float, made_at: float, sums: Mapping[str, str]) -> str:
    manifest = {
        "form": FORM,
        "station": station,
        "since": since,
        "until": until,
        "window": f"{iso_utc(since)} to {iso_utc(until)}",
        "made_at": made_at,
        "program": f"victron-console {__version__}",
        "sha256": sums,
    }
    return json.dumps(manifest, indent=1)


class _Summed:
    """Encodes and passes on what is written, and takes its checksum: a year of values never lies in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sum = hashlib.sha256()

    def write(self, text: str) -> None:
        """Write a part."""
        body = text.encode()
        self.sum.update(body)
        self._file.write(body)


def _put(made: zipfile.ZipFile, name: str, made_at: float, write: Callable[[Sink], object]) -> str:
    """Write a file of the zip; gives its SHA-256."""
    entry = zipfile.ZipInfo(name, local(made_at).timetuple()[:6])
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with made.open(entry, "w", force_zip64=True) as file:
        summed = _Summed(file)
        write(summed)
    return summed.sum.hexdigest()


def _write(text: str, file: Sink) -> None:
    file.write(text)


def _station(reader: Reader, station: str) -> dict[str, Any]:
    row = reader.known_station(station)
    stats = reader.stats()
    return {
        "id": row.id,
        "name": row.name,
        "tags": list(row.tags),
        "info": {name: value for name in SHARED if (value := row.info.given.get(name))},
        "services": [
            {"service": s.service, "device": str(s.key) if s.key else None, "cadence_s": s.cadence_s}
            for s in reader.services(station)
        ],
        "store_version": stats.schema_version,
        "sqlite_version": stats.sqlite_version,
    }


def _events(reader: Reader, station: str, since: float, until: float) -> dict[str, Any]:
    return {
        "events": [asdict(event) for event in reader.events(since, until, station=station, limit=MOST_EVENTS)],
        "alarms": [asdict(alarm) for alarm in reader.alert_history(since, until, station)],
        "notices": [asdict(n) for n in reader.notices(station, MOST_EVENTS) if since <= n.at <= until],
        "gaps": [
            {"since": g.since, "until": g.until, "kind": g.kind, "device": str(g.device or ""), "reason": g.reason}
            for g in reader.gaps(station, since, until)
        ],
        "judgements": [{"at": at, **asdict(judged)} for at, judged in reader.judgements(station, since, until)],
    }
