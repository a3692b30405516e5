"""Inputs of rules as bound on a station: the device behind them, its freshness, and the value last taken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from victron_console.alerts.language.context import Input
from victron_console.alerts.language.inputs import FIELDS
from victron_console.alerts.language.values import NEVER, Truth, Value
from victron_console.model.device import DeviceKey
from victron_console.model.limits import NO_SENSOR_BELOW_C
from victron_console.model.quality import STALE_AT_LEAST_S, Quality, silent_after_s
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState


class DeviceWatch:
    """What the engine keeps of a device: when it was read, and what its age makes of it."""

    __slots__ = (
        "_last_read_at",
        "_stepped",
        "accepted",
        "alarm_paths",
        "evidence",
        "key",
        "name",
        "path_count",
        "plan",
        "quality",
        "service",
        "stale_after_s",
    )

    def __init__(self, key: DeviceKey) -> None:
        self.key = key
        self.service = ""
        self.name = ""
        """What its owner calls it; empty where nothing."""
        self.evidence = -math.inf
        """When it was last read, never later than the step that took it (UTC epoch, s)."""
        self.quality = Quality.STALE
        self.accepted = False
        """It has gone, and an operator no longer misses it."""
        self.stale_after_s = STALE_AT_LEAST_S
        self.path_count = -1
        self.plan: dict[tuple[str, str], PathInput] = {}
        self.alarm_paths: tuple[str, ...] = ()
        self._last_read_at: float = -math.inf
        self._stepped = False
        """The clock went back since: the next reading may be older than the last."""

    def take(self, device: DeviceState, now: float) -> bool:
        """Take over its state; whether it was read anew. A reading older than the last one is history, not news."""
        self.service, self.name = device.service, device.given_name
        self.stale_after_s = silent_after_s(device.cadence_s)
        self.quality = device.quality_at(now)
        self.accepted = device.accepted
        if self.quality is Quality.GONE:
            self.evidence = now  # that it has gone is itself seen
        read_at, last = device.read_at, self._last_read_at
        if read_at is None or read_at == last:
            return False
        if read_at < last and not (self._stepped and read_at <= now):
            return False
        self._last_read_at, self._stepped = read_at, False
        self.evidence = min(read_at, now)
        return True

    def age(self, now: float) -> bool:
        """Let it become stale by time; whether it did."""
        if self.quality is Quality.GOOD and now - self.evidence > self.stale_after_s:
            self.quality = Quality.STALE
            return True
        return False

    def shift(self, seconds: float) -> None:
        """Move its times: the clock was stepped."""
        self.evidence += seconds
        self._stepped = True
        for part in self.plan.values():
            part.shift(seconds)


class BoundInput(Input, Protocol):
    """An input of a rule, and the paths whose values it is made of."""

    def parts(self) -> Sequence[PathInput]:
        """What it is made of."""
        ...


class PathInput:
    """One path of a device, or a field of its JSON text."""

    __slots__ = ("_absent", "_value", "changed_at", "device", "field", "path", "seen")

    def __init__(self, device: DeviceWatch, path: str, field: str) -> None:
        self.device, self.path, self.field = device, path, field
        self.seen = False
        self.changed_at: float | None = None
        """When the value last became another one (UTC epoch, s)."""
        self._value: float | str | None = None
        self._absent = True

    @property
    def series(self) -> str:
        """The series' name."""
        return self.device.key.series(self.path)

    def parts(self) -> Sequence[PathInput]:
        """Itself."""
        return (self,)

    def take(self, reading: Reading | None, at: float) -> bool:
        """Take a reading; whether the value or its presence changed."""
        value, absent = self._usable(reading)
        if value == self._value and absent is self._absent:
            return False
        if self.seen:
            self.changed_at = at
        self._value, self._absent = value, absent
        self.seen = self.seen or value is not None
        return True

    def shift(self, seconds: float) -> None:
        """Move its time: the clock was stepped."""
        if self.changed_at is not None:
            self.changed_at += seconds

    def _usable(self, reading: Reading | None) -> tuple[float | str | None, bool]:
        if reading is None or reading.quality is Quality.ABSENT or reading.value is None:
            return None, True
        if reading.quality is Quality.IMPLAUSIBLE:
            return None, False
        value = reading.value
        if isinstance(value, str):
            return (FIELDS[self.field](value), False) if self.field else (value, False)
        if self.field or not math.isfinite(value):
            return None, False
        if value <= NO_SENSOR_BELOW_C and self.path.endswith("Temperature"):
            return None, True
        return float(value), False

    @property
    def history_s(self) -> float:
        """How far back its past is worth reading: a JSON text has to be parsed for each point."""
        return 3600.0 if self.field else math.inf

    def parsed(self, points: Sequence[tuple[float, float | str | None]]) -> list[tuple[float, float | str | None]]:
        """Recorded points of the path as points of this input."""
        if not self.field:
            return list(points)
        return [(at, FIELDS[self.field](text) if isinstance(text, str) else None) for at, text in points]

    @property
    def stale(self) -> bool:
        """Whether its device is stale, lost or gone."""
        return self.device.quality is not Quality.GOOD

    @property
    def valid(self) -> bool:
        """Whether it has a value now."""
        return self.device.quality is Quality.GOOD and self._value is not None

    def read(self) -> Value:
        """The value; None where it cannot be told, NEVER where there never was one."""
        if self.device.quality is not Quality.GOOD:
            return None
        if self._value is None:
            return None if self.seen or not self._absent else NEVER
        return self._value

    def or_default(self, default: float) -> Value:
        """The value, the default where a live device has none."""
        if self.device.quality is not Quality.GOOD:
            return None
        return default if self._value is None and self._absent else self._value

    def null(self) -> Truth:
        """Whether a live device gives no value; of one that has gone it gives none either."""
        if self.device.quality in (Quality.STALE, Quality.LOST):
            return None
        return self._value is None and self._absent

    def gone(self) -> Truth:
        """Whether its device has left the bus, and is missed."""
        if self.device.quality is Quality.GONE:
            return not self.device.accepted
        return None if self.stale else False


class UnboundInput:
    """An input that the station has never had."""

    changed_at: float | None = None
    seen = False
    stale = False

    def parts(self) -> Sequence[PathInput]:
        """Nothing."""
        return ()

    def read(self) -> Value:
        """NEVER."""
        return NEVER

    def or_default(self, default: float) -> Value:
        """The default."""
        return default

    def null(self) -> Truth:
        """There is no value."""
        return True

    def gone(self) -> Truth:
        """What was never there has not gone."""
        return False


UNBOUND = UnboundInput()
