"""The parts of the Health screen: what each lists, and what it tells in full of the row under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from victron_console.console.health.advice import ADVICE, draw_advice, draw_advice_row
from victron_console.console.health.availability import AVAILABILITY, draw_availability, draw_availability_row
from victron_console.console.health.data import NOT_YET, Health, HealthData
from victron_console.console.health.energy import ENERGY, draw_energy, draw_energy_row
from victron_console.console.health.figure import draw_explanation
from victron_console.console.health.firmware import draw_firmware_detail
from victron_console.console.health.lists import (
    draw_firmware,
    draw_firmware_heads,
    draw_job,
    draw_job_detail,
    draw_job_heads,
    draw_peer_heads,
    draw_peers,
    draw_ranking,
    listed,
    same_visit,
    station_of,
)
from victron_console.console.health.pending import PENDING, collapsed, draw_pending, draw_pending_row
from victron_console.console.health.row import draw_heads, draw_health, in_order
from victron_console.console.health.station import (
    course_of,
    draw_evidence,
    draw_figure,
    draw_figure_heads,
    draw_summary,
    figures_of,
    starts,
)
from victron_console.console.kit.line import Line
from victron_console.diagnosing.gx.firmware import Standing
from victron_console.diagnosing.verdict.kept_findings import Course

_STANDINGS = (Standing.BEHIND, Standing.UNKNOWN, Standing.SAME, Standing.AHEAD)


class Part(StrEnum):
    """What the list is of."""

    FLEET = "fleet"
    STATION = "station"
    JOBS = "jobs"
    FIRMWARE = "firmware"
    PEERS = "peers"


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows for a list with a cursor."""

    names: Sequence[str]
    head: Callable[[int], Line]
    row: Callable[[int, str, bool], Line]
    """Makes the row of a name, of a width, and whether the cursor is on it."""
    empty: str


@dataclass(frozen=True, slots=True)
class HealthShown:
    """What the parts are drawn from."""

    data: HealthData
    station: str | None
    """The one that the operator has chosen."""
    now: float
    sort: str = ""
    """The head that the fleet is ordered by; empty for the most urgent first."""

    @property
    def fleet(self) -> list[Health]:
        """The stations in their order."""
        return in_order(self.data.rows, self.sort)

    @property
    def health(self) -> Health | None:
        """Of the chosen station."""
        return self.data.row(self.station)

    @property
    def sites(self) -> dict[str, str]:
        """Names by id."""
        return {row.site.id: row.site.name for row in self.data.rows}

    @property
    def days(self) -> dict[str, Course]:
        """The chosen station's figures day by day, once they are read."""
        return dict(self.data.course) if self.data.course_of == self.station else {}

    def title(self, name: str) -> str:
        """A figure's title and unit."""
        found = (row.kept.figure(name) for row in self.data.rows if row.kept)
        return next((f"{one.title}, {one.unit}".rstrip(", ") for one in found if one is not None), name)


def listing(part: Part, shown: HealthShown) -> Listing:
    """What a part lists."""
    make = {
        Part.STATION: _figures,
        Part.JOBS: _jobs,
        Part.FIRMWARE: _firmware,
        Part.PEERS: _peers,
    }.get(part, _fleet)
    return make(shown)


def _fleet(shown: HealthShown) -> Listing:
    rows = {row.site.id: row for row in shown.fleet}
    return Listing(
        list(rows),
        lambda width: draw_heads(width, shown.sort),
        lambda width, name, selected: draw_health(width, rows[name], shown.now, selected=selected),
        "No station is configured yet.",
    )


