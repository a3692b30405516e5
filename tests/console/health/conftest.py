"""A store in which every tier, every kind of missing figure, jobs and firmware of three kinds stand side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.console.sample_fleet import NOW

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.verdict.kept_findings import AvailabilityRow, Course, EnergyRow, Kept, pack
from victron_console.diagnosing.verdict.risk import Evidence, Tier, assess
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.store.diagnoses import DiagnosisRow, record_diagnosis
from victron_console.store.operator.jobs import add_job, finish_job
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

DAY_S = 86_400.0
ADVICE = "Tue 01:00-05:00 charge from the grid (scheduled charging): saves about 0.84 € a day (0.51 to 0.92)"
ADVISED = {
    "status": "ok", "saving_a_day": 0.84, "low": 0.51, "high": 0.92, "reserve_kwh": 2.4, "currency": "€",
    "pv": {"low": 6.1, "usual": 12.3, "high": 15.2, "days": 11,
           "words": "own yield of 11 days, 0.82 of the plain forecast"},
    "prices": {"since": NOW - NOW % 3600, "buy": [0.31] * 36, "sell": [0.08] * 36},
    "steps": [[NOW - NOW % 3600 + 7200, NOW - NOW % 3600 + 14400, "charge from grid", 2400, 80]],
}  # fmt: skip
CAME = {
    "day": "2026-11-21", "followed": "followed", "seen": 4, "judged": 5, "cost": 1.52, "usual_cost": 2.3,
    "saved": 0.71, "expected": 0.84, "currency": "€", "reason": "",
}  # fmt: skip
UNTOLD = CAME | {
    "day": "2026-11-20", "followed": "unknown whether followed", "cost": None, "usual_cost": None, "saved": None,
    "reason": "grid power was not measured in 3 of 24 hours",
}  # fmt: skip
DIAGNOSED = NOW - 9 * 3600.0
NAMES = {
    "alder-farm": "Alder Farm",
    "birch-clinic": "Birch Clinic",
    "cedar-tower": "Cedar Tower",
    "dune-pump": "Dune [b]Pump[/b]",
    "elm-school": "Elm School",
    "fir-house": "Fir House",
    "gorse-depot": "Gorse Depot",
}
FIRMWARE = ("v3.70", "v3.55", "v3.70~33", None, "v3.70", "v3.72", "v3.70")
METHOD = Method(
    name="Theil-Sen through the moments at which the reported figure first stood lower",
    inputs=("SOH of the BMS", "cell voltages"),
    source="Integer SOH carries no more than its steps; limits after IEC 62620 and own judgement.",
)
SPAN = Window(since=DIAGNOSED - 390 * DAY_S, until=DIAGNOSED, count=14, what="steps")


def known(title: str, unit: str, value: float, low: float | None = None, high: float | None = None) -> Finding:
    return Finding(
        title=title, unit=unit, method=METHOD, window=SPAN, value=value, low=low, high=high,
        confidence="95 % interval by block bootstrap; the battery's own figure is believed" if low else "",
    )  # fmt: skip


def weeks(first: float, last: float) -> Course:
    at = [DIAGNOSED - 7 * DAY_S * n for n in reversed(range(52))]
    values = [first + (last - first) * n / 51 + 0.4 * math.sin(n) for n in range(52)]
    return Course(tuple(at), tuple(values))


def kept(tier: Tier | None, soh: float, spread: float, growth: float | None) -> Kept:
    figures = {
        "soh.loss": known("Loss of health", "%/month", 0.4 + (95 - soh) / 20, 0.31, 0.62),
        "soh.level": known("State of health (BMS)", "%", soh),
        "replacement.80": known("Time to 80 % SOH", "months", 7.4, 4.2, 11.9)
        if soh < 93
        else Figure("Time to 80 % SOH", "months", METHOD).insufficient(f"no date: healthy at {soh:.0f} %", SPAN),
        "capacity.ah": Figure("Capacity", "Ah", METHOD).insufficient("3 of 20 swings in charge of 40 % and more", SPAN),
        "cycles.full_cycles": known("Full cycles", "cycles", 412 - soh, 300, 330),
        "cycles.per_year": known("Full cycles a year", "cycles/year", 210 + spread / 3),
        "imbalance.spread": known("Cell spread", "mV", spread, spread - 2, spread + 3),
        "imbalance.growth": known("Growth of the cell spread", "mV/month", spread / 20, 0.2, 4.0),
        "resistance.ratio": Figure("Resistance growth", "x", METHOD).insufficient("11 weeks; 90 days are needed", SPAN)
        if growth is None
        else known("Resistance growth", "x", growth, growth - 0.1, growth + 0.1),
        "thermal.stress": known("Ageing by temperature", "x", 1.31),
        "efficiency.reference": Figure("Efficiency", "%", METHOD).not_identifiable(
            "the site never inverts alone", SPAN
        ),
        "pv.specific": known("Yield", "kWh/kWp", 3.4 - spread / 200),
        "grid.voltage_out": known("Voltage out of its band", "%", 1.25),
        "outages.count": known("Outages", "", 2.0),
        "gx.link": known("Polls answered", "%", 99.72),
        "gx.restarts": Figure("Restarts", "a month", METHOD).unknown("the GX device gives no uptime"),
    }
    evidence = [
        Evidence(name="SOH", tier=Tier.OK, words=f"State of health (BMS) {soh:.0f} %; watch down to 85 %"),
        Evidence(name="inverter", tier=None, words="the site never inverts alone"),
        Evidence(name="link", tier=Tier.OK, words="Polls answered 99.7 %; watch down to 95 %"),
    ]
    if tier is None:
        evidence = [replace(one, tier=None) for one in evidence]
    elif tier > Tier.OK:
        words = f"Cell spread {spread:.0f} mV; {tier.name.lower()} from 30 mV"
        evidence.append(Evidence(name="cells", tier=tier, words=words, seen_at=DIAGNOSED))
    courses = {"soh.level": weeks(soh + 5, soh), "imbalance.spread": weeks(20, spread)}
    return Kept(
        at=DIAGNOSED, figures=figures, risk=assess(evidence), rules={}, courses=courses,
        limits={"nominal capacity": "200 Ah", "PV size": "6 kWp"},
        currency="€",
        availability=(
            AvailabilityRow("site: inverter gives power", date(2026, 11, 1), 1.81e6, 5400.0, 0.0, 1),
            AvailabilityRow("link: station answers", date(2026, 11, 1), 1.75e6, 6.1e4, 4000.0, 7),
        ),
        energy=(
            EnergyRow("day", date(2026, 11, 20), 11.2, 14.1, 4.4, 0.6, 0.95, 0.69, 1.0),
            EnergyRow("day", date(2026, 11, 21), 3.1, 15.0, 12.0, 0.0, 1.0, 0.2, 0.62),
            EnergyRow("month", date(2026, 10, 1), 312.0, 401.0, 120.0, 33.0, 0.89, 0.7, 0.99, 33.36),
            EnergyRow("month", date(2026, 11, 1), 140.0, 290.0, 160.0, 4.0, 0.97, 0.45, 1.0),
            EnergyRow("year", date(2026, 1, 1), 5230.0, 4810.0, 911.0, 1402.0, 0.73, 0.81, 0.97, 170.25),
        ),
        outage_days=((date(2026, 9, 3), 41.0), (date(2026, 10, 28), 0.4)),
        outage_hours=tuple(1 if hour in (2, 18) else 0 for hour in range(24)),
    )  # fmt: skip


FOUND = {
    "alder-farm": kept(Tier.OK, 96, 12, 1.02),
    "birch-clinic": kept(Tier.PLAN, 84, 118, 1.31),
    "cedar-tower": kept(None, 95, 14, None),
    "dune-pump": kept(Tier.ACT, 78, 164, 1.9),
    "elm-school": kept(Tier.WATCH, 91, 42, None),
    "fir-house": kept(Tier.OK, 97, 11, 1.0),
}
"""Gorse Depot was never diagnosed."""


def update(station: str, firmware: str | None) -> StationUpdate:
    values = {"Serial": Reading("c0619ab0", NOW - 4)}
    reading = ServiceReading("com.victronenergy.system", DeviceKey("system", "0"), NOW - 4, values)
    status = StationStatus(StationState.LIVE, NOW - 3700)
    return StationUpdate(station, NOW - 4, [reading], status, Overview(soc_percent=50, firmware=firmware))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """The store, open for nobody."""
    path = tmp_path / "store.db"
    with closing(Writer(path, ManualClock(NOW - 2))) as writer:
        writer.register([StationRecord(station, name) for station, name in NAMES.items()])
        writer.record_all([update(station, found) for station, found in zip(NAMES, FIRMWARE, strict=True)])
        for station, one in FOUND.items():
            record_diagnosis(writer.db, DiagnosisRow(station, one.at, pack(one)))
        add_job(writer.db, "alder-farm", "Tighten the busbars", due_at=NOW + 12 * DAY_S, now=NOW - 5 * DAY_S, who="NB")
        add_job(writer.db, "birch-clinic", "Bring a new fan", due_at=NOW - DAY_S, now=NOW - 4 * DAY_S, who="NB")
        add_job(writer.db, "fir-house", "Read the meter", now=NOW - 4 * DAY_S, who="MK")
        came = "What came of the advice for Sat 21 Nov: followed (4 of 5 hours); cost 1.52 €"
        writer.note(
            [
                Event(NOW - 600, "dune-pump", "advice", ADVICE, ADVISED),
                Event(
                    NOW - 30 * 3600, "dune-pump", "advice", "What came of the advice for Fri 20 Nov", {"came": UNTOLD}
                ),
                Event(NOW - 6 * 3600, "dune-pump", "advice", came, {"came": CAME}),
            ]
        )
        finish_job(writer.db, 3, note="41 207 kWh", now=NOW - 3600, who="MK")
    yield path
