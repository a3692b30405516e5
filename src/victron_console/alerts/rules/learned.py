"""What a station teaches about itself over hours and days: nominal values, the highest charge limit, its mains.

At a restart it is taken from the recorded past; a station without a past begins with how it is set up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from statistics import median
from typing import Protocol

from victron_console.insight.overview.ac_side import ac_input, ac_inputs
from victron_console.insight.overview.battery_bank import limits_conflict
from victron_console.insight.overview.battery_roles import BatteryRoles, battery_roles, gives_limits
from victron_console.insight.overview.figures import system_of, text
from victron_console.model.snapshot import PHASES, DeviceState, Snapshot
from victron_console.model.units import DAY_S

MAINS_SPAN_S = 7 * DAY_S
MAINS_SHARE = 0.9
"""A mains input that was connected for 90 % of 7 days is expected to be there: judgement. A day off in a week is an
outage; a house that is off the grid more often lives on its generator."""
GRID = 1.0
"""`system /Ac/ActiveIn/Source` while the mains is connected (github.com/victronenergy/venus/wiki/dbus, system)."""

Points = Sequence[tuple[float, float | str | None]]


class History(Protocol):
    """The station's recorded past, to go on from after a restart."""

    def points(self, station: str, series: str, since: float, until: float) -> Points:
        """Changes of a series from `since` on, oldest first (UTC epoch, s); None where there was no value."""
        ...


class Reservoir:
    """Some samples of the last `span_s` seconds, at least `spacing_s` apart."""

    __slots__ = ("_samples", "spacing_s", "span_s")

    def __init__(self, span_s: float, spacing_s: float) -> None:
        self.span_s, self.spacing_s = span_s, spacing_s
        self._samples: deque[tuple[float, float]] = deque()

    def add(self, at: float, value: float | None) -> None:
        """Take a sample (UTC epoch, s) unless the last one is too near or there is none to take."""
        if value is None or (self._samples and at < self._samples[-1][0] + self.spacing_s):
            return
        self._samples.append((at, value))
        while self._samples[0][0] < at - self.span_s:
            self._samples.popleft()

    def recall(self, points: Points, now: float, read: Callable[[float], float | None] = lambda value: value) -> None:
        """Take samples of the recorded past, in which a value holds until the next one.

        Args:
            points: changes of the series, oldest first.
            now: where the past ends (UTC epoch, s).
            read: makes a sample of a value; None where it is none.
        """
        ends = [*(at for at, _ in points[1:]), now]
        for (begin, value), end in zip(points, ends, strict=False):
            if not isinstance(value, int | float):
                continue
            at = max(begin, now - self.span_s)
            while at < end:
                self.add(at, read(float(value)))
                at = max(at, self._samples[-1][0] if self._samples else at) + self.spacing_s

    def shift(self, seconds: float) -> None:
        """Move every sample in time: the clock was stepped."""
        self._samples = deque((at + seconds, value) for at, value in self._samples)

    @property
    def median(self) -> float | None:
        """The median; None where there is no sample."""
        return median(value for _, value in self._samples) if self._samples else None

    @property
    def highest(self) -> float | None:
        """The greatest value; None where there is no sample."""
        return max((value for _, value in self._samples), default=None)

    @property
    def share_until_last(self) -> float | None:
        """Of samples of 0 and 1: the share of 1 up to the last of them; None where there is none.

        What is off now does not speak against what it was while it was on.
        """
        values = [value for _, value in self._samples]
        while values and not values[-1]:
            values.pop()
        return sum(values) / len(values) if values else None


