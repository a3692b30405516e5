"""What is kept beside a station's own record: forecasts as they were issued, and what others recorded."""

from __future__ import annotations

from datetime import date

from victron_console.model.external.external_day import ExternalDay
from victron_console.model.external.hourly_forecast import HourlyForecast
from victron_console.store import external, forecasts, promises
from victron_console.store.external import ExternalSpan
from victron_console.store.promises import Promise
from victron_console.store.read.over_time import OverTime


class OtherRecords(OverTime):
    """Answers about these; times are UTC epoch, s."""

    def promises(self, station: str, since: date) -> list[Promise]:
        """What forecasts promised of a station's local days from one on, oldest first.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return promises.promises(conn, station, since)

    def forecasts(self, station: str, source: str, since: float, until: float) -> list[HourlyForecast]:
        """What a source issued of a station's coming hours from one moment to another, in that order.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return forecasts.forecasts(conn, station, source, since, until)

    def external_days(self, station: str, source: str, since: date, until: date) -> list[ExternalDay]:
        """What another recorder has of a station's local days, from one to before another, oldest first.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return external.external_days(conn, station, source, since, until)

    def external_asked(self, station: str, source: str) -> dict[date, tuple[float, float]]:
        """When each day that another recorder was asked for ended, and when it was asked for (UTC epoch, s).

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return external.external_asked(conn, station, source)

    def external_spans(self, station: str) -> list[ExternalSpan]:
        """Which other recorders have anything of a station, and from when to when.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return external.external_spans(conn, station)
