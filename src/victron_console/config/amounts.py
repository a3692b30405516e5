"""Lengths of time and sizes as an operator writes them, on the command line as in the files."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_BYTES = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def span_s(text: str) -> int | None:
    """The seconds of `30s`, `1m`, `12h`, `7d` or `104w`; None for any other text."""
    match = re.fullmatch(r"([0-9]{1,9})([smhdw])", text)
    return int(match[1]) * _SECONDS[match[2]] if match else None


def size_bytes(text: str) -> int | None:
    """The bytes of `500M` or `20G`, where K is 1024; None for any other text.

    A number alone is none: `20`, a slip of the pen for `20G`, must not give up everything.
    """
    match = re.fullmatch(r"([0-9]{1,15})([KMGT])B?", text.upper())
    return int(match[1]) * _BYTES[match[2]] if match else None
