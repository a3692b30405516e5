"""Which figures stations are ranked by, and their places. Loads no array library until somebody asks for the places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from victron_console.diagnosing.verdict.kept_findings import Kept

if TYPE_CHECKING:
    from victron_console.diagnosing.verdict.peers import Ranked

COMPARED = {
    "soh.level": True,
    "imbalance.spread": False,
    "resistance.ratio": False,
    "efficiency.reference": True,
    "pv.specific": True,
    "cycles.per_year": False,
    "thermal.stress": False,
    "gx.link": True,
}
"""Figures that stations are ranked by, and whether more is better."""


def ranks(kept: Mapping[str, Kept], figure: str) -> list[Ranked]:
    """The stations that have one of these figures, the best first.

    Args:
        kept: by station what was last found.
        figure: one of `COMPARED`.
    """
    from victron_console.diagnosing.verdict.peers import ranked

    values = {station: one.value(figure) for station, one in kept.items()}
    return ranked(values, higher_is_better=COMPARED[figure])
