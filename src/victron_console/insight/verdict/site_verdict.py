"""Puts together what is to be said of a site: its link, its alarms, what is expected, its doubts, its state. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from victron_console.insight.cells import ALARM_V, Cell
from victron_console.insight.fleet import figures_quality
from victron_console.insight.sunrise import Dawn
from victron_console.insight.verdict.alarm_words import LINK, alarm_clause
from victron_console.insight.verdict.clause import SHORT_CELLS, Clause, Rank, SiteVerdict
from victron_console.insight.verdict.doubt_words import doubt_clauses
from victron_console.model.alert import AlertState, AlertView
from victron_console.model.clock import local
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.station import StationState
from victron_console.model.text import clean
from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S
from victron_console.store.answers import StationRow

STANDING = (AlertState.UNACKNOWLEDGED, AlertState.ACKNOWLEDGED)
EMPTY_NOW_S = 60.0
_OFF = "Off"
_FIGURES = (
    "soc_percent", "battery_power_w", "pv_power_w", "load_power_w", "dc_load_power_w", "grid_power_w", "genset_power_w",
)  # fmt: skip
"""Without any of them nothing can be said of a site's energy."""


@dataclass(frozen=True, slots=True)
class HealthWords:
    """What was diagnosed, and the families of the alarms that say the same."""

    clause: Clause
    families: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What beside its row and its alarms is known of a site."""

    dawn: Dawn | None = None
    """What is expected until sunrise."""
    cell: Cell | None = None
    """The cell that stands furthest from the others of its pack."""
    health: tuple[HealthWords, ...] = ()
    """What was last diagnosed, the worst first."""


def site_verdict(row: StationRow, alerts: Iterable[AlertView], known: Known, now: float) -> SiteVerdict:
    """What is to be said of a site.

    Args:
        row: its row, with the state it is to be shown with (`insight.fleet.at_moment`).
        alerts: its alarms, in any order; what is put aside, held back or over is left out.
        known: what else is known of it.
        now: the moment (UTC epoch, s).
    """
    views = list(alerts)
    standing = [view for view in views if view.state in STANDING and view.occurrence.is_alarm]
    link = list(_link(row, now))
    if link:
        standing = [view for view in standing if view.occurrence.key.family not in LINK]
    families = frozenset(view.occurrence.key.family for view in standing)
    worst = sorted(standing, key=lambda view: (-view.occurrence.severity.weight, view.occurrence.raised_at))
    cell = known.cell if known.cell is not None and abs(known.cell.deviation_v) >= ALARM_V / 2 else None
    shown, lost = row.overview or Overview(), figures_quality(row, now) is Quality.LOST
    clauses = [
        *link,
        *_dawn(known.dawn, row, now),
        *_unlike(alarm_clause(view, cell) for view in worst),
        *(doubt_clauses(shown, families) if row.read_at is not None and not lost else ()),
        *health_clauses(known.health, families),
        *_maintenance(views),
    ]
    # A sort keeps the order of equals: alarms stay as they are, the worst first.
    return SiteVerdict(tuple(sorted(clauses or _state(shown), key=lambda clause: clause.rank)))


def health_clauses(health: Iterable[HealthWords], families: frozenset[str]) -> Iterator[Clause]:
    """What was last diagnosed, but for what an alarm that stands says already."""
    for words in health:
        if not families & words.families:
            yield words.clause


def _unlike(clauses: Iterable[Clause]) -> list[Clause]:
    """Each sentence once: two alarms may say the same of a site."""
    found: dict[str, Clause] = {}
    for clause in clauses:
        found.setdefault(clause.text, clause)
    return list(found.values())


def _link(row: StationRow, now: float) -> Iterator[Clause]:
    """Why its figures are not of now, where they are not."""
    quality, state, reason = figures_quality(row, now), row.status.state, clean(row.status.reason)
    if quality is Quality.GOOD:
        return
    why = f" {reason[:1].upper()}{reason[1:].removesuffix('.')}." if reason else ""
    if row.read_at is None and state is StationState.STARTING:
        yield Clause("Not read yet.", "Not read yet.", Rank.LINK, "~")
    elif state is StationState.MISCONFIGURED:
        yield Clause(f"It answers, but not as it should.{why}", "Wrong answers.", Rank.LINK, "x")
    elif row.read_at is None:
        yield Clause(f"It has never answered.{why}", "Never answered.", Rank.LINK, "x")
    else:
        lost = quality is not Quality.STALE
        said = "No answer for" if lost else "Not read for"
        since = f"{said} {_span(now - row.read_at)}."
        yield Clause(f"{since}{why}", since, Rank.LINK, "x" if lost else "~")


def _span(seconds: float) -> str:
    """How long, in words: `45 s`, `4 min`, `3 h`, `12 days`."""
    for limit_s, unit_s, unit in ((2 * MINUTE_S, 1, "s"), (2 * HOUR_S, MINUTE_S, "min"), (2 * DAY_S, HOUR_S, "h")):
        if seconds < limit_s:
            return f"{max(0.0, seconds) // unit_s:.0f} {unit}"
    return f"{min(9999, int(seconds // DAY_S))} days"


def _dawn(dawn: Dawn | None, row: StationRow, now: float) -> Iterator[Clause]:
    """When it is empty, else what is left at sunrise."""
    if dawn is None or row.read_at is None:
        return
    old = "" if figures_quality(row, now) is Quality.GOOD else f", by figures of {local(row.read_at):%H:%M}"
    if dawn.empty_at is not None:
        if dawn.empty_at <= now + EMPTY_NOW_S:
            yield Clause(f"The battery is at its floor{old}.", "Battery at its floor.", Rank.SUPPLY, "!")
        else:
            at = f"Empty about {local(dawn.empty_at):%H:%M}"
            yield Clause(f"{at}{old}.", f"{at}.", Rank.SUPPLY, "!")
    elif dawn.low_percent is not None and dawn.high_percent is not None:
        low, high = f"{dawn.low_percent:.0f}", f"{dawn.high_percent:.0f}"
        said = f"{low if low == high else f'{low}-{high}'} % at sunrise"
        short = f"{'~' if old else ''}{said}."
        yield Clause(f"{said}{old}.", short, Rank.EXPECTED)


def _maintenance(views: Sequence[AlertView]) -> Iterator[Clause]:
    work = next((view.maintenance for view in views if view.maintenance is not None), None)
    if work is not None:
        yield Clause(f"In maintenance until {local(work.until):%a %H:%M}.", "In maintenance.", Rank.HEALTH)


def _state(shown: Overview) -> list[Clause]:
    """What its devices do, where there is nothing else to say; of a site without any figure that."""
    if not shown.system_state:
        is_told = any(getattr(shown, name) is not None for name in _FIGURES)
        return [] if is_told else [Clause("It tells of no charge and no power.", "No figures.", Rank.STATE)]
    words = clean(shown.system_state).partition(" (")[0].partition(" / ")[0]
    if words == _OFF:
        return [Clause("The inverter is off.", "Inverter off.", Rank.STATE)]
    return [Clause(f"{words}.", f"{words}." if cell_len(words) < SHORT_CELLS else "Running.", Rank.STATE)]
