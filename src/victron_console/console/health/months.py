"""The availability of the latest month in figures, for rows and tables."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.diagnosing.verdict.kept_findings import AvailabilityRow


def last_month(rows: Sequence[AvailabilityRow]) -> list[AvailabilityRow]:
    """The rows of the latest month, the site's first."""
    latest = max((one.first_day for one in rows), default=None)
    return [one for one in rows if one.first_day == latest]


def percent(share: float) -> str:
    """Three digits beside nines: `99.95%`, never `100%` of what was down."""
    text = f"{100 * share:.2f}".rstrip("0").rstrip(".")
    return "<100%" if text == "100" and share < 1.0 else f"{text}%"
