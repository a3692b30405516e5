"""What is to be said of a site, as runs: the worst bright, a doubt with its mark, what is only expected quieter."""

from __future__ import annotations

from textwrap import wrap

from victron_console.console.kit.format import ABSENT, DOUBT_MARK
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import glyph_text, put_glyph
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run
from victron_console.console.kit.text import plain
from victron_console.console.kit.view import Mark
from victron_console.insight.verdict.clause import Clause, SiteVerdict

NOTHING = Run(ABSENT, Role.TEXT3)


def verdict_runs(verdict: SiteVerdict, cells: int) -> list[Run]:
    """As many whole clauses as fit into so many cells, then how many more there are; `-` where there is none."""
    fitted = verdict.fitted(cells)
    runs: list[Run] = []
    for words, clause in fitted.parts:
        runs += [Run(" "), _run(words, clause)] if runs else [_run(words, clause)]
    if fitted.more:
        runs.append(Run(f" {fitted.more}" if runs else fitted.more, Role.TEXT3))
    return runs or [NOTHING]


def put_verdict(line: Line, column: int, end: int, mark: Mark, verdict: SiteVerdict) -> int:
    """Write a site's worst mark and, four columns on, its verdict, up to the column `end`; gives the column after."""
    if glyph_text(mark).strip():
        put_glyph(line, column, mark, width=3)
    elif any(clause.mark == "?" for clause in verdict.clauses):
        line.put(column + 1, DOUBT_MARK, Role.LINK_TEXT)
    if not verdict.clauses:
        return column
    start = column + 4
    for run in verdict_runs(verdict, end + 1 - start):
        start = line.put(start, run.text, run.role, bold=run.bold)
    return start


def verdict_rows(verdict: SiteVerdict, cells: int, room: int) -> list[list[Run]]:
    """The clauses below each other, wrapped, in at most `room` rows; what does not fit there is counted in the last."""
    rows: list[list[Run]] = []
    for place, clause in enumerate(verdict.clauses):
        wrapped = wrap(plain(clause.text), max(8, cells))
        left = len(verdict.clauses) - place
        if len(rows) + len(wrapped) > room - (left > 1):
            wrapped = [clause.short] if len(rows) + 1 <= room - (left > 1) else []
        if not wrapped:
            rows.append([Run(f"+{left} more", Role.TEXT3)])
            break
        rows += [[_run(row, clause)] for row in wrapped]
    return rows[:room]


def _run(words: str, clause: Clause) -> Run:
    return Run(plain(words), Role.TEXT1 if clause.mark else Role.TEXT2, bold=clause.mark in ("!!", "!", "x"))
