"""The words that an operator filters by, the same on every screen. Pure."""

from __future__ import annotations

FUZZY = "-f"


def fits(said: str, wanted: str) -> bool:
    """Whether a text fits a filter: words that all occur in it, `!word` that does not; after `-f` letters in order.

    Args:
        said: the text, casefolded.
        wanted: the filter as typed.
    """
    words = wanted.casefold().split()
    fuzzy = words[:1] == [FUZZY]
    return all(_fits(word, said, fuzzy) for word in words[fuzzy:])


def _fits(word: str, said: str, fuzzy: bool) -> bool:
    if word.startswith("!"):
        return word[1:] not in said if len(word) > 1 else True
    if not fuzzy:
        return word in said
    letters = iter(said)
    return all(letter in letters for letter in word)
