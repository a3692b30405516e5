"""A month of a station: its energies and alarms, as a page in which no foreign text does anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.report import html, markdown
from victron_console.diagnosing.report.month import MonthReport, month_before, month_of
from victron_console.diagnosing.report.svg import Bars, band, bars
from victron_console.diagnosing.verdict.kept_findings import EnergyRow, Kept, pack, unpack
from victron_console.diagnosing.verdict.risk import Evidence, Tier, assess
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.model.overview import Overview
from victron_console.model.station import StationState, StationStatus
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.diagnoses import DiagnosisRow, record_diagnosis
from victron_console.store.errors import UnknownStation
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

BEGIN = datetime(2026, 9, 30, 12, tzinfo=UTC).timestamp()
END = datetime(2026, 10, 3, tzinfo=UTC).timestamp()
NOW = datetime(2026, 11, 5, tzinfo=UTC).timestamp()
OCTOBER = date(2026, 10, 1)
EVIL = "<script>alert(1)</script> & [x](javascript:y) `z` | *w*"
METHOD = Method(name="a method", inputs=("an input",), source="A source.")
WINDOW = Window(since=BEGIN - 86_400 * 200, until=BEGIN, count=9, what="steps")
KEPT = Kept(
    at=END,
    figures={
        "soh.level": Finding(title="State of health", unit="%", method=METHOD, window=WINDOW, value=84.0,
                             confidence=EVIL),
        "replacement.80": Finding(title="Time to 80 % SOH", unit="months", method=METHOD, window=WINDOW, value=7.4,
                                  low=4.2, high=11.9),
        "capacity.ah": Figure("Capacity", "Ah", METHOD).insufficient("3 segments, 20 needed"),
        "outages.count": Finding(title="Outages", unit="", method=METHOD, window=WINDOW, value=2.0),
        "gx.link": Finding(title="Polls answered", unit="%", method=METHOD, window=WINDOW, value=99.7),
    },
    risk=assess([Evidence(name="cells", tier=Tier.PLAN, words="Cell spread 118 mV")]),
    rules={"soh_loss_lo": 0.7},
    energy=(
        EnergyRow("month", date(2026, 9, 1), 410.0, 380.0, 80.0, 95.0, 0.77, 0.79, 1.0),
        EnergyRow("month", date(2026, 10, 1), 48.0, 28.8, 0.0, 19.2, 0.6, None, 0.06),
        EnergyRow("month", date(2026, 11, 1), 1.0, 1.0, 0.0, 0.0, None, None, 0.1),
        EnergyRow("year", date(2026, 1, 1), 458.0, 408.0, 80.0, 114.0, 0.75, 0.8, 0.2),
    ),
    outage_days=((date(2026, 9, 30), 20.0), (date(2026, 10, 2), 41.2)),
    outage_hours=(0,) * 24,
)  # fmt: skip


def came(day: str, followed: str, cost: float | None, saved: float | None) -> Event:
    """A line of the log, of the night after a day."""
    at = datetime.fromisoformat(f"{day}T00:20:00+00:00").timestamp() + 86_400
    told = {
        "day": day, "followed": followed, "seen": 4, "judged": 5, "cost": cost, "usual_cost": cost and cost + 0.8,
        "saved": saved, "expected": 0.84, "currency": EVIL, "reason": "" if cost else "the meters do not agree",
    }  # fmt: skip
    return Event(at, "alder", "advice", f"What came of the advice for {day}", {"came": told})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days and a half of 1 kW from the sun, 600 W of loads, the rest sold; two alarms; a diagnosis."""
    path = tmp_path_factory.mktemp("report") / "store.db"
    clock = ManualClock(BEGIN)
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord("alder", EVIL, {"location": {"timezone": "UTC"}})])
        updates = []
        while clock.now() < END:
            shown = Overview(
                figures_at=clock.now(), soc_percent=40.0 + (clock.now() // 3600) % 24, pv_power_w=1000.0,
                load_power_w=600.0, grid_power_w=-400.0, battery_power_w=0.0,
            )  # fmt: skip
            first = clock.now() == BEGIN
            status = StationStatus(StationState.LIVE, BEGIN) if first else None
            updates.append(StationUpdate("alder", clock.now(), status=status, overview=shown))
            clock.advance(150.0)
        writer.record_all(updates)
        alarms = tuple(
            Occurrence(
                number, AlertKey("alder", family, ""), family, Severity.CRITICAL, EVIL, "see to it", at, at, at + 1800,
                at, last_value=9, peak_value=7, unit="%",
            )
            for number, family, at in ((1, "soc", END - 3600), (2, "grid", BEGIN))
        )  # fmt: skip
        record_alerts(writer.db, AlertChanges(alarms), END)
        record_diagnosis(writer.db, DiagnosisRow("alder", END, pack(KEPT)))
        writer.note(
            [
                came("2026-09-30", "followed", 2.0, 3.0),
                came("2026-10-01", "followed", 1.5, 0.7),
                came("2026-10-02", "not followed", 2.5, None),
                came("2026-10-31", "followed", None, None),
            ]
        )
    return path


@pytest.fixture
def reader(store: Path) -> Iterator[Reader]:
    with closing(Reader(store, ManualClock(NOW))) as opened:
        yield opened


@pytest.fixture
def october(reader: Reader) -> MonthReport:
    return month_of(reader, "alder", OCTOBER, NOW)


@pytest.mark.slow
def test_energies_of_the_month_are_those_of_its_own_days(october: MonthReport) -> None:
    assert october.total is not None and october.complete
    energies = october.total.energies
    assert energies.pv == pytest.approx(48.0, rel=0.01) and energies.load == pytest.approx(28.8, rel=0.01)
    assert energies.exported == pytest.approx(19.2, rel=0.01)
    assert october.total.self_consumption == pytest.approx(0.6, abs=0.01) and october.total.autarky == 1.0
    assert october.total.coverage == pytest.approx(2 / 31, abs=0.005)
    assert len(october.days) == 31 and [day.coverage > 0.9 for day in october.days] == [True] * 2 + [False] * 29
    assert (october.charge[0].low, october.charge[0].high, october.charge[9].low) == (40.0, 63.0, None)


@pytest.mark.slow
def test_only_alarms_that_stood_in_the_month_are_told(reader: Reader, october: MonthReport) -> None:
    assert [one.key.family for one in october.alarms] == ["soc"]
    assert [one.key.family for one in month_of(reader, "alder", date(2026, 9, 1), NOW).alarms] == ["grid"]


@pytest.mark.slow
def test_what_came_of_the_months_advice_is_told_by_day_and_only_what_was_reckoned_up_is_summed(
    october: MonthReport,
) -> None:
    assert [one.day.isoformat() for one in october.advice] == ["2026-10-01", "2026-10-02", "2026-10-31"]
    written = markdown.text([october])
    assert "| Days with advice | 3 | followed, at least in part, on 2 |" in written
    assert "about 0.70" in written and "against 0.84 expected, on 1 day that" in written
    assert "Thu 01 Oct" in written and "followed; self\\-consumption" not in written
    assert "the meters do not agree" in written and "Advice for the battery" in html.page([october])


@pytest.mark.slow
def test_months_so_far_and_the_days_without_grid_stand_in_both_forms(october: MonthReport) -> None:
    written, page = markdown.text([october]), html.page([october])
    assert "| September 2026 | 410 | 380 | 80 | 95 | 77% | 79% | - | 100% |" in written
    assert "| 2026, in all | 458 |" in written and "November 2026 | 1" not in written
    assert "Not known: Capacity \\(3 segments, 20 needed\\)" in written and "| Outages | 2 |" in written
    assert "| Fri 02 Oct | 41 min | no grid |" in written and "Wed 30 Sep" not in written
    assert "September 2026" in page and "41 min" in page


class Seen(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or name in ("href", "src") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_shows_foreign_text_as_text_and_loads_nothing(october: MonthReport) -> None:
    seen = Seen()
    seen.feed(html.page([october]))
    assert "script" not in seen.tags and seen.tags.count("svg") == 2
    assert seen.text.count("<script>alert(1)</script>") >= 4  # title, heading, confidence, alarm
    for told in (
        "48.0 kWh",
        "60%",
        "4 to 12 months",
        "Not known: Capacity (3 segments, 20 needed).",
        ": plan. ",
        "30 min",
    ):
        assert told in seen.text, told
    assert "2027" not in seen.text, "a replacement has no date"


def test_markdown_shows_foreign_text_as_text(october: MonthReport) -> None:
    written = markdown.text([october])
    assert "<script>" not in written and "\\<script\\>" in written and "](javascript" not in written
    assert "| PV | 48.0 kWh |" in written and "| 2026-10-01 | 24.0 | 14.4 | 0.0 | 60% | 100% | - | 100% |" in written
    for line in written.split("\n"):
        if line.startswith("| ") and "Day" not in line:
            assert line.replace("\\|", "").count("|") in (4, 9, 10), line


@pytest.mark.slow
def test_the_verdict_at_a_months_end_tells_the_diagnosis_of_its_last_days_and_none_of_weeks_before(
    october: MonthReport, store: Path, tmp_path: Path
) -> None:
    assert "Cell spread" not in october.verdict.text and october.kept is not None
    path = Path(shutil.copy(store, tmp_path / "later.db"))
    last = datetime(2026, 10, 31, 3, tzinfo=UTC).timestamp()
    with closing(Writer(path, ManualClock(NOW))) as writer:
        record_diagnosis(writer.db, DiagnosisRow("alder", last, pack(replace(KEPT, at=last))))
    with closing(Reader(path, ManualClock(NOW))) as reader:
        assert "Cell spread 118 mV, as of Sat." in month_of(reader, "alder", OCTOBER, NOW).verdict.text


def test_a_month_without_any_record_says_so(reader: Reader) -> None:
    empty = month_of(reader, "alder", date(2026, 2, 1), NOW)
    assert empty.total is None and empty.kept is None
    for page in (html.page([empty]), markdown.text([empty])):
        assert "not known" in page and "were not diagnosed" in page and "None in this month." in page


def test_a_month_that_has_not_begun_and_a_station_that_is_not_there_are_refused(reader: Reader) -> None:
    with pytest.raises(ValueError, match="2027-01 has not begun"):
        month_of(reader, "alder", date(2027, 1, 1), NOW)
    with pytest.raises(UnknownStation, match="status"):
        month_of(reader, "nobody", OCTOBER, NOW)
    assert month_before(NOW) == OCTOBER


def test_drawings_are_whole_xml_whatever_they_are_given() -> None:
    empty = bars(EVIL, "kWh", [], [Bars("PV", '"/><x', [])])
    full = bars("Energy", "kWh", [str(n) for n in range(31)], [Bars("PV", "#123456", [None, 3.0, 0.0, *[1.5] * 28])])
    ranges = band("SOC", "%", ["1", "2"], [None, (20.0, 130.0)], 100.0)
    for drawing in (empty, full, ranges):
        ElementTree.fromstring(drawing)
    assert full.count("<rect") == 30 and ranges.count("<rect") == 1


def test_what_is_kept_comes_back_as_it_was() -> None:
    assert unpack(pack(KEPT)) == KEPT
    assert unpack({"version": 99}) is None
