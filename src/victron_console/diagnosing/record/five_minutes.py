"""A span of a station's five-minute figures as arrays, read from the store. Judges nothing."""

from __future__ import annotations

import numpy as np

from victron_console.diagnosing.power.energy import Powers, at_times
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.units import SLOT_S
from victron_console.store.read.reader import Reader


class FiveMinutes:
    """The figures of one station in whole slots of five minutes."""

    def __init__(self, reader: Reader, station: str, since: float, until: float) -> None:
        """Nothing is read yet.

        Args:
            reader: of the store.
            station: which one.
            since: begin (UTC epoch, s).
            until: end; a part of a slot is left out.
        """
        self._reader, self._station = reader, station
        self._count = max(0, round((until - since) // SLOT_S))
        self._since, self._until = since, since + self._count * SLOT_S
        self.at: FloatArray = since + SLOT_S * (np.arange(self._count, dtype=np.float64) + 0.5)
        """The middles of the slots."""

    def figure(self, field: str) -> FloatArray:
        """A field of `Overview`; NaN where it was not received."""
        values = self._reader.overview_history(self._station, field, self._since, self._until, self._count)
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

    def load_w(self) -> FloatArray:
        """AC and DC loads together; NaN where the AC loads are not known, unless the site has none."""
        ac, dc = self.figure("load_power_w"), self.figure("dc_load_power_w")
        return ac + np.nan_to_num(dc) if np.isfinite(ac).any() else dc

    def powers(self) -> Powers:
        """All powers; None where there is no value in the whole span."""

        def known(watts: FloatArray) -> FloatArray | None:
            return watts if np.isfinite(watts).any() else None

        battery = known(self.figure("battery_power_w"))
        return Powers(
            at=self.at,
            pv=known(self.figure("pv_power_w")),
            load=known(self.load_w()),
            grid=known(self.figure("grid_power_w")),
            genset=at_times(known(self.figure("genset_power_w")), battery),
            other=at_times(known(self.figure("other_dc_power_w")), battery),
            battery=battery,
        )
