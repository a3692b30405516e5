"""Writes a new station file. It never touches a file that is there, and reads its own text back before it writes it."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from victron_console.config.files import station_from
from victron_console.config.sources import SOURCES
from victron_console.model.text import clean
from victron_console.model.toml_text import parse_toml

MAX_ID = 48
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_HEAD = """\
# {name}: a station of victron-console.
# Further keys: tags, contact, access, notes, runbook, and the tables {sources} (login, certificates),
# [station.location], [station.battery], [station.grid], [station.pv], [station.cadence], [station.thresholds].
# Secrets only as "env:NAME" or "file:PATH". `victron-console check` names every fault.
"""


def slug(name: str) -> str:
    """An id made of a name: small ASCII letters, digits and single hyphens. `station` where nothing is left."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_ID].strip("-") or "station"


def free_id(name: str, taken: Collection[str]) -> str:
    """The id of a name, with -2, -3 ... behind it where it is taken."""
    base = slug(name)
    number = 1
    while (candidate := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return candidate


def write_station(
    folder: Path, station: Mapping[str, object], taken: Collection[str] = (), environ: Mapping[str, str] = os.environ
) -> Path:
    """Write a `[[station]]`, given by the keys that it has in a file, as `<id>.toml`; returns the new file.

    Args:
        folder: where to; made where it is missing.
        station: secrets in it are references, as in a file. Without an `id` one is made of the name.
        taken: ids of the stations that are configured already.
        environ: where its references of the form `env:NAME` are looked up.

    Raises:
        ConfigError: the station has faults.
        FileExistsError: a file of that name is there; it is left as it is.
    """
    named = {file.stem for file in folder.glob("*.toml")}
    raw = _named(station, {*taken, *named})
    checked = station_from(raw, environ, folder)
    text = station_text(raw)
    if station_from(parse_toml(text)["station"][0], environ, folder) != checked:
        raise ValueError(f"station {checked.id} did not survive being written; please report its name and address")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{checked.id}.toml"
    with file.open("x", encoding="utf-8") as out:
        out.write(text)
    return file


def station_text(station: Mapping[str, object], taken: Collection[str] = ()) -> str:
    """The file of a station, given as for `write_station`."""
    raw = _named(station, taken)
    head = _HEAD.format(name=clean(str(raw["name"])), sources=", ".join(f"[station.{name}]" for name in SOURCES))
    return head + "\n" + "\n".join(_lines(raw)) + "\n"


def _named(station: Mapping[str, object], taken: Collection[str]) -> Mapping[str, object]:
    return {"id": free_id(str(station.get("name", "")), taken), **station}


def _lines(station: Mapping[str, object]) -> Iterator[str]:
    """The station's own keys first: in TOML what follows a table belongs to that table."""
    yield "[[station]]"
    for key, value in station.items():
        if not isinstance(value, Mapping):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in station.items():
        if isinstance(value, Mapping):
            yield from ("", f"[station.{_key(key)}]")
            yield from (f"{_key(inner)} = {_value(item)}" for inner, item in value.items())


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _quoted(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case Mapping():
            return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    """A TOML basic string. JSON writes the same escapes, once nothing is left that only JSON may hold as it is."""
    return json.dumps("\n".join(clean(line, len(line)) for line in text.split("\n")), ensure_ascii=False)
