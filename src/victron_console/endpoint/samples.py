"""What the page for Prometheus says at a moment, as plain samples: made of the store by one reader, in one state of it.

What is not known has no sample: it is never 0. What is old or doubtful has none either, but says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from victron_console.collector.watch.poll_totals import StationPolls
from victron_console.endpoint import metric_names as names
from victron_console.endpoint.metric_names import FIGURES, MetricName
from victron_console.insight.fleet import at_moment, figure_quality
from victron_console.insight.verdict.site_verdict import STANDING
from victron_console.model.alert import AlertState, AlertView, Severity
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.station import StationState
from victron_console.model.text import clean
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader
from victron_console.store.records import LinkState

LABEL_AT_MOST = 100
"""Characters of a label; a longer text is cut."""
TAGS_AT_MOST = 16
ALARMS_AT_MOST = 2_000
COUNTED = (Severity.CRITICAL, Severity.WARNING)


class Sample(NamedTuple):
    """One line of the page."""

    metric: MetricName
    labels: tuple[str, ...]
    value: float


def samples(reader: Reader, polls: Mapping[str, StationPolls], now: float) -> Iterator[Sample]:
    """The whole page.

    Args:
        reader: of the collector's store.
        polls: what the stations were asked since the collector started.
        now: the moment to judge at (UTC epoch, s).

    Raises:
        StoreError: it cannot be read; what was given by then is good.
    """
    with reader.at_once():
        rows, alerts, links = at_moment(reader.stations(), now), reader.alerts(), reader.links()
        yield from _of_collector(reader)
    yield Sample(names.COLLECTOR_STATIONS, (), len(rows))
    yield from _of_alarms(alerts, [row.id for row in rows])
    for row in rows:
        yield from _of_station(row, links.get(row.id), polls.get(row.id))
        if row.overview is not None:
            yield from _of_figures(row, row.overview, now)


def _label(text: str | None) -> str:
    return clean(text or "", LABEL_AT_MOST)


def _of_collector(reader: Reader) -> Iterator[Sample]:
    size, state = reader.size(), reader.collector()
    yield Sample(names.STORE_BYTES, (), size.size_bytes)
    yield Sample(names.STORE_WAL_BYTES, (), size.wal_bytes)
    yield Sample(names.NOTICES_WAITING, (), reader.notices_waiting())
    if size.last_at is not None:
        yield Sample(names.STORE_WRITTEN, (), size.last_at)
    if state is not None:
        yield Sample(names.COLLECTOR_STARTED, (), state.started_at)
        yield Sample(names.COLLECTOR_LAG, (), state.lag_s)
        yield Sample(names.COLLECTOR_DROPPED, (), state.dropped)


def _of_alarms(views: list[AlertView], stations: list[str]) -> Iterator[Sample]:
    """How many stand at each station, also none, and each that is not over, the most severe first."""
    standing = Counter(
        (view.occurrence.key.station, view.occurrence.severity)
        for view in views
        if view.state in STANDING and view.occurrence.is_alarm
    )
    for station in ("", *stations):
        for severity in COUNTED:
            yield Sample(names.ALARMS, (_label(station), str(severity)), standing[station, severity])
    listed = Counter(
        _alarm_labels(view)
        for view in sorted(views, key=lambda view: -view.occurrence.severity.weight)
        if view.state is not AlertState.NORMAL and view.occurrence.is_alarm
    )
    for labels, count in list(listed.items())[:ALARMS_AT_MOST]:
        yield Sample(names.ALARM, labels, count)
    yield Sample(names.ALARMS_OMITTED, (), max(0, len(listed) - ALARMS_AT_MOST))


def _alarm_labels(view: AlertView) -> tuple[str, ...]:
    it = view.occurrence
    texts = (it.key.station, it.key.family, it.rule, it.key.scope, str(it.severity), view.state.name.lower())
    return tuple(map(_label, texts))


def _of_station(row: StationRow, link: LinkState | None, polls: StationPolls | None) -> Iterator[Sample]:
    station, shown = _label(row.id), row.overview
    about = (_label(shown.firmware), _label(shown.mains)) if shown else ("", "")
    yield Sample(names.STATION_INFO, (station, _label(row.name), *about), 1)
    for tag in dict.fromkeys(map(_label, row.tags[:TAGS_AT_MOST])):
        yield Sample(names.STATION_TAG, (station, tag), 1)
    for state in StationState:
        yield Sample(names.STATION_STATE, (station, str(state)), state is row.status.state)
    yield Sample(names.STATION_SINCE, (station,), row.status.since)
    if row.read_at is not None:
        yield Sample(names.STATION_READ, (station,), row.read_at)
    if link is not None:
        yield Sample(names.STATION_FAILURES, (station,), link.failures)
        if link.clock_skew_s is not None:
            yield Sample(names.STATION_SKEW, (station,), link.clock_skew_s)
    if polls is not None:
        yield Sample(names.POLLS, (station, "answered"), polls.answered)
        yield Sample(names.POLLS, (station, "failed"), polls.failed)
        yield Sample(names.POLL_SECONDS, (station,), polls.round_trip_s)
        yield Sample(names.POLL_BYTES, (station,), polls.size_bytes)


def _of_figures(row: StationRow, shown: Overview, now: float) -> Iterator[Sample]:
    """The figures of a station: each that has a value with its age, and itself while it may be reckoned with."""
    station = _label(row.id)
    for field, metric in FIGURES.items():
        quality, value = figure_quality(row, field, now), shown.credible(field)
        if quality is Quality.ABSENT:
            continue
        if (age_s := shown.age_s(field, now)) is None and row.read_at is not None and field not in shown.made_of:
            age_s = max(0.0, now - row.read_at)
        if age_s is not None:
            yield Sample(names.FIGURE_AGE, (station, field), round(age_s, 1))
        if quality is Quality.GOOD and value is not None:
            yield Sample(metric, (station,), value)
        else:
            said = Quality.IMPLAUSIBLE if quality is Quality.GOOD else quality
            yield Sample(names.FIGURE_WITHHELD, (station, field, str(said)), 1)
    connected = shown.ac_input.connected
    if connected is not None and figure_quality(row, "ac_input", now) is Quality.GOOD:
        yield Sample(names.AC_INPUT, (station, _label(shown.ac_input.type)), connected)
