"""Real houses by the hour that lie beside the checkout, or in the folder that JUDGEMENT_HOUSES names; else a made one.

A file is `house_NAME.csv` with `begin_utc_s,load_kwh,pv_kwh` and, where spot prices are known, `day_ahead_eur_per_kwh`;
a column `zone` names its time zone, Europe/Paris without one.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from tests.diagnosing.made_tariff import weeks

from victron_console.diagnosing.ess.hours import Hours, offsets
from victron_console.diagnosing.record.recorded_slots import RecordedSlots
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.insight.half_hours import FIELDS
from victron_console.model.units import HOUR_S, SLOT_S

BESIDE = Path(__file__).parents[2] / "shared" / "captures" / "real-series"
NEEDED = ("begin_utc_s", "load_kwh", "pv_kwh")
SPOT = "day_ahead_eur_per_kwh"
TIME_OF_USE, SPOT_BOTH_WAYS, SPOT_WITH_FEES = "time of use", "spot both ways", "spot with fees"


@dataclass(frozen=True, slots=True, eq=False)
class House:
    """Energies of consecutive hours, kWh; spot prices a kWh where they are known."""

    name: str
    zone: ZoneInfo
    begins: FloatArray
    load_kwh: FloatArray
    pv_kwh: FloatArray
    spot: FloatArray | None

    def tariffs(self) -> Iterator[tuple[str, Hours, bool]]:
        """Name, hours with prices, and whether these come as a list a day ahead."""
        hour = (self.begins + offsets(self.begins, self.zone)) / HOUR_S % 24
        fixed = np.full(len(hour), 0.08)
        dear = np.where(hour < 6, 0.18, np.where((hour >= 17) & (hour < 21), 0.45, 0.30))
        yield TIME_OF_USE, self._hours(dear, fixed), False
        if self.spot is not None:
            yield SPOT_BOTH_WAYS, self._hours(1.06 * self.spot + 0.14, self.spot - 0.005), True
            yield SPOT_WITH_FEES, self._hours(1.19 * (self.spot + 0.145), fixed), True

    def _hours(self, buy: FloatArray, sell: FloatArray) -> Hours:
        return Hours(
            begins=self.begins, load_kwh=self.load_kwh, pv_kwh=self.pv_kwh, buy=buy, sell=sell,
            offset_s=offsets(self.begins, self.zone),
        )  # fmt: skip

    def slots(self, since: int, until: int) -> RecordedSlots:
        """Some of the hours in five minutes, as a store has them."""
        count = round(HOUR_S / SLOT_S)
        values = np.full((count * (until - since), len(FIELDS)), np.nan)
        for field, kwh in (("load_power_w", self.load_kwh), ("pv_power_w", self.pv_kwh)):
            values[:, FIELDS.index(field)] = np.repeat(1000.0 * kwh[since:until], count)
        return RecordedSlots(float(self.begins[since]) + SLOT_S * np.arange(len(values), dtype=np.float64), values)


def houses() -> Iterator[House]:
    """Those at hand."""
    folders = [BESIDE, *map(Path, filter(None, [os.environ.get("JUDGEMENT_HOUSES")]))]
    files = sorted(file for folder in folders for file in folder.glob("house_*.csv"))
    for file in files:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        begins, load, pv = (np.array([float(row[name]) for row in rows]) for name in NEEDED)
        spot = np.array([float(row[SPOT]) for row in rows]) if SPOT in rows[0] else None
        yield House(file.stem.removeprefix("house_")[:12], ZoneInfo(rows[0].get("zone") or "Europe/Paris"),
                    begins, load, pv, spot)  # fmt: skip
    if not files:
        print("  no recorded house beside the checkout: a made one")
        made = weeks(1, 110)
        begins = 1_764_547_200.0 + HOUR_S * np.arange(len(made.buy), dtype=np.float64)
        yield House("made", ZoneInfo("UTC"), begins, made.load_kwh, made.pv_kwh, made.buy - 0.1)
