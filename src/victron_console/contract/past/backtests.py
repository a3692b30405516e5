"""What the advice, the projection to sunrise and the alert rules would have said of the recorded past."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.alerts.trying.backtest import Fired, backtest, recorded
from victron_console.config import LoadResult
from victron_console.contract.form import Document, Moment, Number, Part, Said, Versioned
from victron_console.model.clock import iso_utc
from victron_console.model.snapshot import Snapshot
from victron_console.model.station_info import StationInfo, zone_named
from victron_console.model.units import DAY_S
from victron_console.store.read.reader import Reader

if TYPE_CHECKING:
    from victron_console.diagnosing.battery.sunrise_backtest import HourOfProjection
    from victron_console.diagnosing.ess.advice_backtest import AdviceBacktest, Costs
    from victron_console.diagnosing.ess.station_backtest import Home

FAULTS_TOLD = 3
"""Of a station's file, by what cannot go by it; `check` tells all of them."""
PLAYED_AT_MOST_S, RULES_AT_MOST_S = 60 * DAY_S, 7 * DAY_S
"""Longer ones take minutes, which is for the command line."""
RULES_EVERY_S = 60.0
Progress = Callable[[float], None]


class CostOfWays(Part):
    """What some days cost by four ways of running the battery, in the tariff's currency."""

    no_battery: Number
    self_consumption: Number
    advice: Number
    perfect: Number


class PlayedCosts(Part):
    """The same with the share of the possible saving that the advice took."""

    cost: CostOfWays
    captured_percent: Number
    """Null where there was none to take."""


class AdvicePlayed(Versioned, PlayedCosts):
    """What `backtest advice --json` prints: the advice followed hour by hour, each made from what was known then."""

    days: int
    currency: Said
    coverage_percent: Number
    """How often the P10 to P90 of the saving held it; 80 would be right."""
    losing_days_percent: Number
    """How often an advised change cost more than self-consumption."""
    advised_days: int
    """Afternoons that advised a change."""
    failed_hours: int
    failed_because: tuple[Said, ...]
    missing_hours: int
    """Left out: load, PV or price is not known."""
    by_month: dict[str, PlayedCosts]
    by_day: dict[str, PlayedCosts]


class ProjectedHour(Part):
    """How the projections made at one hour of the day did, in points of the state of charge."""

    nights: int
    mae_points: Number
    naive_mae_points: Number
    """The same of "as last night"."""
    coverage_percent: Number
    """Of the nights that did not end on the floor; 80 would be right."""
    missed_empty_percent: Number
    false_empty_percent: Number


class SunrisePlayed(Versioned):
    """What `backtest sunrise --json` prints."""

    battery: str
    """`recorded`, or `modelled` on the loads and the PV because none is recorded."""
    hours: dict[str, ProjectedHour]
    """By local hour."""


class FiredFamily(Versioned):
    """An entry of `rules backtest --json`: how often one family of alarms would have come at one station."""

    station: str
    family: str
    rules: tuple[str, ...]
    count: int
    under_a_minute: int
    """Of these, cleared within a minute: chatter."""
    median_s: Number
    """How long one lasted in the middle; null where none cleared."""


class Played(Document):
    """One of the back-tests of a station's past."""

    id: str
    what: str
    """`advice`, `sunrise` or `rules`: the one that is not null."""
    since: Moment
    until: Moment
    advice: AdvicePlayed | None = None
    sunrise: SunrisePlayed | None = None
    rules: tuple[FiredFamily, ...] | None = None


def home_of(loaded: LoadResult, reader: Reader, station: str) -> Home:
    """The station with its file, which may have changed since it was recorded, or is the only one for imported past.

    Raises:
        UnknownStation: the store never had it.
        ValueError: its file has faults.
    """
    from victron_console.diagnosing.ess.station_backtest import Home

    row = reader.known_station(station)
    if faults := [str(fault) for fault in loaded.faults if fault.station in (station, "")]:
        raise ValueError("\n".join(faults[:FAULTS_TOLD]))
    config = next((one for one in loaded.stations if one.id == station), None)
    if config is None:
        return Home(station, row.info, row.zone)
    info = StationInfo.from_json(config.public())
    return Home(station, info, zone_named(info.location.timezone) or row.zone)


def play_advice(
    reader: Reader, home: Home, since: float, until: float, progress: Progress
) -> tuple[AdviceBacktest, str]:
    """The advice played through a span of a station's past, and the currency of its prices.

    Raises:
        ValueError: its file does not say what advice needs, or nothing is recorded of the span.
    """
    from victron_console.diagnosing.ess.advice_needs import has_tariff
    from victron_console.diagnosing.ess.station_backtest import play_advice as play
    from victron_console.diagnosing.ess.station_tariff import read_tariff

    if not has_tariff(home.info):
        raise ValueError(
            f"{home.station}: set tariff_file in [station.ess] or source in [station.prices] of its file:"
            " there are no prices without it"
        )
    tariff = read_tariff(reader.path, home.station, home.info, home.zone)
    return play(reader, home, tariff, since, until, progress), tariff.currency


