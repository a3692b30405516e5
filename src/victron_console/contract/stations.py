"""A site as machines get it: its figures, what is to be said of it, its alarms with their texts, its tier, its jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from victron_console.contract.alarms import StandingAlarm, standing_alarm, urgent_first
from victron_console.contract.figures import Figure, figures_of
from victron_console.contract.form import Moment, Number, Part, Said, written
from victron_console.contract.jobs import OpenJob, open_job
from victron_console.contract.tier import Tier, kept_of, tier_of
from victron_console.diagnosing.verdict.kept_findings import Kept
from victron_console.diagnosing.verdict.known_site import known_of
from victron_console.insight.fleet import at_moment
from victron_console.insight.moment import StationMoment, station_moment
from victron_console.insight.verdict.site_verdict import STANDING, site_verdict
from victron_console.model.alert import AlertView, Severity
from victron_console.model.overview import Overview
from victron_console.model.station import StationState
from victron_console.store.operator.jobs import JobRow
from victron_console.store.read.reader import Reader

WORST_FIRST = (
    StationState.MISCONFIGURED, StationState.LOST, StationState.STALE, StationState.STARTING, StationState.DEGRADED,
    StationState.LIVE,
)  # fmt: skip


class Counts(Part):
    """How many of each severity stand; what asks nothing of anyone is `info`, whatever its level."""

    critical: int
    warning: int
    info: int


class Mains(Part):
    """What feeds the AC side."""

    type: str | None
    """`grid`, `shore`, `genset` or null."""
    connected: bool | None


class Station(Part):
    """A site at a moment. Signs as on D-Bus: battery + charges, grid + imports, PV + produces, loads >= 0.

    A figure is null where the site has no such value. What each is worth now, `figures` says.
    """

    id: str
    name: Said
    tags: tuple[str, ...]
    state: str
    """`starting`, `live`, `degraded`, `stale`, `lost` or `misconfigured`."""
    state_since: float
    """UTC epoch, s."""
    reason: Said
    """Why it is in that state."""
    verdict: Said
    """What is to be said of it in sentences, the worst first."""
    read_at: Moment | None
    age_s: Number
    """How long ago its figures were read; null where they never were."""
    soc_percent: Number
    battery_power_w: Number
    battery_voltage_v: Number
    battery_current_a: Number
    pv_power_w: Number
    pv_dc_power_w: Number
    pv_ac_power_w: Number
    load_power_w: Number
    dc_load_power_w: Number
    """All that draws from the DC bus but inverters; negative where a source feeds it that nobody measures."""
    motor_power_w: Number
    """The part of it that drives motors; negative while they recover energy."""
    other_dc_power_w: Number
    grid_power_w: Number
    genset_power_w: Number
    """Of AC and DC gensets."""
    ac_input: Mains
    mains: str
    """What `grid_power_w` comes from: `grid` or `shore`."""
    time_to_go_s: Number
    cell_spread_v: Number
    battery_temperature_c: Number
    imbalance_w: Number
    """What comes in minus what goes out as a mean of a minute: 0 where losses explain it, null where not judged."""
    system_state: Said | None
    firmware: Said | None
    flags: dict[str, Said]
    """Figure (or `balance`, `battery_bank` ...) to why it is doubtful."""
    figures: dict[str, Figure]
    """Each figure that has a value, with what it is worth and where it comes from."""
    alerts: Counts
    """How many stand and count: what is shelved, held back, in maintenance or over does not."""
    alarms: tuple[StandingAlarm, ...]
    """The same with their texts, the most urgent first."""
    tier: Tier
    jobs: tuple[OpenJob, ...]
    """Open maintenance, the first due first."""


@dataclass(frozen=True, slots=True)
class FleetFacts:
    """What is read once for all stations of a moment."""

    now: float
    as_of: float | None
    alerts: Sequence[AlertView]
    kept: Mapping[str, Kept]
    jobs: Sequence[JobRow]

    def standing(self, station: str) -> list[AlertView]:
        """What stands at a station and counts, the most urgent first."""
        views = [view for view in self.alerts if view.occurrence.key.station == station and view.state in STANDING]
        return urgent_first(views)

    def due(self, station: str) -> list[JobRow]:
        """The open jobs of a station, the first due first."""
        own = [row for row in self.jobs if row.station == station and not row.done]
        return sorted(own, key=lambda row: (row.due_at or float("inf"), row.id))


def fleet_facts(reader: Reader, now: float, as_of: float | None, station: str | None = None) -> FleetFacts:
    """Alarms, diagnoses and jobs at `now`, which is `as_of` where that is given; of one station its diagnosis alone."""
    return FleetFacts(now, as_of, reader.alerts(as_of), kept_of(reader, as_of, station), reader.jobs(as_of))


def moment_at(reader: Reader, station: str, now: float, as_of: float | None) -> StationMoment:
    """A station at `now`, which is `as_of` where that is given, with the state that it is to be shown with.

    Raises:
        UnknownStation: the store never had it.
    """
    moment = station_moment(reader, station, as_of)
    if moment is None:
        raise reader.unknown_station(station)
    row = moment.row
    if as_of is not None:  # of the past only the reads that changed something are known
        read = (device.read_at for device in moment.snapshot.devices.values() if device.read_at is not None)
        row = replace(row, read_at=max(read, default=None))
    return StationMoment(at_moment([row], now)[0], moment.snapshot)


def station_part(reader: Reader, station: str, facts: FleetFacts) -> Station:
    """A station with all that is known of it.

    Raises:
        UnknownStation: the store never had it.
    """
    moment = moment_at(reader, station, facts.now, facts.as_of)
    row, own = moment.row, [view for view in facts.alerts if view.occurrence.key.station == station]
    verdict = site_verdict(row, own, known_of(reader, moment, facts.now, facts.as_of), facts.now)
    standing = facts.standing(station)
    return Station(
        id=row.id,
        name=row.name,
        tags=row.tags,
        state=str(row.status.state),
        state_since=row.status.since,
        reason=row.status.reason,
        verdict=verdict.text,
        read_at=written(row.read_at),
        age_s=None if row.read_at is None else round(max(0.0, facts.now - row.read_at), 1),
        **_shown(moment.shown),
        figures=figures_of(row, moment.snapshot, facts.now),
        alerts=counts(standing),
        alarms=tuple(map(standing_alarm, standing)),
        tier=tier_of(facts.kept.get(station)),
        jobs=tuple(open_job(job, facts.now) for job in facts.due(station)),
    )


def _shown(shown: Overview) -> dict[str, Any]:
    """The figures and flags of an overview, under its own names."""
    return {
        "ac_input": Mains(type=shown.ac_input.type, connected=shown.ac_input.connected),
        **{field.name: getattr(shown, field.name) for field in fields(shown) if field.name in _PLAIN},
    }


_INSIDE = ("ac_input", "device_alarms", "figures_at", "gx_timezone", "made_of", "origins")
_PLAIN = frozenset(field.name for field in fields(Overview)) - set(_INSIDE)
"""What is told of an overview as it is."""


def counts(standing: Sequence[AlertView]) -> Counts:
    """How many of each severity stand."""
    found = Counter(view.occurrence.severity if view.occurrence.is_alarm else Severity.INFO for view in standing)
    return Counts(critical=found[Severity.CRITICAL], warning=found[Severity.WARNING], info=found[Severity.INFO])
