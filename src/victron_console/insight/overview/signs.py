"""Signs that a kind of figure cannot have: such a figure is shown, doubted, and added to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from victron_console.model.overview import Overview

STANDBY_W = -100.0
"""Down to this a source may draw: the stand-by of some inverters at night, meters read at different moments."""
GENSET_STANDBY_W = -50.0

_LEAST_W = {
    "pv_power_w": STANDBY_W,
    "pv_dc_power_w": STANDBY_W,
    "pv_ac_power_w": STANDBY_W,
    "other_dc_power_w": STANDBY_W,
    "genset_power_w": GENSET_STANDBY_W,
    "load_power_w": STANDBY_W,
}
"""By field of `Overview`: none of these can run backwards."""


def runs_backwards(field: str, watts: float | None) -> bool:
    """Whether a power has a sign that its kind cannot have, beyond what stand-by and reading times explain."""
    return watts is not None and field in _LEAST_W and watts < _LEAST_W[field]


def possible_course(field: str, watts: Sequence[float | None]) -> list[float | None]:
    """A power over time; None where its sign is impossible, too. A day of it is judged on each refresh of a screen."""
    least_w = _LEAST_W.get(field, -inf)
    return [None if value is not None and value < least_w else value for value in watts]


def possible_w(shown: Overview, field: str) -> float | None:
    """A power of an overview; None where its sign is impossible, too."""
    watts: float | None = getattr(shown, field)
    parts = ("pv_dc_power_w", "pv_ac_power_w") if field == "pv_power_w" else ()
    return None if any(runs_backwards(each, getattr(shown, each)) for each in (field, *parts)) else watts
