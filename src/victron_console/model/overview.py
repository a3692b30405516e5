"""A station in one row: the figures that the fleet screen, `status` and the alarms speak of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from pydantic_core import to_json

from victron_console.model.quality import Quality, freshness
from victron_console.model.station import ServiceState
from victron_console.model.text import clean


@dataclass(frozen=True, slots=True)
class AcInput:
    """What feeds the AC side: `grid`, `shore`, `genset` or None, and whether it is connected."""

    type: str | None = None
    connected: bool | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """How a device that figures come from was last read: enough to judge them at any later moment."""

    read_at: float | None
    """UTC epoch, s; None where it never was."""
    cadence_s: float
    failures: int = 0
    state: ServiceState = ServiceState.LIVE

    def quality_at(self, now: float) -> Quality:
        """GOOD, STALE, LOST or GONE."""
        gone, hangs = self.state is ServiceState.GONE, self.state is ServiceState.SET_ASIDE
        return freshness(self.read_at, self.cadence_s, self.failures, gone, now, unanswered=hangs)


def _of_all(devices: Iterable[Quality]) -> Quality:
    """What the devices behind a figure make of it, the one that gives it first."""
    found = list(devices)
    if not found or found[0] is not Quality.GOOD:
        return found[0] if found else Quality.GOOD
    return Quality.GOOD if all(each is Quality.GOOD for each in found) else Quality.STALE


@dataclass(frozen=True, slots=True)
class Overview:
    """Live figures of a station. Signs as on D-Bus: battery + charges, grid + imports, PV + produces, loads >= 0.

    None where the station has no such value. An implausible value stays, with its reason under `flags`.
    Figures of a stale or lost station are the last ones known; its state says so.
    """

    figures_at: float | None = None
    """When the figures were read (UTC epoch, s): other services may have been read since."""
    soc_percent: float | None = None
    battery_power_w: float | None = None
    battery_voltage_v: float | None = None
    battery_current_a: float | None = None
    pv_power_w: float | None = None
    pv_dc_power_w: float | None = None
    pv_ac_power_w: float | None = None
    load_power_w: float | None = None
    dc_load_power_w: float | None = None
    """All that draws from the DC bus but inverters; negative where a source feeds it that nobody measures."""
    motor_power_w: float | None = None
    """The part of it that drives motors; negative while they recover energy."""
    other_dc_power_w: float | None = None
    grid_power_w: float | None = None
    genset_power_w: float | None = None
    """Of AC and DC gensets."""
    ac_input: AcInput = field(default_factory=AcInput)
    mains: str = "grid"
    """What `grid_power_w` comes from: `grid` or `shore`."""
    time_to_go_s: float | None = None
    cell_spread_v: float | None = None
    battery_temperature_c: float | None = None
    imbalance_w: float | None = None
    """What comes in minus what goes out as a mean of a minute: 0.0 where losses explain it, None where not judged."""
    system_state: str | None = None
    firmware: str | None = None
    gx_timezone: str | None = None
    """The IANA time zone that the GX device keeps."""
    device_alarms: dict[str, int] = field(default_factory=dict)
    """The devices' own alarms by level: `{"critical": 1, "warning": 2}`."""
    flags: dict[str, str] = field(default_factory=dict)
    """Field name (or `balance`, `battery_bank` ...) to why it is doubtful, as a sentence."""
    made_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Field name to the devices (`battery/279`) that it comes from, the one that gives it first."""
    origins: dict[str, Origin] = field(default_factory=dict)
    """How each of those devices was last read."""

    def quality(self, name: str, now: float) -> Quality:
        """What the age of a figure's own devices makes of it; GOOD where nobody knows them.

        Where a device behind it no longer answers, the one that gives it goes on with the last value: that is stale.
        """
        return _of_all(self.origins[key].quality_at(now) for key in self.made_of.get(name, ()) if key in self.origins)

    def older(self, now: float) -> dict[str, Quality]:
        """The same of each figure that is not GOOD; each device is judged once, and mostly all of them are of now."""
        devices = {key: origin.quality_at(now) for key, origin in self.origins.items()}
        if all(quality is Quality.GOOD for quality in devices.values()):
            return {}
        found = {name: _of_all(devices[key] for key in keys if key in devices) for name, keys in self.made_of.items()}
        return {name: quality for name, quality in found.items() if quality is not Quality.GOOD}

    def age_s(self, name: str, now: float) -> float | None:
        """How long ago the oldest of a figure's devices was read, s; None where one of them never was."""
        read = [self.origins[key].read_at for key in self.made_of.get(name, ()) if key in self.origins]
        known = [at for at in read if at is not None]
        return max(0.0, now - min(known)) if known and len(known) == len(read) else None

    def credible(self, field: str) -> float | None:
        """A figure as far as it may be reckoned with: None where there is none, or where it is doubtful."""
        value: float | None = getattr(self, field)
        return None if field in self.flags else value

    def to_json(self) -> dict[str, Any]:
        """Plain data, for `status --json`."""
        return asdict(self)

    def to_text(self) -> str:
        """The text of that, for the store, which keeps one a poll: `asdict` copies every value first."""
        return to_json(self, inf_nan_mode="null").decode()

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The overview that `to_json` gave; what else is there, of another version or damaged, is left out."""
        if not isinstance(data, dict):
            return cls()
        values = {name: found for name, take in _TAKEN.items() if (found := take(data.get(name))) is not None}
        return cls(**values)


_BEYOND = 2.0**53
"""No quantity of a station comes near it; NaN is on neither side."""
_MAX_SENTENCE = 1024


def _number(raw: object) -> float | None:
    """Only numbers that are finite; true is none."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not -_BEYOND < raw < _BEYOND:
        return None
    return raw


