"""How urgently a station wants attention: tiers from independent evidence. Not a probability: nobody logged failures.

The tier is that of the worst evidence, never a sum. What is not known is `unknown`, never healthy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Any

from victron_console.diagnosing.finding import Finding, Method
from victron_console.model.units import DAY_S

ENOUGH_COVERAGE = 0.6
REMEMBERED_S = 180 * DAY_S
"""Evidence that nothing has confirmed for half a year is no longer known, in neither direction (own judgement)."""
METHOD = Method(
    name="tier of the worst of independent evidence",
    inputs=("the findings of battery, inverter and GX device",),
    source="Own judgement of the limits; without labelled failures no probability can be given.",
)


class Tier(IntEnum):
    """What to do."""

    OK = 0
    WATCH = 1
    PLAN = 2
    """Put it on the list of the next visit."""
    ACT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One independent reason, or the lack of knowledge about it."""

    name: str
    tier: Tier | None
    """None where it is not known."""
    words: str
    """The figure and its limit, or why it is not known."""
    seen_at: float | None = None
    """When it was last known (UTC epoch, s)."""
    fresh: bool = True
    """False where it is remembered: it still counts, but not as covered."""


@dataclass(frozen=True, slots=True)
class Risk:
    """A station's tier and what made it."""

    tier: Tier
    evidence: tuple[Evidence, ...]
    """Worst first, unknown last."""
    coverage: float
    """Share of the evidence that is known and fresh, 0 to 1."""
    method: Method = METHOD

    @property
    def healthy(self) -> bool:
        """Whether nothing was found and enough was looked at to say so."""
        return self.tier is Tier.OK and self.coverage >= ENOUGH_COVERAGE

    @property
    def word(self) -> str:
        """`ok`, `watch`, `plan`, `act`; `unknown` where nothing was found for want of data."""
        return self.tier.name.lower() if self.tier is not Tier.OK or self.healthy else "unknown"

    @property
    def unknown(self) -> tuple[Evidence, ...]:
        """What was not known."""
        return tuple(one for one in self.evidence if one.tier is None)


def assess(evidence: Sequence[Evidence], before: Risk | None = None, at: float | None = None) -> Risk:
    """The tier of a station.

    Args:
        evidence: one a name; a name left out is as unknown as one without a tier.
        before: what was found last; evidence known then and not now is remembered, so that no lost input heals.
        at: now (UTC epoch, s); what was last seen half a year before it is unknown again. None: nothing is too old.
    """
    current = {one.name: one for one in evidence}
    for old in before.evidence if before else ():
        now = current.get(old.name)
        if at is not None and old.tier is not None and old.seen_at is not None and at - old.seen_at > REMEMBERED_S:
            current.setdefault(old.name, replace(old, tier=None, words="last seen half a year ago", fresh=False))
        elif now is None or (now.tier is None and old.tier is not None):
            words = f"{old.words} (remembered: {now.words if now else 'not looked at'})"
            current[old.name] = replace(old, fresh=False, words=words if old.fresh else old.words)
    rows = sorted(current.values(), key=lambda one: (-(one.tier if one.tier is not None else -1), one.name))
    tier = max((one.tier for one in rows if one.tier is not None), default=Tier.OK)
    known = sum(one.tier is not None and one.fresh for one in rows)
    return Risk(tier, tuple(rows), known / len(rows) if rows else 0.0)


def judged(name: str, finding: Finding, watch: float, plan: float, act: float) -> Evidence:
    """A finding against three limits: rising ones where more is worse, falling ones where less is."""
    if finding.value is None:
        return Evidence(name=name, tier=None, words=finding.reason or f"no {finding.title}")
    rising = act >= watch
    limits = ((Tier.ACT, act), (Tier.PLAN, plan), (Tier.WATCH, watch))
    reached = (
        (tier, limit) for tier, limit in limits if (finding.value >= limit if rising else finding.value <= limit)
    )
    tier, limit = next(reached, (Tier.OK, watch))
    unit = f" {finding.unit}" if finding.unit else ""
    side = "from" if rising else "down to"
    words = f"{finding.title} {finding.value:.3g}{unit}; {(tier or Tier.WATCH).name.lower()} {side} {limit:g}{unit}"
    return Evidence(name=name, tier=tier, words=words, seen_at=finding.window.until or None)


def told(name: str, reasons: Sequence[str] | None, tier: Tier = Tier.ACT, seen_at: float | None = None) -> Evidence:
    """Evidence that is there or not: a module offline, an alarm. None: nobody can tell."""
    if reasons is None:
        return Evidence(name=name, tier=None, words="not reported")
    return Evidence(
        name=name, tier=tier if reasons else Tier.OK, words="; ".join(reasons) or "nothing reported", seen_at=seen_at
    )


def to_json(risk: Risk) -> dict[str, Any]:
    """What to keep until the next assessment."""
    return {"evidence": [asdict(one) | {"tier": None if one.tier is None else int(one.tier)} for one in risk.evidence]}


def from_json(data: Mapping[str, Any]) -> Risk:
    """A kept risk, for `assess`.

    Raises:
        KeyError, TypeError, ValueError: it is not what `to_json` made.
    """
    rows = [Evidence(**one | {"tier": None if one["tier"] is None else Tier(one["tier"])}) for one in data["evidence"]]
    return assess(rows)
