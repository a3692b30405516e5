"""The words that an operator searches by, the same in every filter, picker and in the palette. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def fitting(wanted: str, items: Iterable[T], said: Callable[[T], str]) -> list[T]:
    """The items whose text has all words of a search; where none has, those it abbreviates. Their order stays.

    Textual's fuzzy matcher weighs every way in which the letters can be found: 10 ms a text for ten letters, which
    is seconds for the values of a station. Here a letter begins a word or follows on the one before it.

    Args:
        wanted: the search as typed; `!word` is a word that must not occur.
        items: what is searched.
        said: the text of an item.
    """
    found = list(items)
    if not wanted.strip():
        return found
    has_words = matcher(wanted)
    plain = [item for item in found if has_words(said(item))]
    if plain:
        return plain
    shortened = abbreviation(wanted)
    return [item for item in found if shortened.search(word_starts(said(item)))]


def matcher(wanted: str) -> Callable[[str], bool]:
    """What tells of many texts whether they have all words of a search; see `fitting`."""
    words = wanted.casefold().split()
    musts = [word for word in words if not word.startswith("!")]
    nots = [word[1:] for word in words if word.startswith("!") and len(word) > 1]

    def has_words(said: str) -> bool:
        folded = said.casefold()
        return all(word in folded for word in musts) and not any(word in folded for word in nots)

    return has_words


@lru_cache(maxsize=50_000)
def word_starts(text: str) -> str:
    """The text with a space before each of its words, small: ` dc 0 time to go` of `Dc/0/TimeToGo`."""
    return " " + _WORD_BEGINS.sub(" ", text).strip().lower()


def abbreviation(wanted: str) -> re.Pattern[str]:
    """What finds an abbreviation in the `word_starts` of a text: `ttg`, `battvolt`.

    Each letter begins a word or follows on the one before it.
    """
    first, *rest = [re.escape(letter) for letter in wanted.lower() if letter.isalnum()] or ["(?!)"]
    return re.compile(f" {first}" + "".join(f"(?:{letter}|.* {letter})" for letter in rest))