def _text(raw: object) -> str | None:
    return clean(raw) if isinstance(raw, str) else None


def _ac_input(raw: object) -> AcInput | None:
    if not isinstance(raw, dict):
        return None
    connected = raw.get("connected")
    return AcInput(_text(raw.get("type")), connected if isinstance(connected, bool) else None)


def _counts(raw: object) -> dict[str, int] | None:
    if not isinstance(raw, dict):
        return None
    return {clean(name): count for name, count in raw.items() if type(count) is int}


def _sentences(raw: object) -> dict[str, str] | None:
    if not isinstance(raw, dict):
        return None
    return {clean(name): clean(text, _MAX_SENTENCE) for name, text in raw.items() if isinstance(text, str)}


def _made_of(raw: object) -> dict[str, tuple[str, ...]] | None:
    if not isinstance(raw, dict):
        return None
    return {
        clean(name): tuple(clean(key) for key in keys if isinstance(key, str))
        for name, keys in raw.items()
        if isinstance(keys, list | tuple)
    }


def _origins(raw: object) -> dict[str, Origin] | None:
    if not isinstance(raw, dict):
        return None
    return {clean(key): _origin(it) for key, it in raw.items() if isinstance(it, dict)}


def _origin(raw: dict[str, object]) -> Origin:
    failures = raw.get("failures")
    state = next((each for each in ServiceState if each == raw.get("state")), ServiceState.LIVE)
    return Origin(
        _number(raw.get("read_at")),
        _number(raw.get("cadence_s")) or 0.0,
        failures if type(failures) is int else 0,
        state,
    )


_OTHERS: dict[str, Callable[[object], Any]] = {
    "ac_input": _ac_input,
    "mains": lambda raw: raw if raw in ("grid", "shore") else None,
    "system_state": _text,
    "firmware": _text,
    "gx_timezone": _text,
    "device_alarms": _counts,
    "flags": _sentences,
    "made_of": _made_of,
    "origins": _origins,
}
_TAKEN = {field.name: _OTHERS.get(field.name, _number) for field in fields(Overview)}
"""How each field is taken from data."""
