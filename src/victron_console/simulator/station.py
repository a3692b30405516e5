"""One simulated station: its physics, its troubles and its published bus, moved to any later moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from victron_console.simulator.plant import Plant
from victron_console.simulator.publish.bus import services
from victron_console.simulator.publish.values import Tree
from victron_console.simulator.scenario import Faults, Scenario, faults_at
from victron_console.simulator.spec import Chemistry, StationSpec

WARM_UP_S = 36 * 3600.0
WARM_UP_STEP_S = 120.0
STEP_S = 30.0
"""The longest step: the controls settle within one, and a minute of cloud is still seen."""


class Station:
    """A station that can be moved forward in time. The same spec, scenarios and steps give the same values."""

    def __init__(
        self,
        spec: StationSpec,
        at: float,
        scenarios: Sequence[Scenario] = (),
        warm_up_s: float = WARM_UP_S,
        world_s: float = 0.0,
    ) -> None:
        """A station that has already lived for some time.

        Args:
            spec: what it is made of.
            at: the moment it is at (UTC epoch, s).
            scenarios: what goes wrong with it, and when.
            warm_up_s: how long it has lived before.
            world_s: its sun, weather and habits are those of so many seconds later than its clock.
        """
        self.spec = spec
        self.scenarios = tuple(scenarios)
        self.world_s = world_s
        self.plant = Plant(spec, at - warm_up_s, world_s)
        self.step_to(at, WARM_UP_STEP_S)

    @property
    def at(self) -> float:
        """The moment it is at, UTC epoch in seconds."""
        return self.plant.at

    def faults(self, at: float) -> Faults:
        """What is wrong with it at a moment."""
        return faults_at(self.scenarios, at)

    def step_to(self, at: float, step_s: float = STEP_S) -> None:
        """Move forward to a moment in steps no longer than `step_s`; a moment in the past changes nothing."""
        while (left := at - self.plant.at) > 1e-6:
            self.plant.step(min(step_s, left), self.faults(self.plant.at))

    def services(self) -> dict[str, Tree]:
        """Every service on the bus with its values by path, as at the last step."""
        return services(self.plant)

    def config(self, url: str) -> dict[str, Any]:
        """The station as a `[[station]]` table of the console's configuration."""
        spec = self.spec
        table: dict[str, Any] = {
            "id": spec.id,
            "name": spec.name,
            "url": url,
            "tags": list(spec.tags),
            "location": {"latitude": spec.latitude, "longitude": spec.longitude, "timezone": spec.timezone},
            "battery": {
                "chemistry": "lead-acid" if spec.battery.chemistry is Chemistry.LEAD_ACID else "lfp",
                "cells_in_series": spec.battery.cells,
                "capacity_ah": spec.battery.capacity_ah,
            },
            "grid": {
                "nominal_voltage_v": spec.converter.voltage_v,
                "nominal_frequency_hz": spec.converter.frequency_hz,
            },
        }
        if spec.arrays:
            table["pv"] = {"kwp": round(sum(array.kwp for array in spec.arrays), 2)}
        return table | {key: text for key in ("contact", "access", "notes") if (text := getattr(spec, key))}
