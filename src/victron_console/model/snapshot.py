"""A whole station at one moment: what insight and alerts work on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from victron_console.model.device import DeviceKey, split_series
from victron_console.model.quality import Quality, freshness
from victron_console.model.reading import ABSENT, Reading
from victron_console.model.station import ServiceState, StationState, StationStatus

PHASES = ("L1", "L2", "L3")
_BY_KEY = attrgetter("key")


@dataclass(frozen=True, slots=True)
class DeviceState:
    """One device as last read."""

    key: DeviceKey
    service: str
    """Its bus name, which may change while the key stays."""
    readings: Mapping[str, Reading]
    """By path without a leading slash, with the quality they were stored with."""
    read_at: float | None = None
    """When it was last read (UTC epoch, s)."""
    cadence_s: float = 10.0
    failures: int = 0
    """Polls of it that failed in a row."""
    state: ServiceState = ServiceState.LIVE
    since: float | None = None
    """When that state began (UTC epoch, s); None where that is not known."""
    accepted: bool = False
    """It left and an operator no longer misses it."""

    def quality_at(self, now: float) -> Quality:
        """GOOD, STALE, LOST or GONE: what the age of the device's readings makes of them."""
        gone, hangs = self.state is ServiceState.GONE, self.state is ServiceState.SET_ASIDE
        return freshness(self.read_at, self.cadence_s, self.failures, gone, now, unanswered=hangs)

    @property
    def instance(self) -> str:
        """The instance by which others name it: what it gives as its own, which may have changed since its key."""
        reading = self.readings.get("DeviceInstance")
        number = reading.last_number if reading is not None else None
        return str(int(number)) if number is not None else self.key.instance.partition("@")[0]

    @property
    def serial(self) -> str:
        """Its serial number; empty where it gives none."""
        reading = self.readings.get("Serial")
        return reading.text.strip() if reading is not None and reading.quality is Quality.GOOD else ""

    @property
    def name(self) -> str:
        """What a person calls it: its custom name, else its product name, else its class in words and its number."""
        return self._text("CustomName") or self._text("ProductName") or self.key.words

    @property
    def given_name(self) -> str:
        """What its owner calls it, else, of a digital input, what it was set up for; empty where nothing."""
        of_input = self._text("ProductName") if self.key.cls == "digitalinput" else ""
        return self._text("CustomName") or of_input

    def _text(self, path: str) -> str:
        reading = self.readings.get(path)
        return reading.text.strip() if reading is not None else ""


NO_DEVICE = "none"
"""What a station file writes where no device has a role."""


@dataclass(frozen=True, slots=True)
class BatteryChoice:
    """Which devices are the battery as the owner said in the station file: `battery/279`, or `none` for no device.

    Empty where the station file leaves it to the station.
    """

    monitor: str = ""
    """Gives state of charge, voltage and current."""
    bms: str = ""
    """Gives the limits that the chargers keep to."""
    packs: tuple[str, ...] = ()
    """Have the cells."""


AS_TOLD = BatteryChoice()
"""The owner said nothing of it: the station tells its battery's devices."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All devices of a station, judged at the moment `at` (UTC epoch, s)."""

    station: str
    at: float
    devices: Mapping[DeviceKey, DeviceState]
    status: StationStatus = field(default_factory=lambda: StationStatus(StationState.STARTING, 0.0))
    battery: BatteryChoice = AS_TOLD
    unanswered: tuple[str, ...] = ()
    """Bus names of the services that do not answer; one that never did is no device yet."""

    def device(self, cls: str, instance: str = "0") -> DeviceState | None:
        """The device, or None where the station never had it."""
        return self.devices.get(DeviceKey(cls, instance))

    def of_class(self, *classes: str) -> list[DeviceState]:
        """The devices of these classes that are on the bus, by class and instance."""
        return sorted(
            [
                device
                for key, device in self.devices.items()
                if key.cls in classes and device.state is not ServiceState.GONE
            ],
            key=_BY_KEY,
        )

    def missed(self, *classes: str) -> list[DeviceState]:
        """The devices that left or lost their connection and that nobody accepted as gone, by class and instance.

        Args:
            classes: which; none for all.
        """
        return sorted(
            [
                device
                for key, device in self.devices.items()
                if device.state is ServiceState.GONE and not device.accepted and (not classes or key.cls in classes)
            ],
            key=_BY_KEY,
        )

    def fitted(self, *classes: str) -> list[DeviceState]:
        """What a site has of these classes: what is on the bus, then what left and is missed."""
        return [*self.of_class(*classes), *self.missed(*classes)]

    def read(self, device: DeviceKey, path: str) -> Reading:
        """The reading as its device's age makes it; absent where the station has no such path."""
        state = self.devices.get(device)
        reading = state.readings.get(path.lstrip("/")) if state else None
        if state is None or reading is None:
            return ABSENT
        return reading.aged(state.quality_at(self.at))

    def series(self, name: str) -> Reading:
        """The reading of a series `class/instance/path`."""
        device, path = split_series(name)
        return self.read(device, path)

    def number(self, name: str) -> float | None:
        """The series' value where it is a good, fresh number, else None."""
        return self.series(name).number

    def phases(self, name: str) -> dict[str, Reading]:
        """The readings of a series with `{phase}` in its name that have a number, by phase.

        A phase without a value is not there: it is not zero.
        """
        found = {phase: self.series(name.replace("{phase}", phase)) for phase in PHASES}
        return {phase: reading for phase, reading in found.items() if reading.last_number is not None}


def worst(qualities: Iterable[Quality]) -> Quality:
    """The least trustworthy of some qualities; GOOD where there is none."""
    return max(qualities, key=_WORSE.__getitem__, default=Quality.GOOD)


_WORSE = {
    quality: place
    for place, quality in enumerate(
        (Quality.GOOD, Quality.STALE, Quality.LOST, Quality.GONE, Quality.IMPLAUSIBLE, Quality.ABSENT)
    )
}
