"""Load, PV and battery of a station in five minutes, for who plays its past again. Judges nothing.

From the station's figures; where a store has none of a kind, because its history was imported, from the values that its
GX sums up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.insight.half_hours import FIELDS
from victron_console.model.units import SLOT_S
from victron_console.store.read.reader import Reader

_SUMMED = {
    "battery_power_w": r"Dc/Battery/Power",
    "soc_percent": r"Dc/Battery/Soc",
    "load_power_w": r"Ac/Consumption/L\d/Power",
    "dc_load_power_w": r"Dc/System/Power",
    "pv_power_w": r"Dc/Pv/Power|Ac/PvOn(Grid|Output|Genset)/L\d/Power",
}
"""Paths of the system's device whose sum is a figure."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedSlots:
    """Means of five minutes; NaN where nothing is known."""

    begins: FloatArray
    """UTC epoch, s."""
    values: FloatArray
    """A row a slot, a column each of `half_hours.FIELDS`."""

    def column(self, field: str) -> FloatArray:
        """One of the fields."""
        return self.values[:, FIELDS.index(field)]

    @property
    def load_w(self) -> FloatArray:
        """AC and DC loads together; NaN where the AC loads are not known, unless the site has none."""
        ac, dc = self.column("load_power_w"), self.column("dc_load_power_w")
        return ac + np.nan_to_num(dc) if np.isfinite(ac).any() else dc

    def rows(self) -> Iterable[Sequence[float | None]]:
        """As `half_hours` takes them; slots of which nothing is known are left out."""
        known = np.isfinite(self.values).any(axis=1)
        for begin, values in zip(self.begins[known].tolist(), self.values[known].tolist(), strict=True):
            yield (begin, *(None if value != value else value for value in values))


def recorded_slots(reader: Reader, station: str, since: float, until: float) -> RecordedSlots:
    """The slots of a span, up to the last of which anything is known.

    Raises:
        StoreError: the store cannot be read.
    """
    since, until = since - since % SLOT_S, until - until % SLOT_S
    count = max(0, round((until - since) / SLOT_S))
    values = np.full((count, len(FIELDS)), np.nan)
    rows = np.array(reader.overview_slots(station, FIELDS, since, until), dtype=np.float64)
    if len(rows):
        place = ((rows[:, 0] - since) // SLOT_S).astype(np.int64)
        values[place] = rows[:, 1:]
    for n, field in enumerate(FIELDS):
        if not np.isfinite(values[:, n]).any():
            values[:, n] = _sum_of_series(reader, station, _SUMMED[field], since, until, count)
    known = np.flatnonzero(np.isfinite(values).any(axis=1))
    end = int(known[-1]) + 1 if len(known) else 0
    return RecordedSlots(since + SLOT_S * np.arange(end, dtype=np.float64), values[:end])


def _sum_of_series(reader: Reader, station: str, paths: str, since: float, until: float, count: int) -> FloatArray:
    """The sum of the series that fit, as far as they are known; NaN where none is."""
    total = np.full(count, np.nan)
    for row in reader.series(station, "system/*") if count else ():
        _, _, path = row.name.split("/", 2)
        if re.fullmatch(paths, path) and (means := reader.columns(station, row.name, since, until, count)) is not None:
            known = np.isfinite(means.mean)
            total = np.where(known, np.nan_to_num(total) + np.nan_to_num(means.mean), total)
    return total
