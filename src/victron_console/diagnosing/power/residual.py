"""What comes in against what goes out over hours, by the one balance rule of the project. Powers in W, D-Bus signs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.power.energy import Powers
from victron_console.diagnosing.record.timeline import BoolArray, FloatArray, checked
from victron_console.insight.overview.balance import GAIN_SHARE, LOSS_SHARE, MARGIN_W, NOTHING_BELOW_W
from victron_console.model.units import DAY_S

UNBALANCED_FROM_PERCENT = 50.0
LEAST_SAMPLES = 24
CLAMP_AGREES_TO, CLAMP_SELLS_FROM = 0.1, 0.25
"""Shares of the means: out of bounds with the meter turned, and selling what nothing gives (own judgement)."""
CLAMP = "the grid meter looks reversed, import and export swapped: turn its clamp or its setting"
METHOD = Method(
    name="share of the last day's means whose sources and uses differ by more than losses can",
    inputs=("PV, grid, genset, wind, alternator, load and battery power",),
    source="Plausible from -3 % - 100 W to +15 % + 100 W of the larger side (own judgement); else a meter is wrong.",
)
UNBALANCED = Figure("Unbalanced", "%", METHOD)
REST = Figure("Losses and unmeasured", "W", METHOD)


@dataclass(frozen=True, slots=True)
class Residual:
    """How well a site's meters agree."""

    unbalanced: Finding
    """Percent of the last day's means that are out of bounds."""
    median_w: Finding
    """Sources less uses: losses and what nobody measures."""

    @property
    def is_unbalanced(self) -> bool | None:
        """Whether most of the day was out of bounds; None where nobody can tell."""
        return None if self.unbalanced.value is None else self.unbalanced.value > UNBALANCED_FROM_PERCENT


def residual(powers: Powers) -> Residual:
    """Judge the last day.

    Raises:
        ValueError: the arrays do not belong together.
    """
    if powers.battery is None or powers.load is None or not len(powers.at):
        reason = "battery or load power is not measured"
        return Residual(UNBALANCED.unknown(reason), REST.unknown(reason))
    recent = powers.at > powers.at[-1] - DAY_S
    both = _sides(powers)
    checked(powers.at, *both)
    known = recent & np.isfinite(both[0]) & np.isfinite(both[1])
    in_w, out_w = both[0][known], both[1][known]
    larger = np.maximum(in_w, out_w)
    flowing = larger >= NOTHING_BELOW_W
    window = Window(since=float(powers.at[-1]) - DAY_S, until=float(powers.at[-1]), count=int(flowing.sum()))
    if window.count < LEAST_SAMPLES:
        reason = f"{window.count} means with power in the last day, {LEAST_SAMPLES} are needed"
        return Residual(UNBALANCED.insufficient(reason, window), REST.insufficient(reason, window))
    rest = in_w - out_w
    out = _out_of_bounds(in_w, out_w)
    share = 100.0 * float(np.mean(out[flowing]))
    hint = _clamp_hint(powers, known) if share > UNBALANCED_FROM_PERCENT else ""
    return Residual(
        UNBALANCED.value(share, window=window, confidence=hint),
        REST.value(float(np.median(rest[flowing])), window=window),
    )


def _out_of_bounds(in_w: FloatArray, out_w: FloatArray) -> BoolArray:
    """Where losses cannot explain the difference."""
    larger, rest = np.maximum(in_w, out_w), in_w - out_w
    found: BoolArray = (rest < -GAIN_SHARE * larger - MARGIN_W) | (rest > LOSS_SHARE * larger + MARGIN_W)
    return found


def _clamp_hint(powers: Powers, known: BoolArray) -> str:
    """What a grid meter the wrong way round shows: turned, all agrees; or more is sold than anything gives.

    The second also where the loads are reckoned from that meter, as a GX does, and cannot fall below nothing.
    """
    if powers.grid is None:
        return ""
    turned = [side[known] for side in _sides(replace(powers, grid=-powers.grid))]
    given = sum((np.maximum(value, 0.0) for value in (powers.pv, powers.genset) if value is not None), 0.0 * powers.at)
    given = given + (0.0 if powers.battery is None else np.maximum(-powers.battery, 0.0))
    sold = np.maximum(-powers.grid, 0.0)
    impossible = (sold > (1.0 + GAIN_SHARE) * given + MARGIN_W)[known]
    agrees = float(np.mean(_out_of_bounds(turned[0], turned[1]))) <= CLAMP_AGREES_TO
    return CLAMP if agrees or float(np.mean(impossible)) >= CLAMP_SELLS_FROM else ""


def _sides(powers: Powers) -> tuple[FloatArray, FloatArray]:
    """Sources and uses. A station without such a source has none; a NaN in what it has spoils the moment."""
    signed = [value for value in (powers.pv, powers.grid, powers.genset, powers.other) if value is not None]
    signed += [-value for value in (powers.load, powers.battery) if value is not None]
    columns = np.vstack(signed)
    return np.maximum(columns, 0.0).sum(axis=0), np.maximum(-columns, 0.0).sum(axis=0)