def play_sunrise(
    reader: Reader, home: Home, since: float, until: float, progress: Progress
) -> tuple[Mapping[int, HourOfProjection], bool]:
    """The projection to each sunrise of a span by the hour it is made at, and whether the battery is modelled.

    Raises:
        ValueError: no night is recorded whole in that time.
    """
    from victron_console.diagnosing.battery.sunrise_backtest import sunrise_backtest
    from victron_console.diagnosing.ess.station_backtest import battery_past

    past = battery_past(reader, home, since, until)
    found = sunrise_backtest(
        past.half_hours, since, until, home.info.location, home.zone, past.capacity_wh, past.floor_percent, progress
    )
    if not any(hour.nights for hour in found.values()):
        raise ValueError(f"no night of {home.station} is recorded whole in that time")
    return found, past.is_modelled


def played(
    reader: Reader,
    station: str,
    what: str,
    since: float,
    until: float,
    config: Callable[[], LoadResult],
    rules: Callable[[], RuleSet],
    progress: Progress,
) -> Played:
    """One back-test of a span (UTC epoch, s) of a station's past.

    Args:
        reader: of the store.
        station: whose past.
        what: `advice`, `sunrise` or `rules`.
        since: begin of the span.
        until: its end.
        config: reads the station files.
        rules: reads the rules in force.
        progress: told now and then how much is done; what it raises ends the work.

    Raises:
        ValueError: the span is none or too long, or the station does not have what is played.
    """
    most_s = RULES_AT_MOST_S if what == "rules" else PLAYED_AT_MOST_S
    if not 0.0 < until - since <= most_s:
        raise ValueError(f"{what} is played over a span of up to {most_s / DAY_S:.0f} days: name a shorter one")
    found = Played(at=iso_utc(until), live=False, id=station, what=what, since=iso_utc(since), until=iso_utc(until))
    if what == "rules":
        return found.model_copy(
            update={"rules": tuple(_rules_played(reader, station, since, until, rules(), progress))}
        )
    home = home_of(config(), reader, station)
    if what == "advice":
        return found.model_copy(update={"advice": advice_played(*play_advice(reader, home, since, until, progress))})
    hours, is_modelled = play_sunrise(reader, home, since, until, progress)
    return found.model_copy(update={"sunrise": sunrise_played(hours, is_modelled=is_modelled)})


def _rules_played(
    reader: Reader, station: str, since: float, until: float, rules: RuleSet, progress: Progress
) -> list[FiredFamily]:
    """The rules, looked at each minute."""
    past = next(one for one in recorded(reader, since, until, RULES_EVERY_S) if one.station == station)

    def watched() -> Iterator[Snapshot]:
        for snapshot in past.snapshots:
            progress((snapshot.at - since) / (until - since))
            yield snapshot

    return fired(backtest(rules, [replace(past, snapshots=watched())]))


def advice_played(found: AdviceBacktest, currency: str) -> AdvicePlayed:
    """What came of following the advice, as a document."""
    total = _costs(found.total)
    return AdvicePlayed(
        days=len(found.days),
        currency=currency,
        cost=total.cost,
        captured_percent=total.captured_percent,
        coverage_percent=_rounded(found.coverage_percent, 1),
        losing_days_percent=_rounded(found.losing_days_percent, 1),
        advised_days=len(found.told),
        failed_hours=found.failed,
        failed_because=found.reasons,
        missing_hours=found.missing,
        by_month={f"{month:%Y-%m}": _costs(costs) for month, costs in found.months()},
        by_day={day.isoformat(): _costs(costs) for day, costs in found.days},
    )


def _costs(costs: Costs) -> PlayedCosts:
    return PlayedCosts(
        cost=CostOfWays(
            no_battery=round(costs.no_battery, 2),
            self_consumption=round(costs.self_consumption, 2),
            advice=round(costs.advice, 2),
            perfect=round(costs.perfect, 2),
        ),
        captured_percent=_rounded(costs.captured_percent, 1),
    )


def sunrise_played(found: Mapping[int, HourOfProjection], *, is_modelled: bool) -> SunrisePlayed:
    """How the projections did, as a document."""
    return SunrisePlayed(
        battery="modelled" if is_modelled else "recorded",
        hours={str(hour): _projected(one) for hour, one in found.items()},
    )


def _projected(one: HourOfProjection) -> ProjectedHour:
    return ProjectedHour(
        nights=len(one.nights),
        mae_points=_rounded(one.mae_points, 1),
        naive_mae_points=_rounded(one.naive_mae_points, 1),
        coverage_percent=_rounded(one.coverage_percent, 1),
        missed_empty_percent=_rounded(one.missed_empty_percent, 1),
        false_empty_percent=_rounded(one.false_empty_percent, 1),
    )


def fired(found: Sequence[Fired]) -> list[FiredFamily]:
    """The entries of `rules backtest --json`."""
    return [
        FiredFamily(
            station=one.station,
            family=one.family,
            rules=one.rules,
            count=one.count,
            under_a_minute=one.short,
            median_s=one.median_s,
        )
        for one in found
    ]


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
