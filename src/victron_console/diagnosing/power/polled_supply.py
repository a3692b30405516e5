"""What single polls tell of the supply and means cannot: dips, swells, the course of the frequency. V, Hz, s.

A poll is a sample of a moment: what lies between two of them is not seen, so a count is at least so many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from victron_console.diagnosing.record.timeline import BoolArray, FloatArray

INTERRUPTED, DIP, SWELL = 0.05, 0.90, 1.10
"""Shares of nominal: EN 50160 calls less than 5 % an interruption, up to 90 % a dip, above 110 % a swell."""


@dataclass(frozen=True, slots=True)
class Polled:
    """A value as it was polled: it holds from each moment to the next one, NaN while nothing was heard."""

    at: FloatArray
    """Never falling (UTC epoch, s)."""
    value: FloatArray

    def held(self, at: FloatArray) -> FloatArray:
        """What held at moments; NaN before the first."""
        places = np.searchsorted(self.at, at, side="right") - 1
        if not len(self.at):
            return np.full(len(at), np.nan)
        found: FloatArray = np.where(places >= 0, self.value[np.maximum(places, 0)], np.nan)
        return found


NO_POLLS = Polled(np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledSupply:
    """Counts and times of a span."""

    since: float
    until: float
    dips: int = 0
    swells: int = 0
    on_grid_s: float = 0.0
    volts_s: float = 0.0
    """On the grid with every phase known."""
    hertz_s: float = 0.0
    """On the grid with the frequency known."""
    hertz_out_s: float = 0.0
    """Of them beyond the band that 99.5 % must keep."""
    hertz_always_out_s: float = 0.0
    """Of them beyond the limits for every moment."""
    lowest_hz: float = np.inf
    highest_hz: float = -np.inf

    @property
    def volts_share(self) -> float:
        """Of the time on the grid in which the voltages were seen, 0 to 1."""
        return self.volts_s / self.on_grid_s if self.on_grid_s else 0.0

    @property
    def hertz_share(self) -> float:
        """The same of the frequency."""
        return self.hertz_s / self.on_grid_s if self.on_grid_s else 0.0

    def __add__(self, later: PolledSupply) -> PolledSupply:
        """Both spans, which touch."""
        return PolledSupply(
            since=self.since, until=later.until, dips=self.dips + later.dips, swells=self.swells + later.swells,
            on_grid_s=self.on_grid_s + later.on_grid_s, volts_s=self.volts_s + later.volts_s,
            hertz_s=self.hertz_s + later.hertz_s, hertz_out_s=self.hertz_out_s + later.hertz_out_s,
            hertz_always_out_s=self.hertz_always_out_s + later.hertz_always_out_s,
            lowest_hz=min(self.lowest_hz, later.lowest_hz), highest_hz=max(self.highest_hz, later.highest_hz),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SupplyLimits:
    """Of the supply, in V and Hz."""

    nominal_v: float
    usual_hz: tuple[float, float]
    always_hz: tuple[float, float]


def polled_supply(
    volts: Mapping[str, Polled], hertz: Polled, on_grid: Polled, limits: SupplyLimits, since: float, until: float
) -> PolledSupply:
    """What the polls of a span tell.

    Args:
        volts: by phase.
        hertz: of the input.
        on_grid: 1 while connected to the public grid.
        limits: of the supply.
        since: begin (UTC epoch, s); a dip that lasts from before is not counted again.
        until: its end.
    """
    inside = [moments[(moments > since) & (moments < until)] for moments in (
        on_grid.at, hertz.at, *(each.at for each in volts.values()))]  # fmt: skip
    at = np.unique(np.concatenate([[since], *inside]))
    seconds = np.diff(np.append(at, until))
    with np.errstate(invalid="ignore"):
        there = on_grid.held(at) > 0.5
    phases = [each.held(at) / limits.nominal_v for each in volts.values()]
    known = reduce(np.logical_and, (np.isfinite(each) for each in phases), there & bool(phases))
    cycles = hertz.held(at)
    told = there & np.isfinite(cycles)
    return PolledSupply(
        since=since,
        until=until,
        dips=_begun(phases, there, INTERRUPTED, DIP),
        swells=_begun(phases, there, SWELL, np.inf),
        on_grid_s=float(seconds[there].sum()),
        volts_s=float(seconds[known].sum()),
        hertz_s=float(seconds[told].sum()),
        hertz_out_s=_outside(cycles, seconds, told, limits.usual_hz),
        hertz_always_out_s=_outside(cycles, seconds, told, limits.always_hz),
        lowest_hz=float(cycles[told].min(initial=np.inf)),
        highest_hz=float(cycles[told].max(initial=-np.inf)),
    )


def _begun(phases: Sequence[FloatArray], there: BoolArray, low: float, high: float) -> int:
    """Runs with any phase between two shares of nominal that begin after the first moment."""
    with np.errstate(invalid="ignore"):
        out = [(each > low) & (each < high) for each in phases]
    any_out: BoolArray = reduce(np.logical_or, out, np.zeros(len(there), dtype=bool)) & there
    return int(np.sum(any_out[1:] & ~any_out[:-1]))


def _outside(cycles: FloatArray, seconds: FloatArray, told: BoolArray, band: tuple[float, float]) -> float:
    low, high = band
    with np.errstate(invalid="ignore"):
        out = told & ((cycles < low - 1e-9) | (cycles > high + 1e-9))
    return float(seconds[out].sum())
