"""A station's health in a row: tier, the figures behind it, the next job, and the main reason in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from victron_console.console.health.data import Health
from victron_console.console.health.months import last_month, percent
from victron_console.console.kit.format import ABSENT, number
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut, cut_middle, plain
from victron_console.diagnosing.finding import Finding
from victron_console.model.units import DAY_S

SITE_START = 10
_TIER_ROLES = {
    "act": Role.NOW_TEXT,
    "plan": Role.TODAY_TEXT,
    "watch": Role.TEXT1,
    "unknown": Role.LINK_TEXT,
    "ok": Role.TEXT3,
    "!!": Role.NOW_TEXT,
    "!": Role.TODAY_TEXT,
    "x": Role.LINK_TEXT,
}


def tier_role(word: str) -> Role:
    """The look of a tier's word: colour only where something is to be done or not known."""
    return _TIER_ROLES.get(word, Role.TEXT2)


def figure_text(finding: Finding | None) -> str:
    """A figure with three digits that count, without its unit; `-` where there is none."""
    if finding is None or not finding.known or finding.value is None:
        return ABSENT
    return three_digits(finding.value)


def three_digits(value: float) -> str:
    """`1250`, `83.5`, `1.28`, `0.052`: as many decimals as count."""
    size = abs(value)
    if size < 0.0005:
        return "0"
    return number(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.995 else 3)


def _whole(health: Health, name: str) -> str:
    value = health.kept.value(name) if health.kept else None
    return ABSENT if value is None else number(value)


def _window(health: Health, now: float) -> str:
    """The replacement window in months: `4-11`; never a date."""
    found = health.kept.figure("replacement.80") if health.kept else None
    if found is None or not found.known or found.low is None or found.high is None:
        return ABSENT
    return f"{number(found.low)}-{number(found.high)}"


def _grown(health: Health, now: float) -> str:
    return figure_text(health.kept.figure("resistance.ratio")) if health.kept else ABSENT


def _grid(health: Health, now: float) -> str:
    return figure_text(health.kept.figure("grid.voltage_out")) if health.kept else ABSENT


def _there(health: Health, now: float) -> str:
    """The availability of the site in the present month, else of its link."""
    rows = last_month(health.kept.availability) if health.kept else []
    return percent(rows[0].share).rstrip("%") if rows else ABSENT


def _firmware(health: Health, now: float) -> str:
    return str(health.firmware.standing) if health.firmware else ABSENT


def due_text(due_at: float | None, now: float) -> str:
    """How long a job has: `12d`, `late`; `-` without a date."""
    if due_at is None:
        return ABSENT
    return "late" if due_at < now else f"{number((due_at - now) / DAY_S)}d"


def _next_job(health: Health, now: float) -> str:
    return due_text(health.jobs[0].due_at, now) if health.jobs else ABSENT


@dataclass(frozen=True, slots=True)
class _Column:
    head: str
    width: int
    text: Callable[[Health, float], str]
    from_width: int


_COLUMNS = (
    _Column("SOH%", 4, lambda health, _: _whole(health, "soh.level"), 36),
    _Column("mV", 4, lambda health, _: _whole(health, "imbalance.spread"), 50),
    _Column("MONTHS", 7, _window, 60),
    _Column("CYCLES", 6, lambda health, _: _whole(health, "cycles.full_cycles"), 72),
    _Column("R GREW", 6, _grown, 100),
    _Column("GRID%", 5, _grid, 100),
    _Column("FIRMWARE", 8, _firmware, 110),
    _Column("UP%", 5, _there, 130),
    _Column("JOB", 5, _next_job, 80),
)


def _site_width(width: int) -> int:
    return 22 if width >= 160 else 12


def _places(width: int) -> tuple[list[tuple[_Column, int]], int]:
    """The columns with their last cells, and where the reason begins."""
    column = SITE_START + _site_width(width) - 1
    placed = []
    for one in _COLUMNS:
        if width >= one.from_width:
            column += one.width + 2
            placed.append((one, column))
    return placed, column + 3


def draw_heads(width: int) -> Line:
    """The line over the rows."""
    line = Line(width)
    line.put(1, "TIER", Role.TEXT3)
    line.put(SITE_START, "SITE", Role.TEXT3)
    columns, reason = _places(width)
    for one, end in columns:
        line.right(end, one.head, Role.TEXT3)
    line.put(reason, "REASON", Role.TEXT3)
    return line


def draw_health(width: int, health: Health, now: float, *, selected: bool) -> Line:
    """One station."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    word = health.word
    line.put(1, word, tier_role(word), bold=word == "act")
    line.put(SITE_START, cut_middle(plain(health.site.name), _site_width(width)), Role.TEXT1)
    columns, reason = _places(width)
    for one, end in columns:
        text = one.text(health, now)
        late = text in ("late", "behind")
        line.right(end, text, Role.TODAY_TEXT if late else Role.TEXT3 if text in (ABSENT, "0") else Role.TEXT2)
    room = width - reason - 1
    if room >= 8:
        line.put(reason, cut(health.reason, room), Role.TEXT2 if word in ("act", "plan", "watch") else Role.TEXT3)
    return line