class Learned:
    """What is known of one station from its own past."""

    __slots__ = ("battery_v", "charge_limit_v", "grid_hz", "grid_v", "mains", "mains_set_up", "output_hz")

    def __init__(self) -> None:
        self.grid_hz = Reservoir(DAY_S, 600.0)
        self.grid_v = Reservoir(DAY_S, 600.0)
        self.output_hz = Reservoir(DAY_S, 600.0)
        self.battery_v = Reservoir(7 * DAY_S, 3600.0)
        self.charge_limit_v = Reservoir(3600.0, 60.0)
        """A BMS lowers its limit while cells are high: the highest of an hour is the one to judge by."""
        self.mains = Reservoir(MAINS_SPAN_S, 600.0)
        self.mains_set_up = False
        """An AC input is set to grid, and an ESS or a grid meter counts on it."""

    @property
    def mains_expected(self) -> bool:
        """Whether the mains should be there: as it was up to when it was last connected, else as it is set up."""
        share = self.mains.share_until_last
        return self.mains_set_up if share is None else share >= MAINS_SHARE

    @property
    def mains_reason(self) -> str:
        """Where `mains_expected` comes from."""
        share = self.mains.share_until_last
        if share is not None:
            return f"mains connected {share:.0%} of the time it was watched, at most 7 days back"
        return "AC input set to grid, and ESS or a grid meter" if self.mains_set_up else "no AC input in use as grid"

    def learn(self, snapshot: Snapshot) -> None:
        """Take from a station's present what only its past can tell."""
        at, source = snapshot.at, ac_input(snapshot)
        on_mains = source.type == "grid" and source.connected is True
        if source.connected is not None or self.mains.share_until_last is not None:
            self.mains.add(at, float(on_mains))
        wired = any(each.type == "grid" for each in ac_inputs(snapshot))
        counted_on = text(system_of(snapshot), "SystemType") == "ESS" or bool(snapshot.of_class("grid"))
        self.mains_set_up = wired and counted_on
        self.battery_v.add(at, _above(snapshot.number("system/0/Dc/Battery/Voltage"), 0.0))
        limiting = limiting_battery(battery_roles(snapshot))
        if limiting is not None and not limits_conflict(limiting):
            self.charge_limit_v.add(at, _above(snapshot.read(limiting.key, "Info/MaxChargeVoltage").number, 0.0))
        for device in snapshot.of_class("vebus", "multi", "acsystem"):
            self._learn_ac(snapshot, device, on_mains)

    def _learn_ac(self, snapshot: Snapshot, device: DeviceState, on_mains: bool) -> None:
        prefix = "Ac/ActiveIn" if device.key.cls == "vebus" else "Ac/In/1"
        for phase in PHASES:
            if on_mains:
                self.grid_hz.add(snapshot.at, _above(snapshot.read(device.key, f"{prefix}/{phase}/F").number, 40.0))
                self.grid_v.add(snapshot.at, _above(snapshot.read(device.key, f"{prefix}/{phase}/V").number, 80.0))
            self.output_hz.add(snapshot.at, _above(snapshot.read(device.key, f"Ac/Out/{phase}/F").number, 40.0))

    def recall(self, history: History, snapshot: Snapshot) -> None:
        """Go on where the recorded past ends: what the mains and the charge limit were before this start."""
        now = snapshot.at

        def points(series: str, span_s: float) -> Points:
            return history.points(snapshot.station, series, now - span_s, now)

        source = points("system/0/Ac/ActiveIn/Source", MAINS_SPAN_S)
        if not any(isinstance(value, int | float) for _, value in source):
            source = []
            if any(each.type == "grid" for each in ac_inputs(snapshot)):
                for device in snapshot.of_class("vebus")[:1]:
                    source = points(device.key.series("Ac/ActiveIn/Connected"), MAINS_SPAN_S)
        self.mains.recall(source, now, lambda value: float(value == GRID))
        limiting = limiting_battery(battery_roles(snapshot))
        if limiting is not None and not limits_conflict(limiting):
            limits = points(limiting.key.series("Info/MaxChargeVoltage"), self.charge_limit_v.span_s)
            self.charge_limit_v.recall(limits, now, lambda value: _above(value, 0.0))
        for device in snapshot.of_class("vebus")[:1]:
            on_grid = points(device.key.series("Ac/ActiveIn/L1/V"), self.grid_v.span_s)
            self.grid_v.recall(on_grid, now, lambda value: _above(value, 80.0))
            hertz = points(device.key.series("Ac/ActiveIn/L1/F"), self.grid_hz.span_s)
            self.grid_hz.recall(hertz, now, lambda value: _above(value, 40.0))

    def shift(self, seconds: float) -> None:
        """Move all samples in time: the clock was stepped."""
        for kept in (self.grid_hz, self.grid_v, self.output_hz, self.battery_v, self.charge_limit_v, self.mains):
            kept.shift(seconds)


def limiting_battery(roles: BatteryRoles) -> DeviceState | None:
    """Whose charge limit tells the chemistry: the BMS in control, else a pack's own BMS that nobody listens to."""
    return roles.bms or next((pack for pack in roles.packs if gives_limits(pack)), None)


def _above(value: float | None, limit: float) -> float | None:
    return value if value is not None and value > limit else None
