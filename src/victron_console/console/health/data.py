"""What the Health screen shows, read from the store in one go off the screen's thread. Draws and judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from victron_console.console.kit.view import Site
from victron_console.diagnosing.ess.advice_log import CAME, HOLDS_S, KIND, Came, Told, came_of, told_of
from victron_console.diagnosing.gx.firmware import Installed, compare
from victron_console.diagnosing.verdict.compared import COMPARED, ranks
from victron_console.diagnosing.verdict.health_words import SAID
from victron_console.diagnosing.verdict.kept_findings import Course, Kept, unpack
from victron_console.diagnosing.verdict.risk import Evidence, Risk, Tier
from victron_console.insight.verdict.clause import Clause
from victron_console.model.clock import local
from victron_console.model.units import DAY_S
from victron_console.store.operator.jobs import JobRow
from victron_console.store.read.reader import Reader

if TYPE_CHECKING:
    from victron_console.diagnosing.verdict.peers import Ranked
    from victron_console.diagnosing.verdict.proposals import Proposal

NOT_YET = "not diagnosed yet: some minutes after its first poll, then once a night"
COURSE_DAYS = 400
DONE_SHOWN_DAYS = 30
ALARM_DAYS = 30
CAME_DAYS = 14
MOST_LINES = 5000
"""Of advice read at once, over the fleet."""


@dataclass(frozen=True, slots=True)
class Health:
    """One station."""

    site: Site
    kept: Kept | None
    """None where it was never diagnosed."""
    firmware: Installed | None
    jobs: tuple[JobRow, ...] = ()
    """Open ones, the first due first."""
    ranks: Mapping[str, Ranked] = field(default_factory=dict)
    """Its place among its peers, by figure."""
    advice: Told | None = None
    """What was last advised for its ESS; None where nothing was since yesterday."""
    came: tuple[Came, ...] = ()
    """What came of the last days' advice, the latest first."""

    @property
    def alarms(self) -> tuple[Clause, ...]:
        """What stands at the site now, whatever was diagnosed."""
        return tuple(clause for clause in self.site.verdict.clauses if clause.family)

    @property
    def tier(self) -> str:
        """As diagnosed: `act`, `plan`, `watch`, `ok` or `unknown`."""
        return self.kept.risk.word if self.kept else "unknown"

    @property
    def word(self) -> str:
        """The tier, or the mark of an alarm that stands where nothing was diagnosed: `ok` is not said beside one."""
        return self.alarms[0].mark if self.alarms and self.tier in ("ok", "unknown") else self.tier

    @property
    def reason(self) -> str:
        """What stands now, then the main reason for the tier and the day it is of, or why there is none."""
        now = "".join(f"now {clause.text} " for clause in self.alarms[:1])
        if self.kept is None:
            return f"{now}{NOT_YET}"
        return f"{now}{day_of(self.kept.at)}: {self._found(self.kept.risk)}"

    def _found(self, risk: Risk) -> str:
        worst = risk.evidence[0] if risk.evidence else None
        if worst is None or not worst.tier:
            return "nothing found" if risk.word == "ok" else "too little is known to say that it is well"
        return f"{worst.name}: {worst.words}"

    def was_ok(self, evidence: Evidence) -> bool:
        """Whether a diagnosis found nothing where an alarm stands by now."""
        if evidence.tier is not Tier.OK:
            return False
        families = {clause.family for clause in self.alarms}
        said = SAID.get(evidence.name)
        return bool(families) if said is None else bool(families & said[1])


@dataclass(frozen=True, slots=True)
class HealthData:
    """The fleet."""

    rows: tuple[Health, ...] = ()
    """The most urgent first."""
    proposals: tuple[Proposal, ...] = ()
    """Those that no job on the list answers."""
    done: tuple[JobRow, ...] = ()
    """Jobs done in the last month."""
    peers: Mapping[str, Sequence[Ranked]] = field(default_factory=dict)
    course: Mapping[str, Course] = field(default_factory=dict)
    """The figures of one station as they were diagnosed day by day."""
    course_of: str = ""
    alarms: Mapping[str, int] = field(default_factory=dict)
    """How many alarms each station raised in the last 30 days."""

    def row(self, station: str | None) -> Health | None:
        """A station's row."""
        return next((row for row in self.rows if row.site.id == station), None)


