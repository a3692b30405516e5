"""What was probably meant by a name that there is nothing of."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from victron_console.model.text import clean

MOST_NAMES = 3000
"""Looked through for the nearest; a broken station may have invented more."""


def nearest(name: str, known: Sequence[str]) -> str:
    """The end of a sentence that says that there is no such name: `; near it are …`, or nothing where none is near."""
    folded = {each.casefold(): each for each in known[:MOST_NAMES]}
    near = [folded[each] for each in get_close_matches(clean(name).casefold(), folded, n=3, cutoff=0.5)]
    return f"; near it are {', '.join(map(clean, near))}" if near else ""
