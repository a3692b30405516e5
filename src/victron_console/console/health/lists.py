"""The lists of the Health screen: maintenance jobs, firmware of the fleet, and stations among their peers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from victron_console.console.health.data import Health, HealthData
from victron_console.console.health.row import due_text, three_digits, tier_role
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, plain
from victron_console.diagnosing.gx.firmware import Standing, written
from victron_console.model.clock import local
from victron_console.store.operator.jobs import JobRow

if TYPE_CHECKING:
    from victron_console.diagnosing.verdict.maintenance import Job
    from victron_console.diagnosing.verdict.peers import Ranked
    from victron_console.diagnosing.verdict.proposals import Proposal

_STATE, _SITE, _DUE, _WHAT = 1, 11, 31, 33


def listed(data: HealthData) -> dict[str, JobRow | Proposal]:
    """What stands on the list, by a name for its row: open jobs as they fall due, proposals, and what was done."""
    jobs = sorted((job for row in data.rows for job in row.jobs), key=lambda job: (job.due_at or float("inf"), job.id))
    found: dict[str, JobRow | Proposal] = {f"job {job.id}": job for job in jobs}
    found |= {f"proposal {one.job.site} {one.reason}": one for one in data.proposals}
    return found | {f"job {job.id}": job for job in data.done}


def station_of(one: JobRow | Proposal) -> str:
    """The station that a job or a proposal is about."""
    return one.station if isinstance(one, JobRow) else one.job.site


def draw_job_heads(width: int) -> Line:
    """The line over the jobs."""
    line = Line(width)
    line.put(_STATE, "STATE", Role.TEXT3)
    line.put(_SITE, "SITE", Role.TEXT3)
    line.right(_DUE, "DUE", Role.TEXT3)
    line.put(_WHAT, "WHAT", Role.TEXT3)
    return line


def draw_job(width: int, one: JobRow | Proposal, site: str, now: float, *, selected: bool) -> Line:
    """A job or a proposal."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    if isinstance(one, JobRow):
        state, due, what = ("done" if one.done else "open"), due_text(one.due_at, now), one.what
        role = Role.TEXT3 if one.done else Role.TEXT1
        note = one.note
    else:
        state, due, what = "proposed", due_text(one.job.deadline, now), one.job.what
        role, note = tier_role(one.job.tier.name.lower()), one.words
    line.put(_STATE, state, role)
    line.put(_SITE, cut(plain(site), 14), Role.TEXT3 if state == "done" else Role.TEXT2)
    if state != "done":
        line.right(_DUE, due, Role.TODAY_TEXT if due == "late" else Role.TEXT2)
    column = line.put(_WHAT, cut(plain(what), width - _WHAT - 1), Role.TEXT3 if state == "done" else Role.TEXT1)
    if note and column + 12 < width:
        line.put(column + 2, cut(plain(note), width - column - 3), Role.TEXT3)
    return line


def same_visit(data: HealthData, name: str) -> list[str]:
    """What else of the list falls due at the same site within 30 days: one trip does for all."""
    from victron_console.diagnosing.verdict.maintenance import visits  # numpy, for which the first paint does not wait

    jobs = {key: _as_job(one) for key, one in listed(data).items() if not isinstance(one, JobRow) or not one.done}
    own = jobs.get(name)
    visit = next((visit for visit in visits(list(jobs.values())) if own is not None and own in visit.jobs), None)
    return [job.what for job in visit.jobs if job is not own] if visit else []


def _as_job(one: JobRow | Proposal) -> Job:
    from victron_console.diagnosing.verdict.maintenance import Job
    from victron_console.diagnosing.verdict.risk import Tier

    if isinstance(one, JobRow):
        return Job(site=one.station, what=one.what, tier=Tier.PLAN, found_at=one.at, due_at=one.due_at)
    return one.job


