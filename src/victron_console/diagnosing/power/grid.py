"""The public supply as the station sees it: shares out of band, dips, unbalance, stiffness, stress. V, Hz, A, ohm.

Voltages are judged by their 10-minute means, dips, swells and frequency by the polls themselves. Polls are samples of a
moment, not the RMS means of the standards: every figure is an indicator and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.power.polled_supply import Polled, PolledSupply, SupplyLimits, polled_supply
from victron_console.diagnosing.record.timeline import (
    WEEK_S,
    BoolArray,
    FloatArray,
    IntArray,
    checked,
    grouped,
    usual_step_s,
)

TEN_MINUTES_S = 600.0
LEAST_COVERAGE = 0.8
LEAST_MEANS_A_WEEK = 504
"""Half a week: two bad hours of a week that has just begun are not a bad week."""
FREQUENCY_BAND = 0.01
FREQUENCY_ALWAYS = (-0.06, 0.04)
FREQUENCY_ALLOWED_OUT = 0.005
VOLTAGE_ALLOWED_OUT = 0.05
LEAST_STEP_A = 3.0
LEAST_STEPS = 30
EN_50160 = Method(
    name="EN 50160-style indicator from instantaneous polls",
    inputs=("AC-in voltage and frequency while on the grid",),
    source="EN 50160, public LV: ±1 % of frequency 99.5 % of a year, +4/-6 % always; ±10 % voltage 95 % of each week.",
)
IEC_60038 = Method(
    name="IEC 60038-style indicator from instantaneous polls",
    inputs=EN_50160.inputs,
    source="IEC 60038: ±10 % of nominal at the supply terminals, taken for 95 % of each week; frequency as EN 50160.",
)
ANSI_V = (120.0, 208.0, 240.0, 277.0)
"""Nominal voltages of ANSI C84.1 between phase and neutral or between two of them; other 60 Hz mains keep IEC's."""
ANSI = Method(
    name="ANSI C84.1-style indicator from instantaneous polls",
    inputs=EN_50160.inputs,
    source="ANSI C84.1 service voltage: range A -5/+5 %, range B -8.3/+5.8 %; frequency ±1 % as for EN 50160.",
)
NEMA = Method(
    name="NEMA unbalance: largest deviation from the mean of the phases, 95 % of 10-minute means",
    inputs=("AC-in voltages of three phases",),
    source="NEMA MG 1; from magnitudes only, so it is not the negative-sequence figure of EN 50160 (2 %).",
)
STIFFNESS = Method(
    name="change of voltage over change of own current, one poll to the next",
    inputs=("AC-in voltage and current of the phase",),
    source="Slope through the origin: the impedance of the supply; it tells own sag from the grid's (own judgement).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The nominal supply. Split phase is two phases of 120 V."""

    phase_v: float
    hertz: float

    @property
    def method(self) -> Method:
        """The standard that fits."""
        if self.hertz != 60.0:
            return EN_50160
        return ANSI if self.phase_v in ANSI_V else IEC_60038

    @property
    def voltage_band(self) -> tuple[float, float]:
        """Shares of nominal that 95 % of the means must keep."""
        return (0.95, 1.05) if self.method is ANSI else (0.90, 1.10)

    @property
    def voltage_always(self) -> tuple[float, float]:
        """Shares of nominal that every mean must keep."""
        return (0.917, 1.058) if self.method is ANSI else (0.85, 1.10)

    @property
    def limits(self) -> SupplyLimits:
        """What polls are held against."""
        usual, always = (
            (self.hertz * (1.0 + low), self.hertz * (1.0 + high))
            for low, high in ((-FREQUENCY_BAND, FREQUENCY_BAND), FREQUENCY_ALWAYS)
        )
        return SupplyLimits(self.phase_v, usual, always)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GridRecord:
    """Polls of the AC input, on common moments; NaN in gaps."""

    at: FloatArray
    hertz: FloatArray
    volts: Mapping[str, FloatArray]
    """By phase."""
    on_grid: BoolArray
    """Connected to the public grid: not inverting, not on a generator (the frequency is then another's)."""
    amperes: Mapping[str, FloatArray]
    """Own current by phase, + import; may be empty."""
    polls: PolledSupply | None = None
    """What the single polls told, where these are means; None: these are the polls."""


@dataclass(frozen=True, slots=True)
class GridQuality:
    """Indicators of the supply; shares in percent."""

    frequency_out: Finding
    frequency_always_out: Finding
    voltage_out: Finding
    """Worst week, worst phase."""
    voltage_always_out: Finding
    unbalance: Finding
    dips: Finding
    swells: Finding
    impedance: Finding

    @property
    def kept(self) -> bool | None:
        """Whether the supply keeps the standard, as far as polls can tell; None where they cannot."""
        if any(found.value is None for found, _ in self._judged):
            return None
        return not self.broken

    @property
    def broken(self) -> tuple[str, ...]:
        """What the supply does not keep, in words with figure and limit."""
        return tuple(
            f"{found.title} {found.value:.3g} %; {limit:g} % are allowed"
            for found, limit in self._judged
            if found.value is not None and found.value > limit
        )

    @property
    def _judged(self) -> tuple[tuple[Finding, float], ...]:
        return (
            (self.frequency_out, 100 * FREQUENCY_ALLOWED_OUT),
            (self.frequency_always_out, 0.0),
            (self.voltage_out, 100 * VOLTAGE_ALLOWED_OUT),
            (self.voltage_always_out, 0.0),
        )


def grid_quality(record: GridRecord, supply: Supply) -> GridQuality:
    """Judge the supply over the record.

    Raises:
        ValueError: the arrays do not belong together.
    """
    checked(record.at, record.hertz, *record.volts.values(), *record.amperes.values())
    volts = {phase: np.where(record.on_grid, value, np.nan) for phase, value in record.volts.items()}
    window = _window(record)
    judge = _Judge(record.at, supply, window, _coverage(record))
    polls = record.polls or _as_polled(record, supply)
    slots = (record.at // TEN_MINUTES_S).astype(np.int64)
    means = {phase: _means(slots, value) for phase, value in volts.items()}
    return GridQuality(
        frequency_out=judge.frequency(polls, polls.hertz_out_s, "Frequency out of ±1 %"),
        frequency_always_out=judge.frequency(polls, polls.hertz_always_out_s, "Frequency out of +4/-6 %"),
        voltage_out=judge.worst_week(means),
        voltage_always_out=judge.ever(means),
        unbalance=judge.unbalance(volts, slots),
        dips=judge.events(polls, polls.dips, "Dips below 90 %"),
        swells=judge.events(polls, polls.swells, "Swells above 110 %"),
        impedance=_impedance(record, window),
    )


def stress(hertz: float | None, volts: float | None, supply: Supply, outages_a_day: float = 0.0) -> float | None:
    """How strained the grid is now, with a sign: + surplus (charge, import), - shortage (reduce import). 1 is a limit.

    The largest of frequency over 1 % of nominal, voltage over 10 % of nominal, and outages a day (a shortage); None
    where neither frequency nor voltage is known. Own load counts only through the voltage.
    """
    parts = []
    if hertz is not None:
        parts.append((hertz - supply.hertz) / (FREQUENCY_BAND * supply.hertz))
    if volts is not None:
        parts.append((volts - supply.phase_v) / (0.1 * supply.phase_v))
    if not parts:
        return None
    return max([*parts, -outages_a_day], key=abs)


@dataclass(frozen=True, slots=True)
class _Judge:
    at: FloatArray
    supply: Supply
    window: Window
    coverage: float

    def _short(self, title: str, unit: str, method: Method) -> Finding | None:
        if self.coverage >= LEAST_COVERAGE:
            return None
        return Figure(title, unit, method).insufficient(_seen(self.coverage), self.window)

    def _found(self, title: str, unit: str, value: float, words: str = "", method: Method | None = None) -> Finding:
        method = method or self.supply.method
        short = self._short(title, unit, method)
        return short or Figure(title, unit, method).value(value, window=self.window, confidence=words)  # fmt: skip

    def frequency(self, polls: PolledSupply, out_s: float, title: str) -> Finding:
        figure = Figure(title, "%", self.supply.method)
        if not polls.hertz_s:
            return figure.unknown("no frequency while on the grid")
        window = Window(since=polls.since, until=polls.until)
        if polls.hertz_share < LEAST_COVERAGE:
            return figure.insufficient(_seen(polls.hertz_share), window)
        words = f"{polls.lowest_hz:.2f} to {polls.highest_hz:.2f} Hz in {100 * polls.hertz_share:.0f} % of the time"
        return figure.value(100.0 * out_s / polls.hertz_s, window=window, confidence=words)

    def worst_week(self, means: Mapping[str, tuple[IntArray, FloatArray]]) -> Finding:
        low, high = self.supply.voltage_band
        title = "Voltage means out of band, worst week"
        worst, where = -1.0, ""
        for phase, (slots, values) in means.items():
            share = values / self.supply.phase_v
            out = ((share < low - 1e-9) | (share > high + 1e-9)).astype(float)
            weeks = ((slots - slots[0]) * TEN_MINUTES_S // WEEK_S).astype(np.int64) if len(slots) else slots
            for _, part in grouped(weeks, out):
                if len(part) >= LEAST_MEANS_A_WEEK and float(np.mean(part)) > worst:
                    worst, where = float(np.mean(part)), phase
        if not any(len(slots) for slots, _ in means.values()):
            return Figure(title, "%", self.supply.method).unknown("no voltage while on the grid")
        if worst < 0:
            return Figure(title, "%", self.supply.method).insufficient(
                "no week with half its means yet", self.window, self.window.since + LEAST_MEANS_A_WEEK * TEN_MINUTES_S
            )
        words = f"{low * self.supply.phase_v:.0f} to {high * self.supply.phase_v:.0f} V; worst on {where}"
        return self._found(title, "%", 100.0 * worst, words)

    def ever(self, means: Mapping[str, tuple[IntArray, FloatArray]]) -> Finding:
        low, high = self.supply.voltage_always
        title = "Voltage means beyond the hard limits"
        values = np.concatenate([values for _, values in means.values()] or [np.zeros(0)]) / self.supply.phase_v
        if not len(values):
            return Figure(title, "%", self.supply.method).unknown("no voltage while on the grid")
        out = float(np.mean((values < low - 1e-9) | (values > high + 1e-9)))
        return self._found(title, "%", 100.0 * out)

    def unbalance(self, volts: Mapping[str, FloatArray], slots: IntArray) -> Finding:
        title = "Voltage unbalance"
        if len(volts) != 3:
            return Figure(title, "%", NEMA).unknown(f"{len(volts)} phases: unbalance is of three")
        phases = np.vstack(list(volts.values()))
        mean = phases.mean(axis=0)
        with np.errstate(invalid="ignore"):
            _, values = _means(slots, 100.0 * np.abs(phases - mean).max(axis=0) / mean)
        if not len(values):
            return Figure(title, "%", NEMA).unknown("three phases were never measured together")
        return self._found(title, "%", float(np.quantile(values, 0.95)), f"2 % is usual, {len(values)} means", NEMA)

    def events(self, polls: PolledSupply, count: int, title: str) -> Finding:
        """At least so many: one between two polls is not seen. None found says nothing of the time not seen."""
        figure = Figure(title, "events", self.supply.method)
        if not polls.volts_s:
            return figure.unknown("no voltage while on the grid")
        window = Window(since=polls.since, until=polls.until, count=count, what="events")
        if not count and polls.volts_share < LEAST_COVERAGE:
            return figure.insufficient(_seen(polls.volts_share), window)
        words = f"in the {100 * polls.volts_share:.0f} % of the time that polls saw; shorter ones between two are not"
        return figure.value(float(count), window=window, low=float(count), confidence=words)


def _seen(share: float) -> str:
    return f"{100 * share:.0f} % of the time on the grid was sampled, {100 * LEAST_COVERAGE:.0f} % needed"


def _as_polled(record: GridRecord, supply: Supply) -> PolledSupply:
    """A record of polls: each holds until the next."""
    if not len(record.at):
        return PolledSupply(since=0.0, until=0.0)
    volts = {phase: Polled(record.at, value) for phase, value in record.volts.items()}
    until = float(record.at[-1]) + usual_step_s(record.at)
    return polled_supply(
        volts, Polled(record.at, record.hertz), Polled(record.at, record.on_grid.astype(np.float64)), supply.limits,
        float(record.at[0]) - 1.0, until,
    )  # fmt: skip


def _means(slots: IntArray, value: FloatArray) -> tuple[IntArray, FloatArray]:
    """The mean of the known values of each slot."""
    known = np.isfinite(value)
    slots, value = slots[known], value[known]
    if not len(slots):
        return slots, value
    begins = np.flatnonzero(np.concatenate(([True], np.diff(slots) != 0)))
    counts = np.diff(np.append(begins, len(slots)))
    return slots[begins], np.add.reduceat(value, begins) / counts


def _window(record: GridRecord) -> Window:
    if not len(record.at):
        return Window(since=0.0, until=0.0)
    return Window(since=float(record.at[0]), until=float(record.at[-1]), count=int(record.on_grid.sum()), what="polls")


def _coverage(record: GridRecord) -> float:
    """Share of the polls on the grid that have a frequency and every voltage."""
    known = np.isfinite(record.hertz)
    for value in record.volts.values():
        known = known & np.isfinite(value)
    wanted = int(record.on_grid.sum())
    return float((known & record.on_grid).sum()) / wanted if wanted else 0.0


def _impedance(record: GridRecord, window: Window) -> Finding:
    """Own current up by 10 A and 5 V less: 0.5 ohm. The phase with the most steps."""
    figure = Figure("Impedance of the supply", "ohm", STIFFNESS)
    best: tuple[int, float, str] = (0, 0.0, "")
    for phase, amperes in record.amperes.items():
        if phase not in record.volts:
            continue
        step_a, step_v = np.diff(amperes), np.diff(record.volts[phase])
        on = record.on_grid[1:] & record.on_grid[:-1]
        with np.errstate(invalid="ignore"):
            good = on & np.isfinite(step_a) & np.isfinite(step_v) & (np.abs(step_a) >= LEAST_STEP_A)
        if int(good.sum()) > best[0]:
            best = (int(good.sum()), -float(np.median(step_v[good] / step_a[good])), phase)
    if best[0] < LEAST_STEPS:
        return figure.insufficient(f"{best[0]} steps of 3 A and more, {LEAST_STEPS} needed", window)
    words = f"{best[2]}, {best[0]} steps; above 0.5 ohm is a weak line"
    return figure.value(best[1], window=window, confidence=words)
