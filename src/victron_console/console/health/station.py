"""One station's health: each figure in a row by its component, and the evidence of its tier in words."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from victron_console.console.health.data import NOT_YET, Health
from victron_console.console.health.row import due_text, figure_text, three_digits, tier_role
from victron_console.console.kit.format import GAP, age, spark
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, pad, plain
from victron_console.diagnosing.finding import Finding, Status
from victron_console.diagnosing.verdict.kept_findings import Course

COMPONENTS = {
    "soh": "battery",
    "replacement": "battery",
    "capacity": "battery",
    "cycles": "battery",
    "imbalance": "cells",
    "resistance": "battery",
    "thermal": "battery",
    "soc": "battery",
    "efficiency": "inverter",
    "pv": "PV",
    "grid": "grid",
    "outages": "grid",
    "residual": "meters",
    "portal": "meters",
    "gx": "GX, link",
}
"""Which component a section of the findings is about."""
_OTHER = "other"
_ORDER = [*dict.fromkeys(COMPONENTS.values()), _OTHER]
NOT_KNOWN = {Status.INSUFFICIENT: "not yet", Status.NOT_IDENTIFIABLE: "never", Status.UNKNOWN: "no input"}
TITLE_START = 11
UNIT_WIDTH = 11
_SPARK_FROM, _RANGE_FROM = 72, 84
_RANGE_WIDTH, _WINDOW_WIDTH = 15, 6


def component(name: str) -> str:
    """The component that a figure such as `soh.loss` is about."""
    return COMPONENTS.get(name.split(".")[0], _OTHER)


def figures_of(health: Health | None) -> list[str]:
    """The names of a station's figures by component, those that are known first in each."""
    if health is None or health.kept is None:
        return []
    figures = health.kept.figures
    places = {name: place for place, name in enumerate(figures)}
    return sorted(figures, key=lambda name: (_ORDER.index(component(name)), not figures[name].known, places[name]))


def course_of(name: str, health: Health, days: dict[str, Course]) -> Course | None:
    """A figure's past: by weeks where the record tells it, else by the days it was diagnosed on."""
    kept = health.kept.courses.get(name) if health.kept else None
    return kept or days.get(name)


def course_spark(course: Course | None, width: int) -> str:
    """The past as blocks between its own lowest and highest, oldest first; `·` where nothing was found."""
    if course is None or len(course.values) < 2 or width < 2:
        return ""
    width = min(width, len(course.values))
    begin, end = course.at[0], course.at[-1]
    columns: list[float | None] = [None] * width
    for at, value in zip(course.at, course.values, strict=True):
        columns[min(width - 1, int((at - begin) / (end - begin) * width))] = value
    return spark(columns, min(course.values), max(course.values)) if end > begin else ""


def draw_figure_heads(width: int) -> Line:
    """The line over the figures."""
    line = Line(width)
    line.put(1, "OF", Role.TEXT3)
    line.put(TITLE_START, "FIGURE", Role.TEXT3)
    line.right(value_end(width), "NOW", Role.TEXT3)
    after = value_end(width) + 2 + UNIT_WIDTH
    if width >= _SPARK_FROM:
        line.right(after + _WINDOW_WIDTH - 2, "OVER", Role.TEXT3)
    if width >= _RANGE_FROM:
        line.put(after + _WINDOW_WIDTH, "RANGE", Role.TEXT3)
    return line


def value_end(width: int) -> int:
    """The last cell of the column of values."""
    return TITLE_START + min(32, max(12, width - TITLE_START - (34 if width >= _SPARK_FROM else 20))) + 8


