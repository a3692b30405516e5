"""An evidence bundle: one zip with what a station did in a window, for someone who cannot reach it. No secrets.

station.json   what is configured of it that everybody may see, its services, the versions of program and store
values.csv     every change, with gaps, in the format of `export`; the first rows carry what held at the begin
events.json    the event log, alarms and the GX's notices of the window, and the gaps
screen.txt     what was on the screen, where the console made the bundle
manifest.json  the window, and a SHA-256 of each of the files
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from victron_console import __version__
from victron_console.model.clock import iso_utc
from victron_console.store.errors import StoreReadOnly, UnknownStation, UnreadableImport
from victron_console.store.export import export, write_csv
from victron_console.store.reader import Reader

FORM = 1
MOST_EVENTS = 100_000
MANIFEST, STATION, VALUES, EVENTS, SCREEN = (
    "manifest.json",
    "station.json",
    "values.csv",
    "events.json",
    "screen.txt",
)


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
    unfinished = target.with_name(f"{target.name}.part")
    sums: dict[str, str] = {}
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
            for name, content in parts.items():
                _put(made, sums, name, json.dumps(content, indent=1, ensure_ascii=False, default=str))
            values = io.StringIO()
            write_csv(export(reader, [station], ["*"], since, until), values)
            _put(made, sums, VALUES, values.getvalue())
            if screen:
                _put(made, sums, SCREEN, screen)
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
            made.writestr(MANIFEST, json.dumps(manifest, indent=1))
        unfinished.replace(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StoreReadOnly(f"{target} cannot be written ({error.strerror}): name another file") from error


def _put(made: zipfile.ZipFile, sums: dict[str, str], name: str, text: str) -> None:
    body = text.encode()
    sums[name] = hashlib.sha256(body).hexdigest()
    made.writestr(name, body)


def _station(reader: Reader, station: str) -> dict[str, Any]:
    row = reader.station(station)
    if row is None:
        raise UnknownStation(f"{station} is not in the store: check its id, and that the collector has it configured")
    stats = reader.stats()
    return {
        "id": row.id,
        "name": row.name,
        "tags": list(row.tags),
        "info": dict(row.info),
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
    }


def read_bundle(source: Path) -> dict[str, str]:
    """The texts of a bundle's files by name, each checked against its checksum.

    Raises:
        UnreadableImport: it is no bundle, or not as it was made.
    """
    try:
        with zipfile.ZipFile(source) as made:
            manifest: Mapping[str, Any] = json.loads(made.read(MANIFEST))
            if manifest["form"] != FORM:
                raise UnreadableImport(f"{source} was made by another version: update victron-console")
            texts = {name: made.read(name) for name in manifest["sha256"]}
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, RuntimeError) as error:
        raise UnreadableImport(f"{source} is no evidence bundle, or it is damaged: ask for it again") from error
    for name, body in texts.items():
        if hashlib.sha256(body).hexdigest() != manifest["sha256"][name]:
            raise UnreadableImport(f"{name} in {source} is not as it was made: ask for it again")
    return {name: body.decode() for name, body in texts.items()}
