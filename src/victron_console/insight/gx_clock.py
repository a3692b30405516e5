"""The clock of the GX device against ours, and when it last spoke to VRM by ours. Judges nothing."""

from __future__ import annotations

from math import inf

from victron_console.insight.overview.figures import last
from victron_console.model.limits import SKEW_LIMIT_S
from victron_console.model.snapshot import Snapshot


def gx_clock_skew_s(snapshot: Snapshot) -> float | None:
    """How far the clock of the GX is ahead of ours in s, by `platform Device/Time`; None where it gives none."""
    platform = snapshot.device("platform")
    reading = platform.readings.get("Device/Time") if platform else None
    if reading is None or not reading.last_number:
        return None
    return reading.last_number - reading.at


def vrm_contact_at(snapshot: Snapshot) -> float | None:
    """When the GX last spoke to VRM (UTC epoch, s): minus infinity where it never did, None where it does not say.

    The GX writes the moment down by its own clock; where that is off, the moment is corrected by what it is off now.
    """
    contact = last(snapshot.device("logger"), "Vrm/TimeLastContact")
    if contact is None:
        return None
    if contact <= 0:
        return -inf
    skew_s = gx_clock_skew_s(snapshot) or 0.0
    return contact - (skew_s if abs(skew_s) > SKEW_LIMIT_S else 0.0)
