"""The clauses of a verdict, and which of them a place has room for. Knows neither alarms nor figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from rich.cells import cell_len

SHORT_CELLS = 22
"""Cells that the short form of a clause takes at most, so that it fits a column of a table whole."""


class Rank(IntEnum):
    """In which order clauses stand."""

    LINK = 0
    """Nothing is known of the site now: what follows is old."""
    SUPPLY = 1
    """What ends the supply."""
    CAUSE = 2
    """Why it ends."""
    WRONG = 3
    """What else is wrong."""
    DOUBT = 4
    """What makes figures doubtful."""
    HEALTH = 5
    """What the past says of the site."""
    EXPECTED = 6
    """What is expected, with nothing wrong."""
    STATE = 7
    """What its devices do."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One whole sentence."""

    text: str
    short: str
    """The same in at most `SHORT_CELLS` cells."""
    rank: Rank
    mark: str = ""
    """`!!` act now, `!` act today, `x` link, `~` old, `?` doubtful; empty where nothing is wrong."""
    family: str = ""
    """Of the alarm that says so; empty where none does."""

    def __post_init__(self) -> None:
        if cell_len(self.short) > SHORT_CELLS:
            raise ValueError(f"{self.short!r} has more than {SHORT_CELLS} cells")


@dataclass(frozen=True, slots=True)
class Fitted:
    """What of a verdict a place has room for."""

    parts: tuple[tuple[str, Clause], ...]
    """The words of each clause that is shown, whole, in their order."""
    more: str = ""
    """How many are not: `+2`, with `?` where a doubt is among them; empty where all are shown."""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " ".join([*(words for words, _ in self.parts), *([self.more] if self.more else [])])


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """What is to be said of a site, the worst first."""

    clauses: tuple[Clause, ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(clause.text for clause in self.clauses)

    @property
    def wrong(self) -> tuple[Clause, ...]:
        """What is wrong or doubtful."""
        return tuple(clause for clause in self.clauses if clause.mark)

    def fitted(self, cells: int) -> Fitted:
        """As many whole clauses as fit into so many cells.

        The worst comes first, and the first doubt stays as long as it fits at all: what is shown beside it may be
        wrong. A clause that does not fit whole is told in its short form, and none is cut.
        """
        doubt = next((place for place, clause in enumerate(self.clauses) if clause.mark == "?"), 0)
        for wanted in ((0, doubt), (0,)):
            if (fitted := _chosen(self.clauses, wanted, cells)).parts:
                return fitted
        # The worst is worth more than how many others there are.
        worst = [clause for clause in self.clauses[:1] if cell_len(clause.short) <= cells]
        return Fitted(tuple((clause.short, clause) for clause in worst))


def _chosen(clauses: Sequence[Clause], wanted: Sequence[int], cells: int) -> Fitted:
    """The wanted clauses, then the others in their order as far as they fit; none where a wanted one does not."""
    words: dict[int, str] = {}
    for place in dict.fromkeys((*wanted, *range(len(clauses)))):
        if place >= len(clauses):
            continue
        forms = (clauses[place].text, clauses[place].short)
        fitting = next((said for said in forms if _fits(clauses, words, place, said, cells)), "")
        if fitting:
            words[place] = fitting
        else:
            break
    return _fitted(clauses, words) if set(wanted) <= set(words) else Fitted(())


def _fits(clauses: Sequence[Clause], words: dict[int, str], place: int, said: str, cells: int) -> bool:
    return cell_len(_fitted(clauses, {**words, place: said}).text) <= cells


def _fitted(clauses: Sequence[Clause], words: dict[int, str]) -> Fitted:
    left = [clause for place, clause in enumerate(clauses) if place not in words]
    doubt = "?" if any(clause.mark == "?" for clause in left) else ""
    more = f"+{len(left)}{doubt}" if left else ""
    return Fitted(tuple((words[place], clauses[place]) for place in sorted(words)), more)
