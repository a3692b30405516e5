"""Judges what needs more than one poll: whether signs contradict each other, whether the two sides of a site agree.

Only the collector does so, once a poll; what it found is recorded, and everyone else takes it from there.
"""

from __future__ import annotations

from dataclasses import replace

from victron_console.insight.overview.balance import BalanceVerdict, balance, judge
from victron_console.insight.overview.figures import system_of
from victron_console.model.judgement import Judgement, PollMemory
from victron_console.model.overview import Overview
from victron_console.model.quality import STALE_AT_LEAST_S, STALE_CADENCES
from victron_console.model.snapshot import DeviceState, Snapshot

SIGN_CONFLICT_POLLS = 3
SIGN_CONFLICT_ABOVE_W = 50.0
"""Power and current of opposite sign are mostly two moments of one device: they are read one after the other."""

BALANCE_OVER_S = 60.0
"""Meters are read at different moments: a balance is judged on a mean of a minute."""

STATED_SHARE, STATED_W = 0.1, 100.0
"""An imbalance is stated anew once it moved by this share and these watts: a sentence that changes with every poll
cannot be read, and each change of it is recorded."""


def remember(snapshot: Snapshot, battery: DeviceState | None, shown: Overview, memory: PollMemory) -> PollMemory:
    """The memory with this poll in it.

    Args:
        snapshot: the station now.
        battery: the site's.
        shown: its figures.
        memory: what the poll before left.
    """
    owner = system_of(snapshot) or battery
    read_at = owner.read_at if owner and owner.read_at is not None else snapshot.at
    if memory.read_at is not None and read_at <= memory.read_at:
        return memory
    cadence_s = owner.cadence_s if owner else 0.0
    if memory.read_at is None or read_at - memory.read_at > _gap_s(cadence_s):
        memory = PollMemory()
    memory = _with_sides(shown, memory, read_at)
    polls = memory.conflicting_polls + 1 if _opposite(shown) else 0
    judgement = Judgement(polls >= SIGN_CONFLICT_POLLS, _imbalance_w(memory, read_at))
    return replace(memory, read_at=read_at, conflicting_polls=polls, judgement=judgement)


def momentary(shown: Overview) -> Judgement:
    """What one moment alone allows to say, where the polls before it were not judged."""
    sides = balance(shown)
    if sides.verdict is BalanceVerdict.UNKNOWN:
        return Judgement()
    return Judgement(imbalance_w=sides.residual_w if sides.verdict is BalanceVerdict.UNBALANCED else 0.0)


def _gap_s(cadence_s: float) -> float:
    """After so long without a reading what was before says nothing of now."""
    return max(BALANCE_OVER_S, STALE_AT_LEAST_S, STALE_CADENCES * cadence_s)


def _with_sides(shown: Overview, memory: PollMemory, read_at: float) -> PollMemory:
    """The memory with the means of both sides up to this reading."""
    sides = balance(shown)
    if sides.verdict is BalanceVerdict.UNKNOWN:
        return replace(memory, since=None, in_w=None, out_w=None)
    if memory.read_at is None or memory.in_w is None or memory.out_w is None:
        return replace(memory, since=read_at, in_w=sides.in_w, out_w=sides.out_w)
    share = min(1.0, (read_at - memory.read_at) / BALANCE_OVER_S)
    return replace(
        memory,
        in_w=memory.in_w + share * (sides.in_w - memory.in_w),
        out_w=memory.out_w + share * (sides.out_w - memory.out_w),
    )


def _imbalance_w(memory: PollMemory, read_at: float) -> float | None:
    if memory.since is None or memory.in_w is None or memory.out_w is None:
        return None
    if read_at - memory.since < BALANCE_OVER_S:
        return memory.judgement.imbalance_w
    if judge(memory.in_w, memory.out_w) is not BalanceVerdict.UNBALANCED:
        return 0.0
    now_w, stated_w = memory.in_w - memory.out_w, memory.judgement.imbalance_w
    if stated_w and now_w * stated_w > 0 and abs(now_w - stated_w) <= max(STATED_W, STATED_SHARE * abs(stated_w)):
        return stated_w
    return round(now_w, -1)


def _opposite(shown: Overview) -> bool:
    power_w, volts, amperes = shown.battery_power_w, shown.battery_voltage_v, shown.battery_current_a
    if power_w is None or volts is None or amperes is None:
        return False
    product_w = volts * amperes
    return power_w * product_w < 0 and min(abs(power_w), abs(product_w)) > SIGN_CONFLICT_ABOVE_W
