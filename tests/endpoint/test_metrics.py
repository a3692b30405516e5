"""The page for Prometheus, read back by the client library's own parser and by promtool."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from victron_console.collector.watch.poll_totals import StationPolls
from victron_console.contract.figures import unit_of
from victron_console.contract.status import status
from victron_console.endpoint import samples as samples_module
from victron_console.endpoint.metric_names import ALL, FIGURES
from victron_console.endpoint.metrics import StoreMetrics
from victron_console.endpoint.samples import LABEL_AT_MOST
from victron_console.model.clock import Clock, ManualClock, SystemClock
from victron_console.model.overview import AcInput, Origin, Overview
from victron_console.model.station import StationState, StationStatus
from victron_console.store.read.reader import Reader
from victron_console.store.records import LinkState, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

NOW = 1_790_000_000.0
PROMTOOL = shutil.which("promtool")
Page = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def text_of(store: Path, clock: Clock, polls: dict[str, StationPolls] | None = None) -> str:
    registry = CollectorRegistry()
    registry.register(StoreMetrics(store, clock, lambda: polls or {}))
    return generate_latest(registry).decode()


def page_of(text: str) -> Page:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(page: Page, name: str, **labels: str) -> float | None:
    return page.get((name, tuple(sorted(labels.items()))))


def named(page: Page, name: str) -> list[dict[str, str]]:
    return [dict(labels) for found, labels in page if found == name]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def writer(store: Path, clock: ManualClock) -> Iterator[Writer]:
    with closing(Writer(store, clock)) as opened:
        opened.register([StationRecord("alder", "Alder Farm", tags=("north", "farm"))])
        yield opened


def record(writer: Writer, shown: Overview, state: StationState = StationState.LIVE) -> None:
    writer.record(StationUpdate("alder", NOW, status=StationStatus(state, NOW - 60), overview=shown))


def of_devices(**figures: float) -> Overview:
    """An overview whose figures were read now from a battery that is read each 10 s."""
    return Overview(
        figures_at=NOW,
        made_of=dict.fromkeys(figures, ("battery/0",)),
        origins={"battery/0": Origin(NOW, 10.0)},
        **figures,  # type: ignore[arg-type]
    )


def test_every_number_of_an_overview_has_a_metric() -> None:
    assert set(FIGURES) == {field.name for field in fields(Overview) if unit_of(field.name)}
    assert len({metric.name for metric in ALL}) == len(ALL)


def test_what_has_no_value_has_no_sample(writer: Writer, store: Path, clock: ManualClock) -> None:
    record(writer, of_devices(soc_percent=54.0))
    page = page_of(text_of(store, clock))
    assert value(page, "victron_battery_soc_percent", station="alder") == 54.0
    assert value(page, "victron_figure_age_seconds", station="alder", figure="soc_percent") == 0.0
    assert [metric.name for metric in FIGURES.values() if named(page, metric.name)] == ["victron_battery_soc_percent"]
    assert named(page, "victron_figure_withheld") == named(page, "victron_ac_input_connected") == []


def test_an_old_figure_vanishes_and_says_how_old_it_is(writer: Writer, store: Path, clock: ManualClock) -> None:
    record(writer, of_devices(soc_percent=54.0))
    clock.at = NOW + 600
    page = page_of(text_of(store, clock))
    assert value(page, "victron_battery_soc_percent", station="alder") is None
    assert value(page, "victron_figure_withheld", station="alder", figure="soc_percent", quality="stale") == 1
    assert value(page, "victron_figure_age_seconds", station="alder", figure="soc_percent") == 600.0
    assert value(page, "victron_station_state", station="alder", state="stale") == 1
    assert value(page, "victron_station_state", station="alder", state="live") == 0


def test_a_doubtful_figure_is_withheld(writer: Writer, store: Path, clock: ManualClock) -> None:
    shown = of_devices(soc_percent=54.0, battery_power_w=-300.0)
    record(writer, Overview.from_json({**shown.to_json(), "flags": {"soc_percent": "two batteries disagree"}}))
    page = page_of(text_of(store, clock))
    assert value(page, "victron_battery_soc_percent", station="alder") is None
    assert value(page, "victron_figure_withheld", station="alder", figure="soc_percent", quality="implausible") == 1
    assert value(page, "victron_battery_power_watts", station="alder") == -300.0


def test_a_lost_station_has_no_figures_left(writer: Writer, store: Path, clock: ManualClock) -> None:
    record(writer, of_devices(soc_percent=54.0), StationState.LOST)
    page = page_of(text_of(store, clock))
    assert value(page, "victron_battery_soc_percent", station="alder") is None
    assert value(page, "victron_figure_withheld", station="alder", figure="soc_percent", quality="lost") == 1


def test_the_ac_input_is_told_where_it_is_known(writer: Writer, store: Path, clock: ManualClock) -> None:
    record(writer, Overview(figures_at=NOW, ac_input=AcInput("grid", False)))
    page = page_of(text_of(store, clock))
    assert value(page, "victron_ac_input_connected", station="alder", type="grid") == 0


def test_polls_and_the_link_are_told(writer: Writer, store: Path, clock: ManualClock) -> None:
    writer.record(StationUpdate("alder", NOW, link=LinkState(failures=2, clock_skew_s=-3.5)))
    page = page_of(text_of(store, clock, {"alder": StationPolls(7, 2, 1.5, 9_000), "removed": StationPolls(1)}))
    assert value(page, "victron_station_polls_total", station="alder", result="answered") == 7
    assert value(page, "victron_station_polls_total", station="alder", result="failed") == 2
    assert value(page, "victron_station_poll_seconds_total", station="alder") == 1.5
    assert value(page, "victron_station_received_bytes_total", station="alder") == 9_000
    assert value(page, "victron_station_failed_polls_in_a_row", station="alder") == 2
    assert value(page, "victron_station_clock_skew_seconds", station="alder") == -3.5
    assert {labels["station"] for labels in named(page, "victron_station_polls_total")} == {"alder"}


def test_text_from_outside_breaks_no_line(store: Path, clock: ManualClock) -> None:
    name = 'a"b\\c\nvictron_battery_soc_percent{station="forged"} 100\n\u202e' + "x" * 5_000
    tags = tuple(f"tag {n}" for n in range(100))
    with closing(Writer(store, clock)) as writer:
        writer.register([StationRecord("alder", name, tags=(name, *tags))])
        record(writer, of_devices(soc_percent=54.0))
    page = page_of(text_of(store, clock))
    assert [labels["station"] for labels in named(page, "victron_battery_soc_percent")] == ["alder"]
    told = named(page, "victron_station_info")[0]["name"]
    assert len(told) == LABEL_AT_MOST and told.startswith('a"b\\c') and "\n" not in told
    assert len(named(page, "victron_station_tag")) == samples_module.TAGS_AT_MOST


def test_a_store_that_cannot_be_read_is_told_and_nothing_else(tmp_path: Path, clock: ManualClock) -> None:
    assert page_of(text_of(tmp_path / "missing.db", clock)) == {("victron_store_readable", ()): 0.0}


def test_alarms_beyond_the_room_of_the_page_are_counted(lived: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = named(page_of(text_of(lived, SystemClock())), "victron_alarm")
    monkeypatch.setattr(samples_module, "ALARMS_AT_MOST", 2)
    page = page_of(text_of(lived, SystemClock()))
    assert value(page, "victron_alarms_omitted") == len(whole) - 2 > 0
    assert [labels["severity"] for labels in named(page, "victron_alarm")] == ["critical", "critical"]


@pytest.mark.slow
def test_the_page_says_of_every_figure_what_status_says(lived: Path) -> None:
    clock = ManualClock(SystemClock().now())
    page = page_of(text_of(lived, clock))
    with closing(Reader(lived, clock)) as reader:
        told = status(reader, clock.now())
    assert told.stations
    for station in told.stations:
        for field, metric in FIGURES.items():
            figure, found = station.figures.get(field), value(page, metric.name, station=station.id)
            if figure is None or figure.quality != "good":
                assert found is None
                assert figure is None or value(
                    page, "victron_figure_withheld", station=station.id, figure=field, quality=str(figure.quality)
                )
            else:
                assert found == figure.value
        for severity in ("critical", "warning"):
            counted = value(page, "victron_alarms", station=station.id, severity=severity)
            assert counted == getattr(station.alerts, severity)
        assert value(page, "victron_station_state", station=station.id, state=station.state) == 1
    assert value(page, "victron_collector_stations") == len(told.stations)


@pytest.mark.slow
@pytest.mark.skipif(PROMTOOL is None, reason="no promtool is here (Debian: prometheus)")
def test_prometheus_finds_nothing_wrong_with_the_page(lived: Path) -> None:
    assert PROMTOOL is not None
    text = text_of(lived, SystemClock(), {"alder-farm": StationPolls(7, 2, 1.5, 9_000)})
    found = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout + found.stderr) == (0, "")
