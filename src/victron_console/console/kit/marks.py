"""The state glyphs: what is wrong with a site, in four cells, and the words that the header has for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import width_of
from victron_console.console.kit.view import (
    ACKED,
    Mark,
)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A state's priority in at most two cells, whether it is unseen, and its look."""

    text: str
    role: Role
    unseen: bool = False


GLYPHS: Mapping[Mark, Glyph] = {
    Mark.NOW: Glyph("!!", Role.NOW_CHIP, unseen=True),
    Mark.TODAY: Glyph("!", Role.TODAY_CHIP, unseen=True),
    Mark.LOST: Glyph("x", Role.LINK_CHIP, unseen=True),
    Mark.CLEARED: Glyph("r", Role.TEXT1, unseen=True),
    Mark.ACKED_NOW: Glyph("!!", Role.NOW_TEXT),
    Mark.ACKED_TODAY: Glyph("!", Role.TODAY_TEXT),
    Mark.ACKED_LINK: Glyph("x", Role.LINK_TEXT),
    Mark.STALE: Glyph("~", Role.LINK_TEXT),
    Mark.STARTING: Glyph("..", Role.LINK_TEXT),
    Mark.SHELVED: Glyph("z", Role.TEXT3),
    Mark.HELD: Glyph("s", Role.TEXT3),
    Mark.MAINTENANCE: Glyph("m", Role.TEXT3),
    Mark.NONE: Glyph("", Role.TEXT3),
}


def glyph_text(mark: Mark, count: int = 1) -> str:
    """The four cells of a state: `!!*3`, ` !* `, ` r* `; blank at rest."""
    glyph = GLYPHS[mark]
    star = "*" if glyph.unseen else " "
    many = "" if count <= 1 else "+" if count > 9 else str(count)
    return f"{glyph.text:>2}{star}{many or ' '}" if glyph.text else "    "


def put_glyph(line: Line, column: int, mark: Mark, count: int = 1, *, width: int = 4) -> None:
    """Write a state's glyph; what is not seen is a chip over all its cells."""
    glyph = GLYPHS[mark]
    if glyph.text:
        line.put(column, glyph_text(mark, count)[:width], glyph.role)


@dataclass(frozen=True, slots=True)
class _Word:
    marks: tuple[Mark, ...]
    glyph: str
    word: str
    role: Role
    keeps_place: bool = False
    from_width: int = 0


_WORDS = (
    _Word((Mark.NOW,), "!!*", "now", Role.NOW_CHIP, keeps_place=True),
    _Word((Mark.TODAY,), "!*", "today", Role.TODAY_TEXT, keeps_place=True),
    _Word((Mark.LOST,), "x*", "lost", Role.LINK_TEXT, keeps_place=True),
    _Word((Mark.CLEARED,), "r*", "cleared", Role.TEXT1, from_width=100),
    _Word(ACKED, "!", "acked", Role.TODAY_TEXT, from_width=180),
    _Word((Mark.STALE,), "~", "stale", Role.LINK_TEXT, keeps_place=True),
    _Word((Mark.STARTING,), "..", "starting", Role.LINK_TEXT),
    _Word((Mark.SHELVED,), "z", "shelved", Role.TEXT2, keeps_place=True),
    _Word((Mark.HELD,), "s", "held", Role.TEXT3, from_width=180, keeps_place=True),
    _Word((Mark.MAINTENANCE,), "m", "maint", Role.TEXT3, from_width=180, keeps_place=True),
)
"""The counts of the header in their order. It is the legend too, so the usual ones keep their place when they are 0."""

_NEVER_LEAVE = 3


def put_counts(line: Line, column: int, counts: Mapping[Mark, int], end: int) -> int:
    """Write the counts by state from a column on, up to `end`; what does not fit leaves, then the words do.

    Gives the column after the last one.
    """
    shown = [
        (word, sum(counts.get(mark, 0) for mark in word.marks)) for word in _WORDS if line.width >= word.from_width
    ]
    shown = [(word, count) for word, count in shown if count or word.keeps_place]
    room = end + 1 - column
    while len(shown) > _NEVER_LEAVE and _widths(shown) > room:
        shown.pop()
    words = _widths(shown) <= room
    while shown and not words and sum(len(word.glyph) + 2 for word, _ in shown) > room + 1:
        shown.pop()
    for word, count in shown:
        role = word.role if count else Role.TEXT3
        column = line.put(column, f"{word.glyph}{count}", role, bold=bool(count) and role is not Role.TEXT2) + 1
        if words:
            column = line.put(column, word.word, Role.TEXT2 if count else Role.TEXT3) + 2
    return column


_ALARM_WORDS = (
    *_WORDS[:4],
    _Word(ACKED, "!", "acked", Role.TODAY_TEXT, from_width=100),
    _Word((Mark.SHELVED,), "z", "shelved", Role.TEXT2, from_width=100),
    _Word((Mark.HELD,), "s", "held", Role.TEXT3, from_width=140),
    _Word((Mark.MAINTENANCE,), "m", "maint", Role.TEXT3, from_width=140),
)
"""The counts of the Alarms screen: only what there is, but for what must be done."""


def put_alarm_counts(line: Line, column: int, counts: Mapping[Mark, int], end: int) -> None:
    """Write alarms by state from a column on, up to `end`; what does not fit leaves from the right."""
    shown = [(word, sum(counts.get(mark, 0) for mark in word.marks)) for word in _ALARM_WORDS]
    shown = [(w, n) for w, n in shown if (n and line.width >= w.from_width) or w.keeps_place or (n and w.glyph == "r*")]
    while len(shown) > _NEVER_LEAVE and _widths(shown) > end + 1 - column:
        shown.pop()
    words = _widths(shown) <= end + 1 - column
    for word, count in shown:
        role = word.role if count else Role.TEXT3
        bold = bool(count) and word.marks[0] in (Mark.NOW, Mark.TODAY, Mark.LOST)
        column = line.put(column, f"{word.glyph}{count}", role, bold=bold) + 1
        if words:
            column = line.put(column, word.word, Role.TEXT2 if count else Role.TEXT3) + 2


def _widths(shown: Sequence[tuple[_Word, int]]) -> int:
    return sum(width_of(f"{word.glyph}{count} {word.word}") + 2 for word, count in shown) - 2
