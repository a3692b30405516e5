"""In which line of a TOML file a key stands. tomllib does not say; a scan that may miss is enough to point a finger."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")

Place = tuple[str, ...]
"""A path such as `station`, `1`, `http`, `url`: the second station's address."""


def places(text: str) -> dict[Place, int]:
    """The line, from 1, of each table and key; the tables of an array are numbered from 0."""
    found: dict[Place, int] = {}
    arrays: dict[Place, int] = {}
    table: Place = ()
    quoted = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if quoted:  # inside a text of several lines
            quoted = "" if quoted in line else quoted
        elif header := _HEADER.match(line):
            table = _table(_parts(header[2]), arrays, array=header[1] == "[[")
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_parts(key[1])), number)
            quoted = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
    return found


def line_of(found: Mapping[Place, int], place: Sequence[str]) -> int | None:
    """The line of a place, or of the nearest table around it; None where neither is known."""
    parts = tuple(place)
    return next((found[parts[:end]] for end in range(len(parts), 0, -1) if parts[:end] in found), None)


def _parts(dotted: str) -> Place:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _table(name: Place, arrays: dict[Place, int], *, array: bool) -> Place:
    """The numbered path of a table header: below an array it belongs to the array's last table."""
    if array:
        arrays[name] = arrays.get(name, -1) + 1
    path: Place = ()
    for end in range(1, len(name) + 1):
        path = (*path, name[end - 1])
        if name[:end] in arrays:
            path = (*path, str(arrays[name[:end]]))
    return path
