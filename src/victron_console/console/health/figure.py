"""The explanation of one figure: its value and range, its past, where it comes from, and how far it can be trusted."""

from __future__ import annotations

from textwrap import wrap

from victron_console.console.health.data import Health
from victron_console.console.health.row import figure_text, three_digits
from victron_console.console.health.station import course_spark, range_text
from victron_console.console.kit.blocks import columns as block_columns
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, plain
from victron_console.diagnosing.finding import Finding
from victron_console.diagnosing.verdict.kept_findings import Course, Kept
from victron_console.model.clock import local

_LABEL = 12
_CHART_ROWS = 4
_OUTAGE_DAYS = 20
_CHART_FROM_HEIGHT = 18


def draw_explanation(
    width: int, height: int, name: str, health: Health | None, course: Course | None, *, offset: int = 0
) -> list[Line]:
    """All that can be said of a figure; `offset` rows are scrolled away."""
    sheet = Sheet(width)
    finding = health.kept.figure(name) if health and health.kept else None
    if health is None or finding is None:
        return []
    sheet.head(0, 1, width - 2, cut(plain(finding.title).upper(), max(4, width - 4)), name if width >= 60 else "")
    row = _value(sheet, finding)
    if course is not None and len(course.values) > 1:
        row = _past(sheet, row, course, finding, tall=height >= _CHART_FROM_HEIGHT)
    for label, text in _facts(name, finding, health):
        row = _fact(sheet, row, label, text)
    return sheet.lines[offset : offset + height]


def _value(sheet: Sheet, finding: Finding) -> int:
    if not finding.known:
        return _fact(sheet, 1, "", f"{finding.status}: {finding.reason}", Role.TEXT1)
    column = sheet.put(1, 1, figure_text(finding), Role.TEXT1, bold=True)
    column = sheet.put(1, column + 1, finding.unit, Role.TEXT2)
    if told := range_text(finding):
        sheet.put(1, column + 3, cut(told, sheet.width - column - 4), Role.TEXT2)
    return _fact(sheet, 2, "", finding.confidence) if finding.confidence else 2


def _past(sheet: Sheet, row: int, course: Course, finding: Finding, *, tall: bool) -> int:
    low, high = min(course.values), max(course.values)
    words = f"{local(course.at[0]):%b %Y} to {local(course.at[-1]):%b %Y}, {three_digits(low)} to {three_digits(high)}"
    width = min(72, len(course.values), sheet.width - 3)
    if tall and high > low:
        for text in _columns(course, width, low, high):
            sheet.put(row, 1, text, Role.CHART)
            row += 1
    else:
        sheet.put(row, 1, course_spark(course, width), Role.CHART)
        row += 1
    sheet.put(row, 1, cut(f"{words} {finding.unit}", sheet.width - 2), Role.TEXT3)
    return row + 1


def _columns(course: Course, width: int, low: float, high: float) -> list[str]:
    """A chart of blocks, the lowest value one eighth high; blank where nothing is known."""
    span = max(course.at[-1] - course.at[0], 1.0)
    placed: list[float | None] = [None] * width
    for at, value in zip(course.at, course.values, strict=True):
        placed[min(width - 1, int((at - course.at[0]) / span * width))] = value
    return block_columns(placed, low, high, _CHART_ROWS)


def _facts(name: str, finding: Finding, health: Health) -> list[tuple[str, str]]:
    window = finding.window
    expected = [] if finding.ready_at is None else [("expected", f"about {local(finding.ready_at):%Y-%m-%d}")]
    facts = [*expected, ("method", finding.method.name), ("inputs", ", ".join(finding.method.inputs))]
    if window.until > window.since:
        span = f"{local(window.since):%Y-%m-%d} to {local(window.until):%Y-%m-%d}, {window.days:.0f} days"
        facts.append(("window", f"{span}, {window.count} {window.what}" if window.count else span))
    facts.append(("source", finding.method.source))
    if (rank := health.ranks.get(name)) is not None:
        facts.append(("peers", _peers(rank.rank, rank.percentile, rank.deviation, outlier=rank.outlier)))
    if health.kept is not None and name.split(".")[0] in ("capacity", "cycles", "pv", "grid", "resistance"):
        facts.append(("taken as", "; ".join(f"{what} {value}" for what, value in health.kept.limits.items())))
    if name.startswith("outages.") and health.kept is not None:
        facts += _calendar(health.kept)
    return facts


def _calendar(kept: Kept) -> list[tuple[str, str]]:
    """When it was dark: the last days with an outage, and the hours in which they begin."""
    if not kept.outage_days:
        return []
    latest = [
        f"{day:%Y-%m-%d} {max(1.0, minutes):.0f} min" for day, minutes in reversed(kept.outage_days[-_OUTAGE_DAYS:])
    ]
    facts = [("days", f"{len(kept.outage_days)} with an outage; the last: {', '.join(latest)}")]
    hours = [f"{hour:02d}h {count}x" for hour, count in enumerate(kept.outage_hours) if count]
    return [*facts, ("begin at", ", ".join(hours))] if hours else facts


def _peers(rank: int, percentile: float | None, deviation: float | None, *, outlier: bool) -> str:
    words = [f"place {rank} of the fleet"]
    if percentile is not None:
        words.append(f"as good as {percentile:.0f} % or better")
    if deviation is not None:
        words.append(f"{abs(deviation):.1f} deviations {'above' if deviation > 0 else 'below'} the median")
    return ", ".join(words) + (": stands out" if outlier else "")


def _fact(sheet: Sheet, row: int, label: str, text: str, role: Role = Role.TEXT2) -> int:
    """A label and its wrapped text; gives the row after."""
    narrow = sheet.width < 36
    start = 1 if narrow or not label else 1 + _LABEL
    if label:
        sheet.put(row, 1, cut(label, sheet.width - 2), Role.TEXT3)
        row += narrow
    for part in wrap(plain(text), max(8, sheet.width - start - 2)) or [""]:
        sheet.put(row, start, cut(part, sheet.width - start - 1), role)
        row += 1
    return row
