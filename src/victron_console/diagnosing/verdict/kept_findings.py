"""What is kept of a day's findings until the next: every figure with its explanation, as plain data. Computes nothing.

Screens and reports read this and never the diagnoses themselves: no array library is loaded for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import date
from typing import Any

from victron_console.diagnosing.battery.soh_past import SohPast, SohStep
from victron_console.diagnosing.finding import Finding, Method, Status, Window
from victron_console.diagnosing.verdict.risk import Risk, from_json, to_json

VERSION = 1


@dataclass(frozen=True, slots=True)
class Course:
    """A figure over the weeks, oldest first, in the figure's own unit."""

    at: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EnergyRow:
    """What flowed in a local day, month or year, kWh; None where nothing of it is measured."""

    period: str
    """`day`, `month` or `year`."""
    first_day: date
    pv: float | None
    load: float | None
    imported: float | None
    exported: float | None
    self_consumption: float | None
    """Share of the PV used on site, 0 to 1."""
    autarky: float | None
    """Share of the loads met without grid or genset, 0 to 1."""
    coverage: float
    """Share of the period that was measured, 0 to 1."""
    cost: float | None = None
    """Of the grid's energy less what it earned; None where it is not known."""
    source: str = ""
    """Who else recorded it, such as `vrm`; empty where we did."""


@dataclass(frozen=True, slots=True)
class AvailabilityRow:
    """How long something was there in a local month, s."""

    what: str
    """`site`, `link`, `supply` with what it means, or a device's class and instance."""
    first_day: date
    up_s: float
    down_s: float
    unknown_s: float
    """Nobody could tell."""
    count: int
    """How often it went away."""

    @property
    def share(self) -> float:
        """Up time over up and down time, 0 to 1."""
        return self.up_s / (self.up_s + self.down_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that was found of one station on one day."""

    at: float
    """When it was diagnosed (UTC epoch, s)."""
    figures: Mapping[str, Finding]
    """By names such as `imbalance.growth`."""
    risk: Risk
    rules: Mapping[str, float]
    """What alarm rules read as `d.X`."""
    courses: Mapping[str, Course] = field(default_factory=dict)
    """Of the figures whose past is known beyond the days they were diagnosed on."""
    limits: Mapping[str, str] = field(default_factory=dict)
    """What the diagnoses took for granted of the site, such as its capacity, and where that comes from."""
    energy: tuple[EnergyRow, ...] = ()
    """The last days, the months of a year and the years, oldest first in each."""
    currency: str = ""
    """Of the costs; empty without a tariff."""
    outage_days: tuple[tuple[date, float], ...] = ()
    """Local days with an outage and its minutes, oldest first."""
    availability: tuple[AvailabilityRow, ...] = ()
    """By what, the months oldest first in each."""
    soh: SohPast | None = None
    """Of the present battery, for its whole life."""
    outage_hours: tuple[int, ...] = ()
    """How many outages began in each local hour, 24 numbers; empty where none are recorded."""

    def figure(self, name: str) -> Finding | None:
        """A figure by its name."""
        return self.figures.get(name)

    def value(self, name: str) -> float | None:
        """The value of a figure; None where it is not known."""
        found = self.figures.get(name)
        return found.value if found is not None and found.known else None


def pack(kept: Kept) -> dict[str, Any]:
    """As JSON holds it; methods stand once, however many figures share them."""
    methods: list[Method] = []
    figures = {}
    for name, finding in kept.figures.items():
        if finding.method not in methods:
            methods.append(finding.method)
        own = {key: value for key, value in asdict(finding).items() if value not in (None, "")}
        window = finding.window
        own["window"] = [float(window.since), float(window.until), int(window.count), window.what]
        own |= {key: float(own[key]) for key in ("value", "low", "high", "ready_at") if key in own}
        figures[name] = own | {"method": methods.index(finding.method)}
    return {
        "version": VERSION,
        "at": kept.at,
        "methods": [asdict(method) for method in methods],
        "figures": figures,
        "risk": to_json(kept.risk),
        "rules": dict(kept.rules),
        "courses": {name: [list(course.at), list(course.values)] for name, course in kept.courses.items()},
        "limits": dict(kept.limits),
        "energy": [[row.period, row.first_day.isoformat(), *astuple(row)[2:]] for row in kept.energy],
        "outage_days": [[day.isoformat(), minutes] for day, minutes in kept.outage_days],
        "outage_hours": list(kept.outage_hours),
        "currency": kept.currency,
        "availability": [[one.what, one.first_day.isoformat(), *astuple(one)[2:]] for one in kept.availability],
        "soh": None if kept.soh is None else asdict(kept.soh),
    }


def unpack(body: Mapping[str, Any]) -> Kept | None:
    """What `pack` gave; None where another version of the program kept something else."""
    if body.get("version") != VERSION:
        return None
    methods = [replace(Method(**one), inputs=tuple(one["inputs"])) for one in body["methods"]]
    figures = {}
    for name, own in body["figures"].items():
        since, until, count, what = own["window"]
        given = own | {
            "method": methods[own["method"]],
            "status": Status(own["status"]),
            "window": Window(since=since, until=until, count=count, what=what),
        }
        figures[name] = Finding(**{"unit": "", **given})
    return Kept(
        at=body["at"],
        figures=figures,
        risk=from_json(body["risk"]),
        rules=body["rules"],
        courses={name: Course(tuple(at), tuple(values)) for name, (at, values) in body["courses"].items()},
        limits=body["limits"],
        energy=tuple(
            EnergyRow(period, date.fromisoformat(day), *rest) for period, day, *rest in body.get("energy", ())
        ),
        outage_days=tuple((date.fromisoformat(day), minutes) for day, minutes in body.get("outage_days", ())),
        outage_hours=tuple(body.get("outage_hours", ())),
        currency=body.get("currency", ""),
        availability=tuple(
            AvailabilityRow(what, date.fromisoformat(day), *rest) for what, day, *rest in body.get("availability", ())
        ),
        soh=_soh(body.get("soh")),
    )


def _soh(told: Mapping[str, Any] | None) -> SohPast | None:
    if told is None:
        return None
    return SohPast(**{**told, "steps": tuple(SohStep(**step) for step in told["steps"])})