def _figures(shown: HealthShown) -> Listing:
    health = shown.health
    figures = health.kept.figures if health and health.kept else {}
    hidden = set(collapsed(figures))
    names = [name for name in figures_of(health) if name not in hidden]
    firsts, days = starts(names), shown.days
    told = health.advice if health else None

    def row(width: int, name: str, selected: bool) -> Line:
        if name == ADVICE and told is not None:
            return draw_advice_row(width, told, selected=selected)
        if name == ENERGY:
            return draw_energy_row(width, energy, selected=selected)
        if name == AVAILABILITY:
            return draw_availability_row(width, there, selected=selected)
        if name == PENDING:
            return draw_pending_row(width, figures, selected=selected)
        past = course_of(name, health, days) if health else None
        return draw_figure(width, name, figures[name], past, first=name in firsts, selected=selected)

    energy = health.kept.energy if health and health.kept else ()
    there = health.kept.availability if health and health.kept else ()
    given = {ADVICE: told is not None, ENERGY: bool(energy), AVAILABILITY: bool(there)}
    names = [*(name for name, is_there in given.items() if is_there), *names, *([PENDING] if hidden else [])]
    return Listing(names, draw_figure_heads, row, f"{NOT_YET[0].upper()}{NOT_YET[1:]}.")


def _jobs(shown: HealthShown) -> Listing:
    jobs, sites = listed(shown.data), shown.sites

    def row(width: int, name: str, selected: bool) -> Line:
        return draw_job(width, jobs[name], sites.get(station_of(jobs[name]), ""), shown.now, selected=selected)

    return Listing(list(jobs), draw_job_heads, row, "Nothing is to be done. a puts a job on the list.")


def _firmware(shown: HealthShown) -> Listing:
    rows = {row.site.id: row for row in shown.data.rows}

    def place(name: str) -> int:
        found = rows[name].firmware
        return _STANDINGS.index(found.standing if found else Standing.UNKNOWN)

    return Listing(
        sorted(rows, key=place),
        draw_firmware_heads,
        lambda width, name, selected: draw_firmware(width, rows[name], selected=selected),
        "No station is configured yet.",
    )


def _peers(shown: HealthShown) -> Listing:
    peers, sites = shown.data.peers, shown.sites
    return Listing(
        list(peers),
        draw_peer_heads,
        lambda width, name, selected: draw_peers(width, shown.title(name), peers[name], sites, selected=selected),
        "No station has a figure to compare yet.",
    )


def detail(
    part: Part, shown: HealthShown, name: str, width: int, height: int, *, offset: int, full: bool
) -> list[Line]:
    """What is told of a row in full; `offset` rows of an explanation are scrolled away."""
    if part is Part.STATION:
        return _explanation(shown, name, width, height, offset=offset, full=full)
    if part is Part.JOBS:
        one = listed(shown.data).get(name)
        if one is None:
            return []
        together = same_visit(shown.data, name)
        return draw_job_detail(width, height, one, shown.sites.get(station_of(one), ""), together)
    if part is Part.PEERS:
        return draw_ranking(width, height, shown.title(name), shown.data.peers.get(name, ()), shown.sites)
    if part is Part.FIRMWARE:
        return draw_firmware_detail(width, height, shown.data)
    return draw_evidence(width, height, shown.data.row(name), shown.now)


def _explanation(shown: HealthShown, name: str, width: int, height: int, *, offset: int, full: bool) -> list[Line]:
    health = shown.health
    if health is None:
        return []
    summary = [] if full else [draw_summary(width, health, shown.now)]
    if name == ADVICE:
        return summary + draw_advice(width, height - len(summary), health, shown.now, offset=offset)
    if name == ENERGY:
        energy, currency = (health.kept.energy, health.kept.currency) if health.kept else ((), "")
        return summary + draw_energy(width, height - len(summary), energy, currency, offset=offset)
    if name == AVAILABILITY:
        there = health.kept.availability if health.kept else ()
        return summary + draw_availability(width, height - len(summary), there, offset=offset)
    if name == PENDING:
        figures = health.kept.figures if health.kept else {}
        return summary + draw_pending(width, height - len(summary), figures, offset=offset)
    past = course_of(name, health, shown.days)
    return summary + draw_explanation(width, height - len(summary), name, health, past, offset=offset)
