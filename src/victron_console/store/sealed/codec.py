"""The bytes of sealed history: clocks and columns of changes to and from `pcodec`. Pure; it knows no database.

A column of few changes is JSON, `J[[positions], [entries]]`. Any other is `P`, a header (see `_HEADER`), and its parts:
positions in the clock (uint32), kinds where they differ (uint16), numbers (int64 scaled by 10**digits, or float64),
and what is no plain number as JSON. Every part but the JSON is one standalone pcodec file, so any pcodec reads it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import repeat
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from pcodec import ChunkConfig, DeltaSpec, standalone

from victron_console.store.value_encoding import Entry, same

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.uint32]

LEVEL = 8
_CONFIGS = (
    ChunkConfig(compression_level=LEVEL, delta_spec=DeltaSpec.try_consecutive(1)),
    ChunkConfig(compression_level=LEVEL),
)
SHORT = 64
"""Columns of up to so many changes are kept as JSON where that is smaller."""
_MOST_DIGITS = 9
_EXACT = 2.0**53
_RAW = -1
"""Digits of numbers that no scale fits: they are kept as float64."""
_MIXED = 255
_HEADER = struct.Struct("<bBIII")
"""Digits, the one kind of all changes or 255, and the bytes of positions, kinds and numbers; the rest is JSON."""
_MILLIS = 1000.0
_NUMBERS = frozenset((int, float))


class CannotDecode(Exception):
    """The bytes are no column or clock."""


class Kind(IntEnum):
    """What a change is."""

    FLOAT = 0
    INT = 1
    ABSENT = 2
    OTHER = 3
    """An implausible value, or an integer too large for a double."""


@dataclass(frozen=True, slots=True)
class Column:
    """The changes of one series in one chunk, in order. All arrays are of one length."""

    positions: Positions
    """Where in the chunk's clock each change lies; never falling."""
    kinds: npt.NDArray[np.uint8]
    numbers: Floats
    """NaN where the change is no number."""
    others: Sequence[Entry]
    """The entries of kind OTHER, in order."""

    def __len__(self) -> int:
        return len(self.positions)

    def entry(self, index: int) -> Entry:
        """One change as it was stored."""
        kind = self.kinds[index]
        if kind == Kind.OTHER:
            return self.others[int(np.count_nonzero(self.kinds[:index] == Kind.OTHER))]
        return _plain(int(kind), float(self.numbers[index]))

    def entries(self, part: slice = slice(None)) -> list[Entry]:
        """The changes, or some of them, as they were stored."""
        others = iter(self.others[int(np.count_nonzero(self.kinds[: part.start or 0] == Kind.OTHER)) :])
        return [
            next(others) if kind == Kind.OTHER else _plain(kind, number)
            for kind, number in zip(self.kinds[part].tolist(), self.numbers[part].tolist(), strict=True)
        ]


def _plain(kind: int, number: float) -> Entry:
    if kind == Kind.ABSENT:
        return None
    return int(number) if kind == Kind.INT else number


def column_of(positions: Sequence[int] | Positions, entries: Sequence[Entry]) -> Column:
    """The column of some changes; entries are as `store.entries` makes them, but no texts."""
    places = np.asarray(positions, np.uint32)
    if _NUMBERS.issuperset(map(type, entries)):  # nearly every column; the rest says the same of any
        numbers = np.array(entries, np.float64)
        if bool(np.all(np.abs(numbers) < _EXACT)):
            is_int = np.fromiter(map(isinstance, entries, repeat(int)), np.uint8, len(entries))
            return Column(places, is_int * np.uint8(Kind.INT), numbers, [])
    kinds = np.fromiter(map(_kind, entries), np.uint8, len(entries))
    numbers = np.array(
        [np.nan if kind >= Kind.ABSENT else entry for kind, entry in zip(kinds.tolist(), entries, strict=True)],
        np.float64,
    )
    others = [entry for kind, entry in zip(kinds.tolist(), entries, strict=True) if kind == Kind.OTHER]
    return Column(places, kinds, numbers, others)


def _kind(entry: Entry) -> int:
    if isinstance(entry, float):
        return Kind.FLOAT
    if isinstance(entry, int):
        return Kind.INT if abs(entry) < _EXACT else Kind.OTHER
    return Kind.ABSENT if entry is None else Kind.OTHER


def joined(columns: Iterable[Column]) -> Column:
    """Columns one after the other, their positions as they are."""
    parts = list(columns)
    return Column(
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        np.concatenate([part.numbers for part in parts]),
        [entry for part in parts for entry in part.others],
    )


def reordered(column: Column, order: npt.NDArray[np.intp], positions: Positions) -> Column:
    """The same changes in another order, at other positions."""
    is_other = column.kinds == Kind.OTHER
    place = np.cumsum(is_other) - 1
    others = [column.others[int(place[i])] for i in order if is_other[i]] if column.others else []
    return Column(positions, column.kinds[order], column.numbers[order], others)


def encoded(column: Column) -> bytes:
    """The column as bytes."""
    packed = _packed(column)
    if len(column) > SHORT:
        return packed
    plain = b"J" + _json([column.positions.tolist(), column.entries()])
    return min(plain, packed, key=len)


