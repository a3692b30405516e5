"""What a diagnosis adds to what is said of a site: the evidence that wants a visit, each as a clause. Pure."""

from __future__ import annotations

from victron_console.diagnosing.verdict.risk import Risk, Tier
from victron_console.insight.verdict.clause import Clause, Rank
from victron_console.insight.verdict.site_verdict import HealthWords
from victron_console.model.clock import local
from victron_console.model.text import clean

SAID: dict[str, tuple[str, frozenset[str]]] = {
    "SOH": ("Battery worn.", frozenset({"soh", "soh_trend"})),
    "capacity": ("Capacity is low.", frozenset({"soh", "soh_trend"})),
    "replacement": ("Replace battery soon.", frozenset({"replace"})),
    "cells": ("Cells drift apart.", frozenset({"spread", "cell", "spread_trend"})),
    "resistance": ("DC drop has grown.", frozenset({"r_int"})),
    "heat": ("Battery ages by heat.", frozenset({"temp_trend"})),
    "cold charging": ("Charged too cold.", frozenset({"temp_cold"})),
    "inverter": ("Inverter loses more.", frozenset({"eff"})),
    "link": ("Link is poor.", frozenset({"offline"})),
    "meters": ("A meter is wrong.", frozenset({"balance"})),
    "configuration": ("Setup is doubtful.", frozenset({"config"})),
    "packs": ("Packs differ in age.", frozenset()),
    "grid": ("Grid below standard.", frozenset({"volt", "freq"})),
}
"""By evidence: its short form, and the alarm families that say the same. Alarms themselves are no evidence here."""


def health_words(risk: Risk, diagnosed_at: float) -> tuple[HealthWords, ...]:
    """The evidence that wants a visit, the worst first, each with the day it is of.

    Args:
        risk: what was found.
        diagnosed_at: when (UTC epoch, s).
    """
    found = []
    for one in risk.evidence:
        if one.tier is None or one.tier < Tier.PLAN or one.name not in SAID:
            continue
        short, families = SAID[one.name]
        words = clean(one.words).partition(";")[0]
        clause = Clause(f"{words[:1].upper()}{words[1:]}, as of {local(diagnosed_at):%a}.", short, Rank.HEALTH)
        found.append(HealthWords(clause, families))
    return tuple(found)