def draw_job_detail(
    width: int, height: int, one: JobRow | Proposal, site: str, together: Sequence[str] = ()
) -> list[Line]:
    """A job in full, with what the same trip would do."""
    sheet = Sheet(width, height)
    sheet.head(0, 1, width - 2, cut(plain(site).upper(), max(4, width - 4)))
    facts = _about(one)
    if together:
        facts.append(("same trip", "; ".join(together)))
    for row, (label, text) in enumerate(facts, start=1):
        sheet.put(row, 1, label, Role.TEXT3)
        sheet.put(row, 12, cut(plain(text), width - 13), Role.TEXT2)
    return sheet.lines


def _about(one: JobRow | Proposal) -> list[tuple[str, str]]:
    if not isinstance(one, JobRow):
        return [("what", one.job.what), ("due", f"{local(one.job.deadline):%Y-%m-%d}"), ("why", one.words)]
    return [
        ("what", one.what),
        ("due", "-" if one.due_at is None else f"{local(one.due_at):%Y-%m-%d}"),
        ("why", one.reason or "an operator's own"),
        ("note", one.note or "-"),
        ("edited", f"{local(one.at):%Y-%m-%d %H:%M} by {one.who}"),
    ]


def draw_firmware_heads(width: int) -> Line:
    """The line over the firmware."""
    line = Line(width)
    for column, head in ((1, "STANDS"), (11, "SITE"), (34, "RUNS"), (46, "COMPARED WITH")):
        line.put(column, head, Role.TEXT3)
    return line


def draw_firmware(width: int, health: Health, *, selected: bool) -> Line:
    """One GX's firmware against what it is offered, else against the newest of its channel in the fleet."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    one = health.firmware
    standing = one.standing if one else Standing.UNKNOWN
    role = {Standing.BEHIND: Role.TODAY_TEXT, Standing.UNKNOWN: Role.LINK_TEXT}.get(standing, Role.TEXT3)
    line.put(1, str(standing), role)
    line.put(11, cut(plain(health.site.name), 21), Role.TEXT1)
    if one and one.version:
        line.put(34, written(one.version), Role.TEXT2)
        line.put(46, written(one.latest) if one.latest else "-", Role.TEXT3)
    return line


def draw_peer_heads(width: int) -> Line:
    """The line over the compared figures."""
    line = Line(width)
    line.put(1, "FIGURE", Role.TEXT3)
    line.right(35, "MEDIAN", Role.TEXT3)
    line.put(38, "BEST TO WORST, ! stands out", Role.TEXT3)
    return line


def draw_peers(width: int, title: str, ranks: Sequence[Ranked], names: dict[str, str], *, selected: bool) -> Line:
    """One figure over the fleet: its median, then the stations from best to worst."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    line.put(1, cut(title, 26), Role.TEXT1)
    values = sorted(rank.value for rank in ranks)
    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
    line.right(35, three_digits(middle), Role.TEXT1)
    column = 38
    for rank in ranks:
        text = f"{names.get(rank.station, rank.station)} {three_digits(rank.value)}"
        if column + len(text) > width - 2:
            break
        column = line.put(column, text, Role.TEXT2) + 1
        if rank.outlier:
            column = line.put(column - 1, "!", Role.TODAY_TEXT) + 1
        column += 1
    return line


def draw_ranking(width: int, height: int, title: str, ranks: Sequence[Ranked], names: dict[str, str]) -> list[Line]:
    """Every station that has the figure, best first, with its distance from the median."""
    sheet = Sheet(width, height)
    sheet.head(0, 1, width - 2, cut(title, width - 4), "deviations from the median" if width >= 60 else "")
    for row, rank in enumerate(ranks, start=1):
        sheet.right(row, 3, str(rank.rank), Role.TEXT3)
        sheet.put(row, 5, cut(plain(names.get(rank.station, rank.station)), 22), Role.TEXT1)
        sheet.right(row, 36, three_digits(rank.value), Role.TEXT1)
        if rank.deviation is not None:
            sheet.right(row, 44, f"{rank.deviation:+.1f}", Role.TODAY_TEXT if rank.outlier else Role.TEXT3)
        if rank.outlier:
            sheet.put(row, 46, "stands out", Role.TODAY_TEXT)
    return sheet.lines
