"""What comes in against what goes out, and whether the difference can be losses. The one balance rule of the project.

Works on the figures of an overview; reads no device and keeps no history.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from victron_console.insight.overview.signs import possible_w
from victron_console.model.overview import Overview
from victron_console.model.station import ServiceState

MARGIN_W = 100.0
LOSS_SHARE = 0.15
"""Losses up to this share of the larger side (and `MARGIN_W`) are plausible (docs/facts/figures.md#balance)."""
GAIN_SHARE = 0.03
"""More out than in up to this share (and `MARGIN_W`) is what meters disagree by."""
BALANCED = (
    "grid_power_w",
    "genset_power_w",
    "pv_power_w",
    "other_dc_power_w",
    "load_power_w",
    "dc_load_power_w",
    "battery_power_w",
)
"""The overview fields that a balance is made of."""
NOTHING_BELOW_W = 20.0
"""Below this nothing flows that is worth a bar."""


class PartKind(StrEnum):
    """What a part of a bar is; it decides its fill and its name."""

    GRID = "grid"
    SHORE = "shore"
    GENSET = "genset"
    PV = "pv"
    DC_SOURCE = "dc source"
    UNMEASURED_SOURCE = "unmeasured source"
    BATTERY = "battery"
    EXPORT = "export"
    AC_LOAD = "ac load"
    DC_LOAD = "dc load"
    MOTOR = "motor"


class Rest(StrEnum):
    """What the difference of the two sides is called."""

    NONE = "none"
    LOSS = "loss+unmeasured"
    """More in than out, within bounds: drawn faint at the end of OUT."""
    UNMEASURED = "unmeasured"
    """More out than in, within bounds: drawn faint at the end of IN."""
    MISSING = "missing"
    """IN is short, out of bounds."""
    SURPLUS = "surplus"
    """OUT is short, out of bounds."""


class BalanceVerdict(StrEnum):
    """What can be said of a balance."""

    BALANCED = "balanced"
    UNBALANCED = "unbalanced"
    IDLE = "idle"
    """Nothing flows above 20 W."""
    UNKNOWN = "unknown"
    """A side is not measured, so that no difference can be judged."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the IN or the OUT bar; `power_w` is never negative."""

    kind: PartKind
    power_w: float


@dataclass(frozen=True, slots=True)
class Balance:
    """Both sides of a site, in W. Totals are of the measured parts only, without the rest."""

    sources: tuple[Part, ...]
    uses: tuple[Part, ...]
    verdict: BalanceVerdict
    rest: Rest

    @property
    def in_w(self) -> float:
        """All that comes in."""
        return sum(part.power_w for part in self.sources)

    @property
    def out_w(self) -> float:
        """All that goes out or is stored."""
        return sum(part.power_w for part in self.uses)

    @property
    def residual_w(self) -> float:
        """In minus out: losses and what nobody measures; negative where more goes out than comes in."""
        return self.in_w - self.out_w


def balance(overview: Overview) -> Balance:
    """The two sides of a site and the verdict on their difference."""
    sources, uses = _parts(overview)
    in_w, out_w = sum(p.power_w for p in sources), sum(p.power_w for p in uses)
    verdict = BalanceVerdict.UNKNOWN if unmeasured(overview) else judge(in_w, out_w)
    return Balance(sources, uses, verdict, _rest(in_w - out_w, verdict))


def unmeasured(overview: Overview) -> str:
    """What has no figure without which the two sides cannot be compared; empty where nothing is missing."""
    if overview.battery_power_w is None and overview.battery_voltage_v is not None:
        return "the battery's power"
    if overview.load_power_w is None and overview.dc_load_power_w is None:
        return "any load"
    if all(watts is None for watts in (overview.battery_power_w, overview.grid_power_w, overview.genset_power_w)):
        return "what evens it out: a battery, the mains or a genset"
    return _left(overview)


def _left(overview: Overview) -> str:
    """What a device that left used to give."""
    behind = {key for name in BALANCED for key in overview.made_of.get(name, ())}
    gone = [key for key in sorted(behind & overview.origins.keys()) if overview.origins[key].state is ServiceState.GONE]
    return f"what {gone[0]} gave, which is gone" if gone else ""


def judge(in_w: float, out_w: float) -> BalanceVerdict:
    """Whether losses can explain the difference: from -3 % - 100 W to +15 % + 100 W of the larger side."""
    larger = max(in_w, out_w)
    if larger < NOTHING_BELOW_W:
        return BalanceVerdict.IDLE
    low, high = -GAIN_SHARE * larger - MARGIN_W, LOSS_SHARE * larger + MARGIN_W
    return BalanceVerdict.BALANCED if low <= in_w - out_w <= high else BalanceVerdict.UNBALANCED


def _rest(residual_w: float, verdict: BalanceVerdict) -> Rest:
    if verdict is BalanceVerdict.UNBALANCED:
        return Rest.SURPLUS if residual_w > 0 else Rest.MISSING
    if verdict is not BalanceVerdict.BALANCED or abs(residual_w) < 0.5:
        return Rest.NONE
    return Rest.LOSS if residual_w > 0 else Rest.UNMEASURED


def _parts(overview: Overview) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The signed figures of an overview as parts of the two sides, each on the side its sign says.

    One whose sign is impossible is on neither: it says nothing of how much flows.
    """
    motors_w = overview.motor_power_w or 0.0
    loads_w = None if overview.dc_load_power_w is None else overview.dc_load_power_w - motors_w
    signed = (
        (overview.grid_power_w, PartKind(overview.mains), PartKind.EXPORT),
        (possible_w(overview, "genset_power_w"), PartKind.GENSET, PartKind.GENSET),
        (possible_w(overview, "pv_power_w"), PartKind.PV, PartKind.PV),
        (possible_w(overview, "other_dc_power_w"), PartKind.DC_SOURCE, PartKind.DC_SOURCE),
        (_negated(possible_w(overview, "load_power_w")), PartKind.AC_LOAD, PartKind.AC_LOAD),
        (_negated(overview.motor_power_w), PartKind.MOTOR, PartKind.MOTOR),
        (_negated(loads_w), PartKind.UNMEASURED_SOURCE, PartKind.DC_LOAD),
        (_negated(overview.battery_power_w), PartKind.BATTERY, PartKind.BATTERY),
    )
    sources = tuple(Part(kind, watts) for watts, kind, _ in signed if watts is not None and watts > 0)
    uses = tuple(Part(kind, -watts) for watts, _, kind in signed if watts is not None and watts < 0)
    return sources, uses


def _negated(watts: float | None) -> float | None:
    return None if watts is None else -watts
