"""Which figures were made for LFP and say nothing of another battery. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.diagnosing.verdict.daily_findings import DailyFindings

HELD_BY_NO_LFP_V, LFP_FULL_V = 3.8, 3.3
FULL_PERCENT = 98.0
LEAST_MOMENTS = 24
"""Two hours of five minutes."""
LEAD = ("lead-acid", "agm", "gel")
_BAND = "the window is fitted to LFP cells; nobody has tested it on {kind}"
_HEAT = "the factor is that of LFP; {kind} ages by heat otherwise"
_COLD = "lithium plates on cold cells; {kind} may be charged in the cold"
_CELLS = "the limits are those of LFP cells; {kind} has none such"


def chemistry_of_cells(highest_v: FloatArray | None, soc_percent: FloatArray | None) -> str | None:
    """What the cells' voltages tell: none of LFP holds 3.8 V, none of NMC or NCA is full below it; None where unclear.

    LFP is charged to 3.45 to 3.65 V a cell, NMC and NCA to 4.1 to 4.2 V (the makers' data sheets). One moment is no
    chemistry: a cell that runs away is stopped before two hours are over.
    """
    if highest_v is None:
        return None
    with np.errstate(invalid="ignore"):
        if np.sum(highest_v > HELD_BY_NO_LFP_V) >= LEAST_MOMENTS:
            return "nmc"
        if soc_percent is None:
            return None
        full = highest_v[(soc_percent >= FULL_PERCENT) & np.isfinite(highest_v)]
    return "lfp" if len(full) >= LEAST_MOMENTS and LFP_FULL_V < np.median(full) < HELD_BY_NO_LFP_V else None


def only_of_lfp(found: DailyFindings, chemistry: str | None) -> DailyFindings:
    """The findings, those that do not apply to the battery withheld with a reason. LFP or unknown: as they are."""
    if chemistry is None or chemistry == "lfp":
        return found
    kind = "lead-acid" if chemistry in LEAD else chemistry.upper()

    def withheld(finding: Finding, reason: str) -> Finding:
        return Figure(finding.title, finding.unit, finding.method).not_identifiable(
            reason.format(kind=kind), finding.window
        )

    windows = tuple(withheld(window, _BAND) for window in found.replacement.windows)
    heat = replace(found.thermal, stress=withheld(found.thermal.stress, _HEAT))
    cells = found.imbalance
    if chemistry in LEAD:
        heat = replace(heat, cold_charging=withheld(heat.cold_charging, _COLD))
        cells = replace(cells, spread=withheld(cells.spread, _CELLS), growth=withheld(cells.growth, _CELLS))
    return replace(found, replacement=replace(found.replacement, windows=windows), thermal=heat, imbalance=cells)


def applies(name: str, chemistry: str | None) -> bool:
    """Whether an evidence means anything for a battery."""
    if chemistry is None or chemistry == "lfp":
        return True
    return name not in ("replacement", "heat", *(("cold charging", "cells") if chemistry in LEAD else ()))
