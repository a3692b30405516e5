"""Energies by quarter of an hour, ours and those of somebody else, on common moments. NaN is: nothing received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from victron_console.catalogue.vrm import SUMS, EnergyKind
from victron_console.diagnosing.power.energy import Powers, between
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.external.external_day import QUARTER_S, ExternalDay

LEAST_SEEN = 0.7
"""Of a quarter of an hour, for its energy to be known: one missing mean of five minutes makes it unknown."""


@dataclass(frozen=True, slots=True)
class Quarters:
    """kWh of each quarter of an hour from a moment on."""

    since: float
    """UTC epoch, s."""
    kwh: Mapping[EnergyKind, FloatArray]
    """A kind that is never measured is missing."""

    def part(self, kind: EnergyKind, since: float, until: float) -> FloatArray:
        """Those of a kind between two moments, as far as they are within."""
        course = self.kwh[kind]
        begin, end = (round((at - self.since) / QUARTER_S) for at in (since, until))
        return course[max(0, begin) : max(0, end)]


def own_quarters(powers: Powers, since: float, until: float) -> Quarters:
    """What was recorded here, from powers of five minutes."""
    count = round((until - since) / QUARTER_S)
    if len(powers.at) < 2:
        return Quarters(since, {})
    kwh, seen_s = between(powers, since + QUARTER_S * np.arange(count + 1, dtype=np.float64))
    unseen = seen_s < LEAST_SEEN * QUARTER_S
    return Quarters(
        since, {kind: np.where(unseen, np.nan, kwh[kind.value]) for kind in EnergyKind if kind.value in kwh}
    )


def external_quarters(days: Sequence[ExternalDay], since: float, until: float) -> Quarters:
    """What somebody else recorded. Energies that are left out were none where anything else was received."""
    count = round((until - since) / QUARTER_S)
    kwh = {kind: np.full(count, np.nan) for kind in EnergyKind}
    told = {code for day in days for code in day.energies}
    for day in days:
        first = round((day.since - since) / QUARTER_S)
        for n in day.seen():
            if 0 <= first + n < count:
                for kind, codes in SUMS.items():
                    kwh[kind][first + n] = day.sum_of(codes, n)
    return Quarters(since, {kind: course for kind, course in kwh.items() if told.intersection(SUMS[kind])})
