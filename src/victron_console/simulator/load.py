"""What people and machines draw over the day: a shape by the hour, appliances that switch, and a flicker."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from victron_console.simulator.weather import seeded, smooth

PROFILES: dict[str, tuple[float, ...]] = {
    "home": (4, 3, 3, 3, 3, 4, 6, 9, 8, 6, 5, 5, 7, 6, 5, 5, 6, 9, 12, 13, 11, 9, 7, 5),
    "farm": (4, 4, 4, 4, 6, 12, 14, 11, 8, 7, 7, 7, 8, 7, 7, 7, 9, 13, 12, 8, 6, 5, 4, 4),
    "clinic": (7, 7, 7, 7, 7, 8, 9, 11, 13, 14, 14, 14, 13, 14, 14, 13, 12, 10, 9, 9, 8, 8, 7, 7),
    "pump": (1, 1, 1, 1, 1, 1, 2, 8, 12, 14, 15, 15, 15, 15, 14, 12, 8, 2, 1, 1, 1, 1, 1, 1),
    "works": (4, 4, 4, 4, 4, 5, 9, 14, 16, 16, 16, 15, 12, 15, 16, 15, 12, 7, 5, 4, 4, 4, 4, 4),
    "boat": (4, 4, 4, 4, 4, 4, 6, 8, 7, 5, 4, 4, 7, 5, 4, 4, 5, 7, 10, 12, 11, 9, 6, 5),
    "camp": (6, 5, 5, 5, 6, 8, 11, 11, 9, 8, 8, 9, 11, 9, 8, 8, 9, 11, 13, 14, 13, 11, 9, 7),
    "empty": (1,) * 24,
}
"""Weights by local hour; only their proportions count."""
APPLIANCE_SLOT_S = 420.0
APPLIANCE_CHANCE = 0.18
COOKING_HOURS = (18.0, 19.0)
COOKER_SLOT_S = 60.0
"""A hob's thermostat switches about once a minute."""


class LoadProfile:
    """The AC consumption of one site in W, a pure function of time."""

    def __init__(self, profile: str, daily_kwh: float, timezone: str, seed: int, cooker_w: float = 0.0) -> None:
        weights = PROFILES[profile]
        self._zone = ZoneInfo(timezone)
        self._seed = seed
        self._cooker_w = cooker_w
        mean_w = daily_kwh * 1000.0 / 24.0
        self._base_w = [0.85 * mean_w * w * 24.0 / sum(weights) for w in weights]
        # An appliance draws 2..6 times the mean for a slot: with this chance some 15 % of the day's energy.
        self._appliance_w = 0.15 * mean_w / (APPLIANCE_CHANCE * 0.5)

    def local_hour(self, at: float) -> float:
        """The hour of the site's day, 0..24."""
        local = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        return local.hour + local.minute / 60.0 + local.second / 3600.0

    def power_w(self, at: float, phase: str = "") -> float:
        """Consumption at a moment (UTC epoch, s); each phase switches its appliances by itself."""
        hour = self.local_hour(at)
        before = int(hour)
        share = hour - before
        base = self._base_w[before] * (1 - share) + self._base_w[(before + 1) % 24] * share
        slot = int(at // APPLIANCE_SLOT_S)
        draw = seeded(self._seed, f"appliance{phase}", slot)
        appliance = self._appliance_w * (draw / APPLIANCE_CHANCE) if draw < APPLIANCE_CHANCE else 0.0
        flicker = 0.9 + 0.2 * smooth(self._seed, f"flicker{phase}", at, 20.0)
        return base * flicker + appliance + self._cooking_w(at, hour)

    def _cooking_w(self, at: float, hour: float) -> float:
        if not self._cooker_w or not COOKING_HOURS[0] <= hour < COOKING_HOURS[1]:
            return 0.0
        return self._cooker_w if seeded(self._seed, "cooker", int(at // COOKER_SLOT_S)) < 0.5 else 0.0
