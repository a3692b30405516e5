"""What the store answers of a span: series and figures over time, and where nothing was received."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

from victron_console.model.device import DeviceKey, split_series
from victron_console.store.answers import Bucket, Gap, Integral, Point, Rollup
from victron_console.store.read import fleet, logs, presence, trace
from victron_console.store.read import gaps as gap_rows
from victron_console.store.read.opened import OpenedStore

if TYPE_CHECKING:
    from victron_console.store.read.curves import Curve, Floats, Means, Pieces, Span


class OverTime(OpenedStore):
    """Spans are from `since` to `until` (UTC epoch, s); what is later than `as_of` is not known yet."""

    def history(self, station: str, series: str, since: float, until: float) -> list[Point]:
        """The changes of a series from `since` to `until`; the first point carries what held at `since`.

        Empty where the series is not known. Where nothing was received a value does not end here: see `gaps`.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        split_series(series)  # before the store is read: a wrong name is no damage
        with self._reading() as conn:
            found = fleet.series_numbers(conn, fleet.station_number(conn, station), series)
            return trace.points(conn, *found, since, until) if found else []

    def buckets(
        self, station: str, series: str, since: float, until: float, count: int, as_of: float | None = None
    ) -> list[Bucket | None]:
        """A series in `count` equal columns, as known at `as_of`; None where nothing was received.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        if count <= 0 or until <= since:
            return [None] * max(count, 0)
        from victron_console.store.read import charts, curves

        edges = charts.edges_of(since, until, count)
        parts = self._pieces(station, series, edges, as_of=as_of)
        return charts.buckets(curves.columns(parts, edges)) if parts else [None] * count

    def columns(self, station: str, series: str, since: float, until: float, count: int) -> Means | None:
        """Equal columns in arrays for who computes with them, always from the changes; None: no such series.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        from victron_console.store.read import charts, curves

        found = self._curve(station, series, since, until)
        return curves.means(*found, charts.edges_of(since, until, count)) if found else None

    def changes(self, station: str, series: str, since: float, until: float) -> Curve | None:
        """Each change of a series as an array, from what held at `since` on, NaN while silent; None: no such series.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        from victron_console.store.read import curves

        found = self._curve(station, series, since, until)
        return curves.without_silence(*found) if found else None

    def _curve(self, station: str, series: str, since: float, until: float) -> tuple[Curve, list[Span]] | None:
        """The changes of a known series, and when nothing was received of it up to now."""
        from victron_console.store.read import charts

        split_series(series)  # before the store is read: a wrong name is no damage
        with self._reading() as conn:
            known = self._known(conn, station, series, None)
            return (charts.curve(conn, *known[0], since, until), trace.merged(known[1])) if known else None

    def rollup(self, station: str, series: str, since: float, until: float) -> list[Rollup]:
        """The whole hours of a span, those of which something is known. Kept when the changes are pruned.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        from victron_console.store.read import charts, curves

        edges = charts.whole_hours(since, until)
        parts = self._pieces(station, series, edges) if len(edges) > 1 else None
        return charts.rollups(curves.columns(parts, edges)) if parts else []

    def integral(self, station: str, series: str, since: float, until: float) -> Integral:
        """A series added up over a span; of a power in W the energy in J. Nothing is added over gaps.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        from victron_console.store.read import charts

        parts = self._pieces(station, series, charts.edges_of(since, until, 1), fine=True) if since < until else None
        return charts.integral(parts) if parts else Integral(0.0, 0.0, 0.0)

    def _pieces(
        self, station: str, series: str, edges: Floats, *, fine: bool = False, as_of: float | None = None
    ) -> Pieces | None:
        """A known series between the edges, up to now or `as_of`, and without its gaps."""
        from victron_console.store.read import charts

        split_series(series)
        with self._reading() as conn:
            known = self._known(conn, station, series, as_of)
            return charts.pieces(conn, *known[0], known[1], edges, fine=fine) if known else None

    def _known(
        self, conn: sqlite3.Connection, station: str, series: str, as_of: float | None
    ) -> tuple[tuple[int, int], list[Span]] | None:
        """The numbers of a series, and when nothing was received of it: what is yet to come is no value either."""
        now = self._clock.now() if as_of is None else as_of
        key, _ = split_series(series)
        no = fleet.station_number(conn, station)
        found = fleet.series_numbers(conn, no, series)
        if found is None:
            return None
        return found, [*gap_rows.silent_spans(conn, no, key, now, as_of), (now, inf)]

    def overview_history(
        self, station: str, field: str, since: float, until: float, count: int, as_of: float | None = None
    ) -> list[float | None]:
        """An overview field in `count` equal columns, from five-minute means; None where nothing fresh was known.

        Only means whose five minutes were over, now or at `as_of`: one that still grows would tell of later.

        Raises:
            UnknownStation: the store never had it.
            ValueError: the field has no five-minute rows.
        """
        logs.require_means(field)
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            return logs.overview_means(conn, fleet.station_number(conn, station), field, since, until, count, now)

    def fleet_sums(
        self, fields: Sequence[str], since: float, until: float, as_of: float | None = None
    ) -> list[tuple[float, tuple[float | None, ...], int]]:
        """Sums of overview fields over all stations, from five-minute means that were over, now or at `as_of`.

        Gives begin (UTC epoch, s), the sums, and how many stations they are of, for each five minutes that has any.

        Raises:
            ValueError: a field has no five-minute rows.
        """
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            return logs.fleet_sums(conn, fields, since, until, now)

    def overview_slots(
        self, station: str, fields: Sequence[str], since: float, until: float
    ) -> list[tuple[float | None, ...]]:
        """The begin (UTC epoch, s) of each five minutes that have figures and the means of these overview fields.

        Raises:
            UnknownStation: the store never had it.
            ValueError: a field has no five-minute rows.
        """
        for field in fields:
            logs.require_means(field)
        with self._reading() as conn:
            return logs.overview_slots(conn, fleet.station_number(conn, station), fields, since, until)

    def cadences(self, station: str, key: DeviceKey) -> list[tuple[float, float]]:
        """From when on a device was read how often: moment (UTC epoch, s) and seconds between two reads, oldest first.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return presence.cadences(conn, fleet.station_number(conn, station), key)

    def gaps(self, station: str, since: float, until: float, as_of: float | None = None) -> list[Gap]:
        """The gaps of a station and its devices that touch a span, by their begin. They may overlap.

        Raises:
            UnknownStation: the store never had it.
        """
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            return gap_rows.gaps(conn, fleet.station_number(conn, station), since, until, now, as_of)
