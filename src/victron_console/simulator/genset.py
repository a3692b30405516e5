"""A diesel set and its start/stop logic by state of charge."""

from __future__ import annotations

from victron_console.simulator.spec import GensetSpec

START_DELAY_S = 60.0
MINIMUM_RUN_S = 900.0


class Genset:
    """The set's state: whether it runs, since when, and what is left in the tank."""

    def __init__(self, spec: GensetSpec, fuel_share: float) -> None:
        self.spec = spec
        self.running_since: float | None = None
        self.wanted_since: float | None = None
        self.failed = False
        """It was asked to start and did not."""
        self.fuel_l = spec.tank_l * fuel_share

    @property
    def running(self) -> bool:
        """Whether it gives power."""
        return self.running_since is not None

    def decide(self, at: float, soc_percent: float, mains: bool, broken: bool) -> None:
        """Start below the lower state of charge, stop above the upper or when the mains are back.

        A start that failed is wanted until then.
        """
        empty = self.fuel_l <= 0.0
        wanted_below = self.spec.start_soc_percent if self.wanted_since is None else self.spec.stop_soc_percent
        if self.running_since is not None:
            ran_s = at - self.running_since
            done = ran_s > MINIMUM_RUN_S and (mains or soc_percent >= self.spec.stop_soc_percent)
            if done or broken or empty:
                self.running_since = self.wanted_since = None
        elif mains or soc_percent > wanted_below:
            self.wanted_since, self.failed = None, False
        elif self.wanted_since is None:
            self.wanted_since = at
        elif at - self.wanted_since >= START_DELAY_S:
            self.failed = broken or empty
            if not self.failed:
                self.running_since = at

    def burn(self, power_w: float, dt_s: float) -> None:
        """Use fuel for the power given; refilled by a tanker when a tenth is left."""
        if self.running:
            idle_w = 0.08 * self.spec.rated_w
            self.fuel_l -= (max(0.0, power_w) + idle_w) / 1000.0 * dt_s / 3600.0 * self.spec.litres_per_kwh
        if self.fuel_l < 0.1 * self.spec.tank_l:
            self.fuel_l = self.spec.tank_l
