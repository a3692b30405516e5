"""A station's health in a row: tier, the figures behind it, the next job, and the main reason in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from victron_console.console.health.data import Health
from victron_console.console.health.months import last_month, percent
from victron_console.console.kit.cursor_list import head_role
from victron_console.console.kit.format import ABSENT, number
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut, cut_middle, plain
from victron_console.diagnosing.finding import Finding
from victron_console.diagnosing.gx.firmware import Standing
from victron_console.model.units import DAY_S

SITE_START = 10
_CYCLES = "cycles.full_cycles"
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
    """The replacement window in months: `4-11`; never a date. `now` where all of it is over."""
    found = health.kept.figure("replacement.80") if health.kept else None
    if found is None or not found.known or found.low is None or found.high is None:
        return ABSENT
    low, high = number(found.low), number(found.high)
    return "now" if high == "0" else f"{low}-{high}"


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
    size: Callable[[Health], float | None]
    """How bad it is, for the order of the rows; None where it is not known."""


def _figure_size(name: str, sign: float = 1.0) -> Callable[[Health], float | None]:
    """A figure of a station; `sign` -1 where little of it is bad."""

    def size(health: Health) -> float | None:
        value = health.kept.value(name) if health.kept else None
        return None if value is None else sign * value

    return size


def _months_left(health: Health) -> float | None:
    found = health.kept.figure("replacement.80") if health.kept else None
    return -found.low if found is not None and found.known and found.low is not None else None


def _share_gone(health: Health) -> float | None:
    rows = last_month(health.kept.availability) if health.kept else []
    return -rows[0].share if rows else None


def _firmware_behind(health: Health) -> float | None:
    standing = health.firmware.standing if health.firmware else Standing.UNKNOWN
    return {Standing.BEHIND: 2.0, Standing.SAME: 1.0, Standing.AHEAD: 0.0}.get(standing)


def _due(health: Health) -> float | None:
    due_at = health.jobs[0].due_at if health.jobs else None
    return None if due_at is None else -due_at


_COLUMNS = (
    _Column("SOH%", 4, lambda health, _: _whole(health, "soh.level"), 36, _figure_size("soh.level", -1.0)),
    _Column("mV", 4, lambda health, _: _whole(health, "imbalance.spread"), 50, _figure_size("imbalance.spread")),
    _Column("MONTHS", 7, _window, 60, _months_left),
    _Column(
        "CYCLES", 6, lambda health, _: _whole(health, "cycles.full_cycles"), 72, _figure_size("cycles.full_cycles")
    ),
    _Column("R GREW", 6, _grown, 100, _figure_size("resistance.ratio")),
    _Column("GRID%", 5, _grid, 100, _figure_size("grid.voltage_out")),
    _Column("FIRMWARE", 8, _firmware, 110, _firmware_behind),
    _Column("UP%", 5, _there, 130, _share_gone),
    _Column("JOB", 5, _next_job, 80, _due),
)


def in_order(rows: Sequence[Health], head: str) -> list[Health]:
    """Stations, the most urgent first, by the column of a head: the worst first, names as in a book, unknown last."""
    if head == "SITE":
        return sorted(rows, key=lambda row: row.site.name.casefold())
    column = next((column for column in _COLUMNS if head in column.head.split()), None)
    if column is None:
        return list(rows)

    def place(row: Health) -> float:
        known = column.size(row)
        return float("inf") if known is None else -known

    return sorted(rows, key=place)


def sort_heads(width: int) -> list[str]:
    """The heads in sight, all of which order the rows."""
    return ["SITE", *(column.head.partition(" ")[0] for column, _ in _places(width)[0])]


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


def draw_heads(width: int, sort: str = "") -> Line:
    """The line over the rows; the head that they are ordered by stands out."""
    line = Line(width)
    line.put(1, "TIER", Role.TEXT3)
    line.put(SITE_START, "SITE", head_role("SITE", sort))
    columns, reason = _places(width)
    for one, end in columns:
        line.right(end, one.head, Role.TEXT1 if sort in one.head.split() else Role.TEXT3)
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
