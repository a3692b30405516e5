"""Hourly figures of a sealed series, weighted by time: how they are made and the bytes that keep them. Pure.

Bytes: the checksum of what follows (crc32), a header (see `_HEADER`), then three pcodec files: lowest, highest and last
of every hour (int64 scaled by 10**digits, or float64), the means (the same at two more digits), and how often it
changed and known seconds (uint32). Hours follow each other; one with nothing known has 0 s and no other figures.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from zlib import crc32

import numpy as np

from victron_console.model.units import HOUR_S
from victron_console.store.read.curves import Curve, Pieces, Span, columns, stretches
from victron_console.store.sealed.codec import CannotDecode, compressed, decompressed, scaled, unscaled

MEAN_DIGITS = 2
"""Means are kept at so many digits more than the values."""
_HEADER = struct.Struct("<qIbbIII")
"""Begin of the first hour, hours, digits of values and of means (-1: doubles), bytes of the three parts."""
_CRC = struct.Struct("<I")
_EXACT = 2.0**53


def hourly(curve: Curve, silent: Sequence[Span], begin: float, end: float) -> Pieces:
    """The figures of each hour of a span.

    Args:
        curve: the first value may lie before `begin`.
        silent: spans without values, in order and not overlapping.
        begin: a whole hour (UTC epoch, s).
        end: a later whole hour.
    """
    edges = begin + HOUR_S * np.arange(round((end - begin) / HOUR_S) + 1, dtype=np.float64)
    return columns(stretches(curve, silent, edges), edges)


def encoded_hours(p: Pieces) -> bytes:
    """The figures as bytes; the seconds known are rounded to whole ones, means to two digits more than the values."""
    known = p.covered_s > 0
    digits, values = scaled(np.concatenate((p.low[known], p.high[known], p.last[known])))
    mean_digits, means = digits, p.mean[known]
    if digits >= 0 and np.all(np.abs(means) * 10.0 ** (digits + MEAN_DIGITS) < _EXACT):
        mean_digits = digits + MEAN_DIGITS
        means = np.rint(means * 10.0**mean_digits).astype(np.int64)
    else:
        mean_digits = -1
    seconds = np.where(known, np.maximum(np.rint(p.covered_s), 1), 0).astype(np.uint32)
    parts = [compressed(values), compressed(means), compressed(np.concatenate((p.changes.astype(np.uint32), seconds)))]
    body = _HEADER.pack(int(p.begins[0]), len(p), digits, mean_digits, *map(len, parts)) + b"".join(parts)
    return _CRC.pack(crc32(body)) + body


def decoded_hours(stored: bytes) -> Pieces:
    """The figures that `encoded_hours` wrote.

    Raises:
        CannotDecode: the bytes are none.
    """
    body = stored[_CRC.size :]
    if len(stored) < _CRC.size or _CRC.unpack_from(stored)[0] != crc32(body):
        raise CannotDecode("the checksum of hourly figures does not fit")
    try:
        begin, count, digits, mean_digits, *sizes = _HEADER.unpack_from(body)
        parts, at = [], _HEADER.size
        for size in sizes:
            parts.append(body[at : at + size])
            at += size
        counted = decompressed(parts[2], np.uint32)
        if len(counted) != 2 * count:
            raise ValueError("not the expected hours")
        changes, known_s = counted.astype(np.float64).reshape(2, count)
        known = known_s > 0
        figures = np.full((4, count), np.nan)
        figures[:3, known] = unscaled(digits, parts[0]).reshape(3, -1)
        figures[3, known] = unscaled(mean_digits, parts[1])
        low, high, last, mean = figures
        begins = begin + HOUR_S * np.arange(count, dtype=np.float64)
        return Pieces(begins, begins + HOUR_S, low, mean, high, last, known_s, changes)
    except (ValueError, RuntimeError, struct.error, IndexError, TypeError, MemoryError) as error:
        raise CannotDecode(str(error)) from error


def moved(stored: bytes, seconds: int) -> bytes:
    """The same figures of hours that lie later by so many seconds."""
    begin, *rest = _HEADER.unpack_from(stored, _CRC.size)
    body = _HEADER.pack(begin + seconds, *rest) + stored[_CRC.size + _HEADER.size :]
    return _CRC.pack(crc32(body)) + body