_URGENCY = {"!!": 0, "act": 1, "!": 2, "x": 2, "plan": 3, "watch": 4, "unknown": 5, "ok": 6}


def day_of(at: float) -> str:
    """The day on which something was diagnosed: `Mon`."""
    return f"{local(at):%a}"


def read_health(
    reader: Reader, sites: Sequence[Site], chosen: str | None, now: float, as_of: float | None
) -> HealthData:
    """The health of these stations as last diagnosed, and one's course of days."""
    # It loads numpy, for which the first paint does not wait.
    from victron_console.diagnosing.verdict.proposals import unanswered

    ids = {site.id for site in sites}
    found = {station: unpack(row.body) for station, row in reader.diagnoses(as_of).items() if station in ids}
    kept = {station: one for station, one in found.items() if one is not None}
    peers = {name: ranks(kept, name) for name in COMPARED}
    jobs = [job for job in reader.jobs(as_of, done_since=now - DONE_SHOWN_DAYS * DAY_S) if job.station in ids]
    advice, came = _advice(reader, now)
    firmware = {row.station: row for row in compare(*_versions(reader, sites))}
    rows = [
        Health(
            site,
            kept.get(site.id),
            firmware.get(site.id),
            tuple(sorted((job for job in jobs if job.station == site.id and not job.done), key=due_first)),
            {name: rank for name, rows in peers.items() for rank in rows if rank.station == site.id},
            advice.get(site.id),
            tuple(came.get(site.id, ())),
        )
        for site in sites
    ]
    rows.sort(key=lambda row: (_URGENCY[row.word], row.site.name))
    return HealthData(
        tuple(rows),
        tuple(unanswered(kept, jobs)),
        tuple(sorted((job for job in jobs if job.done), key=lambda job: -job.at)),
        {name: rows for name, rows in peers.items() if rows},
        _course(reader, chosen, now) if chosen in ids else {},
        chosen or "",
        Counter(one.key.station for one in reader.alert_history(now - ALARM_DAYS * DAY_S, now) if one.is_alarm),
    )


def _advice(reader: Reader, now: float) -> tuple[dict[str, Told], dict[str, list[Came]]]:
    """By station the advice that holds, and what came of the last days', the latest first."""
    advice: dict[str, Told] = {}
    for event in reader.events(now - HOLDS_S, now, kinds=[KIND], limit=MOST_LINES):
        if event.station and event.station not in advice and (told := told_of(event)) is not None:
            advice[event.station] = told
    came: dict[str, list[Came]] = {}
    for event in reader.events(now - CAME_DAYS * DAY_S, now, kinds=[KIND], text=CAME, limit=MOST_LINES):
        if event.station and (one := came_of(event)) is not None:
            came.setdefault(event.station, []).append(one)
    return advice, came


def due_first(job: JobRow) -> tuple[float, int]:
    """The order of a list of jobs; those without a date last."""
    return (float("inf") if job.due_at is None else job.due_at, job.id)


def _versions(reader: Reader, sites: Sequence[Site]) -> tuple[dict[str, str], dict[str, str]]:
    """What each GX runs, and what it is offered online where it says so."""
    offered = {}
    for site in sites:
        for row in reader.series(site.id, "platform/*/Firmware/Online/AvailableVersion"):
            if isinstance(row.value, str) and row.value:
                offered[site.id] = row.value
    return {site.id: site.overview.firmware or "" for site in sites}, offered


def _course(reader: Reader, station: str | None, now: float) -> dict[str, Course]:
    if station is None:
        return {}
    points: dict[str, list[tuple[float, float]]] = {}
    for row in reader.diagnosis_course(station, now - COURSE_DAYS * DAY_S, now):
        one = unpack(row.body)
        for name, finding in one.figures.items() if one else ():
            if finding.known and finding.value is not None:
                points.setdefault(name, []).append((row.at, finding.value))
    return {name: Course(*map(tuple, zip(*own, strict=True))) for name, own in points.items()}
