"""What a station file must name before anything is advised. Loads no array library: the collector asks it each hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def wants_advice(info: Mapping[str, Any]) -> bool:
    """Whether a station file names all that advice needs: tariff, powers, capacity, array and place."""
    ess, pv, place = (info.get(key) or {} for key in ("ess", "pv", "location"))
    capacity = (info.get("battery") or {}).get("capacity_ah")
    needs = (ess.get("tariff_file"), ess.get("charge_kw"), ess.get("discharge_kw"), capacity, pv.get("kwp"))
    return all(needs) and place.get("latitude") is not None