def _packed(column: Column) -> bytes:
    kinds = column.kinds
    one_kind = int(kinds[0]) if len(kinds) and bool(np.all(kinds == kinds[0])) else _MIXED
    digits, values = scaled(column.numbers[kinds <= Kind.INT])
    parts = [
        compressed(column.positions),
        compressed(kinds.astype(np.uint16)) if one_kind == _MIXED else b"",
        compressed(values),
    ]
    header = _HEADER.pack(digits, one_kind, *map(len, parts))
    return b"".join((b"P", header, *parts, _json(list(column.others)) if column.others else b""))


def decoded(body: bytes) -> Column:
    """The column that `encoded` wrote.

    Raises:
        CannotDecode: the bytes are none.
    """
    try:
        if body[:1] == b"J":
            positions, entries = json.loads(body[1:])
            if len(positions) != len(entries):
                raise ValueError("positions and entries of different lengths")
            return column_of(positions, _as_entries(entries))
        if body[:1] != b"P":
            raise ValueError(f"unknown form {body[:1]!r}")
        return _unpacked(body)
    except (ValueError, RuntimeError, struct.error, IndexError, TypeError, OverflowError) as error:
        raise CannotDecode(str(error)) from error


def _unpacked(body: bytes) -> Column:
    digits, one_kind, *sizes = _HEADER.unpack_from(body, 1)
    parts, begin = [], 1 + _HEADER.size
    for size in sizes:
        parts.append(body[begin : begin + size])
        begin += size
    positions = decompressed(parts[0], np.uint32)
    kinds = np.full(len(positions), one_kind, np.uint8)
    if one_kind == _MIXED:
        kinds = decompressed(parts[1], np.uint16).astype(np.uint8)
    numbers = unscaled(digits, parts[2])
    if one_kind > Kind.INT:  # else all are numbers
        spread = np.full(len(positions), np.nan)
        spread[kinds <= Kind.INT] = numbers
        numbers = spread
    others = _as_entries(json.loads(body[begin:])) if len(body) > begin else []
    others_told = np.count_nonzero(kinds == Kind.OTHER) if one_kind > Kind.INT else 0
    if not len(kinds) == len(positions) == len(numbers) or len(others) != others_told:
        raise ValueError("parts of different lengths")
    return Column(positions, kinds, numbers, others)


def scaled(numbers: Floats) -> tuple[int, npt.NDArray[Any]]:
    """Digits and the numbers as integers scaled by them, where that gives them back exactly; else as they are."""
    if not len(numbers):
        return 0, np.empty(0, np.int64)
    if np.all(np.isfinite(numbers)):
        for digits in range(_MOST_DIGITS + 1):
            scale = 10.0**digits
            integers = np.rint(numbers * scale)
            if np.any(np.abs(integers) >= _EXACT):
                break
            if np.array_equal(integers / scale, numbers):
                return digits, integers.astype(np.int64)
    return _RAW, numbers


def unscaled(digits: int, body: bytes) -> Floats:
    """The numbers that `scaled` took apart and `compressed` wrote."""
    if digits == _RAW:
        return decompressed(body, np.float64)
    return decompressed(body, np.int64) / 10.0**digits


def compressed(values: npt.NDArray[Any]) -> bytes:
    """One pcodec file; nothing for no values, which pcodec cannot give back.

    What pcodec chooses by itself misses the differences of a voltage or a current that is noisy around a slow course:
    these are a quarter to a third smaller.
    """
    if not len(values):
        return b""
    return min((bytes(standalone.simple_compress(values, config)) for config in _CONFIGS), key=len)


def decompressed(body: bytes, kind: type[np.generic]) -> npt.NDArray[Any]:
    """The values of one pcodec file.

    Raises:
        ValueError: it holds others than expected.
    """
    if not body:
        return np.empty(0, kind)
    values = standalone.simple_decompress(body)
    if values is None or values.dtype != np.dtype(kind):
        raise ValueError("not the expected numbers")
    return cast("npt.NDArray[Any]", values)


def encoded_clock(times: Floats) -> bytes:
    """Moments as bytes: whole milliseconds where they are, else as doubles; exact either way."""
    millis = np.rint(times * _MILLIS)
    if np.array_equal(millis / _MILLIS, times) and bool(np.all(np.abs(millis) < _EXACT)):
        return b"M" + compressed(millis.astype(np.int64))
    return b"F" + compressed(times)


def decoded_clock(body: bytes) -> Floats:
    """The moments that `encoded_clock` wrote.

    Raises:
        CannotDecode: the bytes are none.
    """
    try:
        if body[:1] == b"M":
            return decompressed(body[1:], np.int64) / _MILLIS
        if body[:1] == b"F":
            return decompressed(body[1:], np.float64)
        raise ValueError(f"unknown form {body[:1]!r}")
    except (ValueError, RuntimeError) as error:
        raise CannotDecode(str(error)) from error


def equal(one: Column, other: Column) -> bool:
    """Whether two columns give back the same changes, bit for bit."""
    return (
        np.array_equal(one.positions, other.positions)
        and np.array_equal(one.kinds, other.kinds)
        and np.array_equal(one.numbers, other.numbers, equal_nan=True)
        and len(one.others) == len(other.others)
        and all(map(same, one.others, other.others))
    )


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _as_entries(found: Iterable[Any]) -> list[Entry]:
    return [(entry[0], entry[1]) if isinstance(entry, list) else entry for entry in found]
