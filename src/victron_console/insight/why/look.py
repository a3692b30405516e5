"""A look at a site for one cause: it hands out fresh values alone, and remembers every value that it was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

from victron_console.catalogue import catalogue
from victron_console.insight.audit.finding import Site
from victron_console.insight.overview.figures import dc_power_w, on_bus
from victron_console.insight.why.answer import Fact
from victron_console.insight.why.course import Course
from victron_console.model.limits import NO_SENSOR_BELOW_C
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import PHASES, DeviceState
from victron_console.model.station_info import StationInfo
from victron_console.model.text import clean

FIGURE_UNITS = {"_w": "W", "_v": "V", "_a": "A", "_percent": "%", "_c": "°C", "_s": "s"}
"""By the end of a figure's name (`model.overview`)."""
WORDS_AT_MOST = 60


@dataclass(frozen=True, slots=True)
class Scene:
    """A site at a moment, with what its file says of it and how its last days went."""

    site: Site
    info: StationInfo = field(default_factory=StationInfo)
    course: Course | None = None


@dataclass(slots=True)
class Look:
    """What one cause reads of a site. An old value is none here: it is kept among `old`."""

    scene: Scene
    seen: dict[str, Fact] = field(default_factory=dict)
    """Fresh values that were read, by their source."""
    old: dict[str, Fact] = field(default_factory=dict)
    """Values that were asked for and are too old, or doubtful."""

    @property
    def site(self) -> Site:
        """The site."""
        return self.scene.site

    @property
    def info(self) -> StationInfo:
        """What its file says."""
        return self.scene.info

    def number(self, device: DeviceState | None, path: str) -> float | None:
        """The number of a path where it is good and fresh, else None."""
        reading = self._read(device, path)
        return reading.number if reading is not None else None

    def text(self, device: DeviceState | None, path: str) -> str:
        """The text of a path where it is good and fresh, else empty."""
        reading = self._read(device, path)
        return clean(reading.text) if reading is not None and reading.quality is Quality.GOOD else ""

    def setting(self, path: str) -> float | None:
        """The number of a setting: `CGwacs/Hub4Mode`."""
        return self.number(self.site.settings, f"Settings/{path}")

    def temperature_c(self, device: DeviceState | None, path: str) -> float | None:
        """A temperature; None where there is no sensor."""
        value = self.number(device, path)
        return value if value is not None and value > NO_SENSOR_BELOW_C else None

    def phases(self, device: DeviceState | None, path: str) -> dict[str, float]:
        """The numbers of a path with `{phase}` in it, by phase."""
        found = {phase: self.number(device, path.replace("{phase}", phase)) for phase in PHASES}
        return {phase: value for phase, value in found.items() if value is not None}

    def figure(self, name: str) -> float | None:
        """A figure of the site where it is fresh and not doubtful, else None."""
        shown, now = self.site.shown, self.site.snapshot.at
        value: float | None = getattr(shown, name)
        if value is None:
            return None
        quality = shown.quality(name, now)
        if quality is Quality.GOOD and name in shown.flags:
            quality = Quality.IMPLAUSIBLE
        age_s = shown.age_s(name, now)
        fact = _figure_fact(name, value, None if age_s is None else now - age_s, quality)
        (self.seen if quality is Quality.GOOD else self.old)[name] = fact
        return value if quality is Quality.GOOD else None

    def is_fresh(self, device: DeviceState) -> bool:
        """Whether a device was read lately, whatever it gives."""
        return device.quality_at(self.site.snapshot.at) is Quality.GOOD

    def has_figure(self, name: str) -> bool:
        """Whether the site has such a figure, however old or doubtful."""
        return getattr(self.site.shown, name) is not None

    def dc_power_w(self, device: DeviceState) -> float | None:
        """What a device gives or takes at its DC side, W; None where that is not known, or old."""
        fresh = [self.number(device, f"Dc/0/{path}") is not None for path in ("Power", "Voltage", "Current")]
        return dc_power_w(device) if any(fresh) else None

    def of_class(self, *classes: str) -> list[DeviceState]:
        """The devices of these classes, those on the bus where any is."""
        return list(on_bus(self.site.snapshot.fitted(*classes)))

    def _read(self, device: DeviceState | None, path: str) -> Reading | None:
        reading = device.readings.get(path) if device is not None else None
        if device is None or reading is None or reading.quality is Quality.ABSENT:
            return None
        aged = reading.aged(device.quality_at(self.site.snapshot.at))
        fact = device_fact(device, path, aged)
        (self.seen if aged.quality is Quality.GOOD else self.old)[fact.source] = fact
        return aged


def device_fact(device: DeviceState, path: str, reading: Reading) -> Fact:
    """A reading as what a sentence rests on, in the words of the catalogue."""
    cls, value = device.key.cls, reading.value
    metric = catalogue().metric(cls, path)
    unit = metric.unit if metric is not None else ""
    words = catalogue().enum_text(metric, value) if value is not None and not isinstance(value, str) else None
    if words is None:
        decimals = metric.decimals if metric is not None else None
        words = f"{_shown(value, decimals)} {unit}".rstrip()
    name = catalogue().name(cls, path)
    return Fact(device.key.series(path), name, value, words[:WORDS_AT_MOST], unit, device.read_at, reading.quality)


def _figure_fact(name: str, value: float, at: float | None, quality: Quality) -> Fact:
    ending = next((each for each in FIGURE_UNITS if name.endswith(each)), "")
    unit = FIGURE_UNITS.get(ending, "")
    words = name.removesuffix(ending).replace("_", " ")
    called = "SOC" if words == "soc" else words[:1].upper() + words[1:]
    called = called.replace("Pv", "PV").replace("Dc", "DC").replace(" dc", " DC").replace(" ac", " AC")
    return Fact(name, called, value, f"{_shown(value, _DECIMALS.get(unit))} {unit}", unit, at, quality)


_DECIMALS = {"W": 0, "V": 2, "A": 1, "%": 0, "°C": 1, "s": 0}


def _shown(value: object, decimals: int | None) -> str:
    if isinstance(value, int | float) and isfinite(value):
        return f"{value:.{decimals}f}" if decimals is not None else f"{value:g}"
    return clean(str(value))


def called(device: DeviceState) -> str:
    """What a device is called, short enough for a sentence: its name is text from outside."""
    return clean(device.name, WORDS_AT_MOST)
