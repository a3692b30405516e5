"""What a station file tells of time zone and advice. Loads no array library: the collector asks it each hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo


def wants_advice(info: Mapping[str, Any]) -> bool:
    """Whether a station file names all that advice needs: tariff, powers, capacity, array and place."""
    ess, pv, place = (info.get(key) or {} for key in ("ess", "pv", "location"))
    capacity = (info.get("battery") or {}).get("capacity_ah")
    needs = (ess.get("tariff_file"), ess.get("charge_kw"), ess.get("discharge_kw"), capacity, pv.get("kwp"))
    return all(needs) and place.get("latitude") is not None


def zone_of(info: Mapping[str, Any]) -> ZoneInfo | None:
    """The time zone of a station file's public part; None where it names none."""
    name = (info.get("location") or {}).get("timezone")
    return ZoneInfo(name) if name else None
