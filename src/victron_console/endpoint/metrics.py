"""The page for Prometheus, written by its client library."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from victron_console.collector.watch.poll_totals import StationPolls
from victron_console.endpoint.metric_names import ALL, STORE_READABLE, MetricName
from victron_console.endpoint.samples import Sample, samples
from victron_console.endpoint.server import text_answer
from victron_console.model.clock import Clock
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

Family = GaugeMetricFamily | CounterMetricFamily


class StoreMetrics(Collector):
    """Reads the store anew for each page."""

    def __init__(self, store: Path, clock: Clock, polls: Callable[[], Mapping[str, StationPolls]]) -> None:
        self._store = store
        self._clock = clock
        self._polls = polls

    def describe(self) -> Iterable[Family]:
        """The metrics without samples: nothing is read before the first page is asked for."""
        return [_family(metric) for metric in ALL]

    def collect(self) -> Iterable[Family]:
        """Every metric that has a sample. Where the store cannot be read that alone is said."""
        families: dict[MetricName, Family] = {}
        for metric, labels, value in self._all():
            family = families.get(metric)
            if family is None:
                family = families[metric] = _family(metric)
            family.add_metric(labels, value)
        return families.values()

    def _all(self) -> Iterator[Sample]:
        try:
            with closing(Reader(self._store, self._clock)) as reader:
                found = list(samples(reader, self._polls(), self._clock.now()))
        except StoreError as error:
            log.warning("the metrics say that the store cannot be read: %s", error)
            found = []
        yield Sample(STORE_READABLE, (), bool(found))
        yield from found


def _family(metric: MetricName) -> Family:
    make = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family: Family = make(metric.name, metric.help, labels=metric.labels)
    return family


def metrics_page(store: Path, clock: Clock, polls: Callable[[], Mapping[str, StationPolls]]) -> WSGIApplication:
    """What answers `GET /metrics`.

    Args:
        store: the collector's.
        clock: the time.
        polls: gives what the stations were asked since the collector started; called in another thread.
    """
    registry = CollectorRegistry()
    registry.register(StoreMetrics(store, clock, polls))
    ProcessCollector(registry=registry)
    page: WSGIApplication = make_wsgi_app(registry)

    def answer(request: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if request.get("PATH_INFO") == "/metrics":
            return page(request, start)
        status, headers, body = text_answer("404 Not Found", "There is /metrics here.")
        start(status, headers)
        return [body]

    return answer
