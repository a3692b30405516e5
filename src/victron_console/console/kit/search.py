"""The words that an operator filters by, the same on every screen. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

FUZZY = "-f"
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def fits(said: str, wanted: str) -> bool:
    """Whether a text fits a filter: words that all occur in it, `!word` that does not; after `-f` letters in order.

    Args:
        said: the text, casefolded.
        wanted: the filter as typed.
    """
    return matcher(wanted)(said)


def matcher(wanted: str) -> Callable[[str], bool]:
    """What tells of many texts whether they fit a filter; see `fits`."""
    words = wanted.casefold().split()
    fuzzy = words[:1] == [FUZZY]
    del words[:fuzzy]
    return lambda said: all(_fits(word, said, fuzzy) for word in words)


def _fits(word: str, said: str, fuzzy: bool) -> bool:
    if word.startswith("!"):
        return word[1:] not in said if len(word) > 1 else True
    if not fuzzy:
        return word in said
    letters = iter(said)
    return all(letter in letters for letter in word)


def word_starts(text: str) -> str:
    """The text with a space before each of its words, small: ` dc 0 time to go` of `Dc/0/TimeToGo`."""
    return " " + _WORD_BEGINS.sub(" ", text).strip().lower()


def abbreviation(wanted: str) -> re.Pattern[str]:
    """What finds an abbreviation in the `word_starts` of a text: `ttg`, `battvolt`.

    Each letter begins a word or follows on the one before it.
    """
    first, *rest = [re.escape(letter) for letter in wanted.lower() if letter.isalnum()] or ["(?!)"]
    return re.compile(f" {first}" + "".join(f"(?:{letter}|.* {letter})" for letter in rest))
