from __future__ import annotations

from victron_console.collector.watch.poll_totals import PollTotals, StationPolls
from victron_console.store.records import PollSample, StationUpdate


def test_each_station_is_counted_by_itself_and_failures_apart() -> None:
    totals = PollTotals()
    answered = PollSample(1.0, True, 0.5, 1_000)
    failed = PollSample(2.0, False, error="it does not answer")
    totals.add([StationUpdate("alder", 2.0, polls=(answered, failed)), StationUpdate("birch", 2.0)])
    totals.add([StationUpdate("alder", 3.0, polls=(answered,))])
    assert totals.by_station() == {"alder": StationPolls(2, 1, 1.0, 2_000)}
