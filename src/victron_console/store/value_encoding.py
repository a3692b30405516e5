"""How one value is written down, in `hot`, in keyframes and in memory.

42, 13.25             a good number, rounded to the decimals that its catalogue entry keeps
null                  absent
[value, "reason"]     implausible
"text"                a text: in memory only, on disk it is a row of `text_change`
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Mapping
from typing import Any, cast

from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar, rounded

Implausible = tuple[Scalar, str]
Entry = int | float | str | Implausible | None
Judged = tuple[Scalar, Quality, str]
"""Value, quality as stored, reason."""

_INT64 = 2**63
_FLOAT32 = struct.Struct("<f")
_PLAIN = frozenset((int, float, type(None)))
"""Types of the entries that are read as they are: all but a few."""
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def entry_of(reading: Reading, decimals: int | None) -> Entry:
    """The reading as it is stored.

    Args:
        reading: as a source gave it; a quality of age (stale, lost, gone) is not stored.
        decimals: the catalogue's; None where it has none, then only the noise of 32-bit floats goes.
    """
    if reading.quality is Quality.IMPLAUSIBLE:
        return (tidy(reading.value, None), reading.reason)
    value = reading.value
    if value is None or reading.quality is Quality.ABSENT:
        return None
    if isinstance(value, float) and math.isfinite(value):  # most are
        return _tidy_float(value, decimals)
    tidied = tidy(value, decimals)
    return (None, "not a finite number") if tidied is None else tidied


def tidy(value: Scalar, decimals: int | None) -> Scalar:
    """The value as SQLite and JSON can hold it exactly; None for a number that is not finite."""
    if isinstance(value, float):
        return _tidy_float(value, decimals) if math.isfinite(value) else None
    if isinstance(value, int):
        if -_INT64 <= value < _INT64:
            return int(value)
        return float(value) if abs(value) < 2**1000 else None
    return value


def _tidy_float(value: float, decimals: int | None) -> int | float:
    if decimals is None:
        return _without_float32_noise(value) + 0.0  # -0.0 becomes 0.0
    return rounded(value, decimals)


def _without_float32_noise(value: float) -> float:
    """13.2 for 13.199999809265137: D-Bus often carries doubles that once were 32-bit floats."""
    try:
        if _FLOAT32.unpack(_FLOAT32.pack(value))[0] != value:
            return value
        for digits in (6, 7, 8):
            short = float(f"{value:.{digits}g}")
            if _FLOAT32.unpack(_FLOAT32.pack(short))[0] == value:
                return short
    except OverflowError:  # beyond 32 bits
        pass
    return value


def same(one: Entry, other: Entry) -> bool:
    """Whether two entries are one value: 1 and 1.0 are not, they would not come back as they went in."""
    if type(one) is not type(other) or one != other:
        return False
    return not isinstance(one, tuple) or type(one[0]) is type(cast(Implausible, other)[0])


def judged(entry: Entry) -> Judged:
    """Value, quality and reason of an entry."""
    if entry is None:
        return None, Quality.ABSENT, ""
    if isinstance(entry, tuple):
        return entry[0], Quality.IMPLAUSIBLE, entry[1]
    return entry, Quality.GOOD, ""


def entry_from(value: Scalar, quality: str, reason: str) -> Entry:
    """The entry that `judged` took apart."""
    if quality == Quality.IMPLAUSIBLE:
        return (value, reason)
    return None if quality == Quality.ABSENT else value


def body_of(entries: Mapping[int, Entry]) -> str:
    """Entries by series number as JSON."""
    return _JSON.encode(entries)


def entries_in(body: str) -> dict[int, Entry]:
    """The entries that `body_of` wrote."""
    return _entries(json.loads(body))


def entries_of_rows(bodies: Iterable[str]) -> list[dict[int, Entry]]:
    """The same of many bodies; read as one text it takes half as long."""
    return [_entries(found) for found in json.loads(f"[{','.join(bodies)}]")]


def _entries(found: Mapping[str, Any]) -> dict[int, Entry]:
    return {
        int(no): entry
        if type(entry) in _PLAIN
        else ((scalar(entry[0]), entry[1]) if isinstance(entry, list) else scalar(entry))
        for no, entry in found.items()
    }


def scalar(value: Scalar) -> Scalar:
    """The value as it was read.

    Raises:
        TypeError: it is bytes, a list or a table: no program of ours wrote it.
    """
    if value is not None and not isinstance(value, int | float | str):
        raise TypeError(f"a value is {type(value).__name__}")
    return value
