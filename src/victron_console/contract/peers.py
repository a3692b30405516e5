"""One figure of a station explained, and stations ranked by the figures that they are compared by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from victron_console.contract.diagnosis import JudgedFigure, judged_figure
from victron_console.contract.form import Document, Moment, Number, Part, Said
from victron_console.contract.tier import kept_of
from victron_console.diagnosing.verdict.compared import COMPARED, ranks
from victron_console.diagnosing.verdict.kept_findings import Kept, unpack
from victron_console.model.clock import iso_utc
from victron_console.model.units import DAY_S
from victron_console.store.answers import StationRow
from victron_console.store.errors import CannotAnswer
from victron_console.store.read.reader import Reader

if TYPE_CHECKING:
    from victron_console.diagnosing.verdict.peers import Ranked

COURSE_S = 400 * DAY_S


class CoursePoint(Part):
    """A figure as it was diagnosed on a day."""

    at: Moment
    value: Number


class Rank(Part):
    """A station among its peers."""

    station: str
    name: Said
    value: Number
    rank: int
    """1 is best."""
    percentile: Number
    """Share of peers it is at least as good as, 0 to 100; null with fewer than 8."""
    deviation: Number
    """Scaled median absolute deviations above (+) or below (-) the median; null with fewer than 5."""
    outlier: bool


class FigureExplained(Document):
    """One figure of a station: how it is made, how it went, and how it stands among its peers."""

    id: str
    figure: str
    judged: JudgedFigure
    course: tuple[CoursePoint, ...]
    """As it was diagnosed, oldest first."""
    peers: tuple[Rank, ...]
    """Empty for a figure that stations are not compared by."""


class Peers(Document):
    """The stations ranked by the figures they are compared by: those that stand out or are last, the best first."""

    method: str
    counts: dict[str, int]
    """How many stations have each figure."""
    figures: dict[str, tuple[Rank, ...]]


def explained(reader: Reader, row: StationRow, figure: str, now: float, as_of: float | None) -> FigureExplained:
    """One figure of a station with its course and its peers.

    Raises:
        CannotAnswer: nothing of that name was diagnosed.
    """
    kept = kept_of(reader, as_of, None if figure in COMPARED else row.id)
    own = kept.get(row.id)
    found = own.figure(figure) if own is not None else None
    if own is None or found is None:
        known = f"; known are {', '.join(sorted(own.figures))}" if own is not None else " yet"
        raise CannotAnswer(f"no figure {figure} of {row.id} was diagnosed{known}")
    names = {each.id: each.name for each in reader.stations(as_of)}
    return FigureExplained(
        at=iso_utc(now),
        live=as_of is None,
        id=row.id,
        figure=figure,
        judged=judged_figure(found, now),
        course=_course(reader, row.id, own, figure, now),
        peers=_ranks(ranks(kept, figure), names) if figure in COMPARED else (),
    )


def _course(reader: Reader, station: str, kept: Kept, figure: str, now: float) -> tuple[CoursePoint, ...]:
    """As the diagnosis itself knows it, else as it was diagnosed day by day."""
    course = kept.courses.get(figure)
    if course is not None:
        points: Sequence[tuple[float, float]] = list(zip(course.at, course.values, strict=True))
    else:
        before = ((row.at, unpack(row.body)) for row in reader.diagnosis_course(station, now - COURSE_S, now))
        known = ((at, one.value(figure)) for at, one in before if one is not None)
        points = [(at, value) for at, value in known if value is not None]
    return tuple(CoursePoint(at=iso_utc(at), value=value) for at, value in points)


def peers(reader: Reader, now: float, as_of: float | None, figure: str | None = None, limit: int = 20) -> Peers:
    """The stations by the figures that they are compared by, or by one of them; of each at most `limit`.

    Raises:
        CannotAnswer: they are not compared by that figure.
    """
    if figure is not None and figure not in COMPARED:
        raise CannotAnswer(f"stations are not compared by {figure}; they are by {', '.join(COMPARED)}")
    from victron_console.diagnosing.verdict.peers import METHOD

    kept = kept_of(reader, as_of)
    names = {row.id: row.name for row in reader.stations(as_of)}
    found = {name: rows for name in COMPARED if figure in (None, name) and (rows := ranks(kept, name))}
    return Peers(
        at=iso_utc(now),
        live=as_of is None,
        method=f"{METHOD.name}. {METHOD.source}",
        counts={name: len(rows) for name, rows in found.items()},
        figures={name: _ranks(_telling(rows, limit), names) for name, rows in found.items()},
    )


def _telling(rows: Sequence[Ranked], limit: int) -> list[Ranked]:
    """Those that stand out, then the last ones, in their order."""
    by_weight = sorted(rows, key=lambda row: (not row.outlier, -row.rank))
    return sorted(by_weight[:limit], key=lambda row: (row.rank, row.station))


def _ranks(found: Sequence[Ranked], names: Mapping[str, str]) -> tuple[Rank, ...]:
    return tuple(
        Rank(
            station=one.station,
            name=names.get(one.station, one.station),
            value=one.value,
            rank=one.rank,
            percentile=one.percentile,
            deviation=one.deviation,
            outlier=one.outlier,
        )
        for one in found
    )
