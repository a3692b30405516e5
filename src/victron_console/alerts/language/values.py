"""Three-valued results and the odd values that rules compare. No state, no time."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from victron_console.model.version import Version

Truth = bool | None
"""None: cannot be told. Kleene logic: FALSE and UNKNOWN is FALSE, TRUE or UNKNOWN is TRUE."""


class Never(Enum):
    """What an input gives that the station never had."""

    NEVER = "never"


NEVER: Final = Never.NEVER
Value = float | str | Version | None | Never
"""What a term gives: None where it cannot be told, NEVER where the station never had it."""


def parse_share(text: str) -> float | None:
    """The share in a text such as `1/2` (of a Lynx BMS bank); None where it is none."""
    part, slash, whole = text.partition("/")
    if not (slash and part.strip().isdecimal() and whole.strip().isdecimal()) or int(whole) == 0:
        return None
    return int(part) / int(whole)


_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(s|m|h|d)", re.ASCII)
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def parse_duration(text: str) -> float:
    """Seconds in `30s`, `5m`, `1.5h` or `7d`.

    Raises:
        ValueError: where the text is no duration.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is no duration; write a number and s, m, h or d, such as "30s" or "7d".')
    return float(match[1]) * _UNIT_S[match[2]]


def both(left: Truth, right: Truth) -> Truth:
    """Kleene and."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def inverse(truth: Truth) -> Truth:
    """Kleene not."""
    return None if truth is None else not truth
