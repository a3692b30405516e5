"""Lists of prices as they are kept beside the store, the past ones with the coming ones. Asks nobody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import FiniteFloat, TypeAdapter

from victron_console.model.station_info import PriceFacts
from victron_console.model.units import DAY_S
from victron_console.sources.prices.spot import QUARTER_S, SpotPrices

KEPT_S = 400 * DAY_S
"""As long as the diagnoses look back."""


@dataclass(frozen=True, slots=True)
class KeptPrices:
    """What is known of a list."""

    currency: str
    begins: tuple[FiniteFloat, ...]
    """Of the quarters of an hour (UTC epoch, s), in order."""
    prices: tuple[FiniteFloat, ...]
    """Per kWh."""
    fetched_at: FiniteFloat

    @property
    def until(self) -> float:
        """When the list ends (UTC epoch, s)."""
        return self.begins[-1] + QUARTER_S

    def joined(self, fresh: SpotPrices, now: float) -> KeptPrices:
        """With what was fetched just now, which wins; in another currency nothing of before stays."""
        before = dict(zip(self.begins, self.prices, strict=True)) if self.currency == fresh.currency else {}
        return keep(fresh.currency, before | dict(fresh.by_quarter), now)


_KEPT = TypeAdapter(KeptPrices)


def keep(currency: str, by_quarter: dict[float, float], now: float) -> KeptPrices:
    """These prices, at least one, without those of too long ago; the newest stay whatever the clock says."""
    since = max(by_quarter) - KEPT_S
    begins = sorted(begin for begin in by_quarter if begin >= since)
    return KeptPrices(currency, tuple(begins), tuple(round(by_quarter[begin], 7) for begin in begins), now)


def file_of(store: Path, station: str, facts: PriceFacts) -> Path:
    """Where a station's list is kept. Stations of one list share it, but for contracts, which are each their own."""
    own = station if facts.source == "tibber" else ""
    name = hashlib.sha256(repr((facts.source, facts.zone, facts.url, own)).encode()).hexdigest()[:16]
    return store.with_name(f"{store.name}.prices") / f"prices-{name}.json"


def load(file: Path) -> KeptPrices | None:
    """What a file keeps; None where there is none or it is damaged: then it is asked for again."""
    try:
        found = _KEPT.validate_json(file.read_bytes())
    except (OSError, ValueError):
        return None
    return found if 0 < len(found.begins) == len(found.prices) else None


def save(file: Path, kept: KeptPrices) -> None:
    """Keep a list, whole or as it was.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_bytes(_KEPT.dump_json(kept))
    fresh.replace(file)
