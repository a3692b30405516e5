"""TOML from outside: refused before it is parsed where that would take a machine's memory or minutes.

Python's parser works a key of n parts out in n² steps, and takes some hundred bytes of memory a key.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

MAX_CHARACTERS = 1_000_000
MAX_KEYS = 40_000
"""A thousand stations have some 20,000."""
MAX_DOTS = 200
"""Outside of quotes in one line; prose of several lines counts, too."""
MAX_STEPS = 4_000_000
_QUOTED = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'')


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a text.

    Raises:
        tomllib.TOMLDecodeError: it is no TOML, or too large, too deep or too full to be read; the text says where.
    """
    _refuse_costly(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, a thousand brackets
        raise tomllib.TOMLDecodeError("Too deep or too long to be read (at end of document)") from error


def _refuse_costly(text: str) -> None:
    if len(text) > MAX_CHARACTERS or max(text.count("="), text.count("[")) > MAX_KEYS:
        raise tomllib.TOMLDecodeError(
            f"More than {MAX_CHARACTERS:,} characters or {MAX_KEYS:,} keys: part it into several files "
            "(at end of document)"
        )
    steps = 0
    for number, line in enumerate(_QUOTED.sub("", text).split("\n"), start=1):
        dots = line.count(".")
        steps += dots * dots
        if dots > MAX_DOTS or steps > MAX_STEPS:
            raise tomllib.TOMLDecodeError(f"Too many dots (at line {number}, column 1)")