def draw_figure(width: int, name: str, finding: Finding, course: Course | None, *, first: bool, selected: bool) -> Line:
    """A figure; `first`: it is the first of its component."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    if first:
        line.put(1, cut(component(name), TITLE_START - 2), Role.TEXT2)
    end = value_end(width)
    line.put(TITLE_START, cut(plain(finding.title), end - 8 - TITLE_START), Role.TEXT1 if finding.known else Role.TEXT3)
    after = end + 2
    if not finding.known:
        line.right(end, NOT_KNOWN.get(finding.status, "-"), Role.TEXT3)
        line.put(after, cut(plain(finding.reason), width - after - 1), Role.TEXT3)
        return line
    line.right(end, figure_text(finding), Role.TEXT1)
    line.put(after, cut(plain(finding.unit), UNIT_WIDTH), Role.TEXT3)
    after += UNIT_WIDTH
    if width >= _SPARK_FROM:
        line.right(after + _WINDOW_WIDTH - 2, window_text(finding), Role.TEXT3)
        after += _WINDOW_WIDTH
    if width >= _RANGE_FROM:
        line.put(after, cut(range_text(finding), _RANGE_WIDTH), Role.TEXT3)
        after += _RANGE_WIDTH + 1
    if width >= _SPARK_FROM:
        line.put(after, course_spark(course, min(40, width - after - 2)), Role.CHART)
    return line


def window_text(finding: Finding) -> str:
    """Over how long a figure is: `390d`, `5h`; empty where it is of no span."""
    days = finding.window.days
    return "" if days <= 0 else f"{days:.0f}d" if days >= 2 else f"{24 * days:.0f}h"


def range_text(finding: Finding) -> str:
    """`83.5 to 84.5`; empty where no range is known."""
    if finding.low is None or finding.high is None:
        return ""
    return f"{three_digits(finding.low)} to {three_digits(finding.high)}"


def draw_evidence(width: int, height: int, health: Health | None, now: float) -> list[Line]:
    """Why a station has its tier: every evidence, the worst first, the unknown last."""
    sheet = Sheet(width, height)
    if health is None:
        return sheet.lines
    kept = health.kept
    note = "" if kept is None else f"diagnosed {age(now - kept.at)} ago"
    sheet.head(0, 1, width - 2, cut(plain(health.site.name).upper(), max(8, width - 26)), note if width >= 40 else "")
    for row, clause in enumerate(health.alarms, start=1):
        sheet.put(row, 1, f"{clause.mark:<2} now", tier_role(clause.mark), bold=True)
        sheet.put(row, 24, cut(plain(clause.text), width - 26), Role.TEXT1)
    if kept is None:
        sheet.put(1 + len(health.alarms), 1, cut(NOT_YET, width - 2), Role.TEXT3)
        return sheet.lines
    for row, one in enumerate(kept.risk.evidence, start=1 + len(health.alarms)):
        word = "?" if one.tier is None else "was ok" if health.was_ok(one) else one.tier.name.lower()
        role = Role.LINK_TEXT if one.tier is None else tier_role(word)
        sheet.put(row, 1, pad(word, 7), role)
        sheet.put(row, 9, cut(one.name, 14), Role.TEXT2)
        sheet.put(row, 24, cut(plain(one.words), width - 26), Role.TEXT2 if one.tier else Role.TEXT3)
    for row, job in enumerate(health.jobs, start=sheet.height):
        sheet.put(row, 1, "job", Role.TEXT3)
        sheet.put(row, 9, due_text(job.due_at, now), Role.TEXT2)
        sheet.put(row, 24, cut(plain(job.what), width - 26), Role.TEXT2)
    _draw_advice(sheet, "ESS advice", health.advice.text if health.advice else "")
    _draw_advice(sheet, "what came", health.came[0].text if health.came else "")
    for row, (name, course) in enumerate(kept.courses.items(), start=sheet.height + 1):
        if (finding := kept.figure(name)) is not None:
            sheet.put(row, 1, cut(plain(finding.title), 22), Role.TEXT2)
            column = sheet.put(row, 24, course_spark(course, max(0, min(60, width - 42))), Role.CHART)
            sheet.put(row, column + 2, f"{figure_text(finding)} {finding.unit}", Role.TEXT2)
    return sheet.lines


def _draw_advice(sheet: Sheet, label: str, text: str) -> None:
    if text:
        sheet.put(sheet.height, 1, label, Role.TEXT3)
    for row, part in enumerate(wrap(plain(text), max(8, sheet.width - 26)), start=sheet.height - 1):
        sheet.put(row, 24, part, Role.TEXT2)


def draw_summary(width: int, health: Health, now: float) -> Line:
    """A station's tier, how much is known, and what was found worst, in one line."""
    line = Line(width)
    column = line.put(1, health.word, tier_role(health.word), bold=True)
    if health.kept is not None:
        known = f"{health.kept.risk.coverage:.0%} known {GAP} {age(now - health.kept.at)} ago"
        column = line.put(column + 2, known, Role.TEXT3)
    line.put(column + 3, cut(health.reason, width - column - 4), Role.TEXT2)
    return line


def starts(names: Sequence[str]) -> set[str]:
    """The figures that are the first of their component."""
    found, before = set(), ""
    for name in names:
        if component(name) != before:
            before = component(name)
            found.add(name)
    return found
