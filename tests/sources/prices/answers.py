"""Answers in the published shapes, made here, over the autumn change of 2025 in Berlin (26 October, 25 hours)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from victron_console.config.prices import PriceAccess
from victron_console.model.units import HOUR_S

MIDNIGHT = 1_761_429_600.0  # 2025-10-26 00:00 in Berlin, 22:00 UTC
AFTER = MIDNIGHT + 25 * HOUR_S
QUARTERS = [MIDNIGHT + 900.0 * n for n in range(100)]
ACCESS = {
    "energy-charts": PriceAccess("energy-charts", "DE-LU", "", ""),
    "awattar": PriceAccess("awattar", "de", "", ""),
    "octopus": PriceAccess("octopus", "E-1R-AGILE-24-10-01-C", "", ""),
    "tibber": PriceAccess("tibber", "", "", "tibber-token-5e7d"),
    "entsoe": PriceAccess("entsoe", "10Y1001A1001A82H", "", "entsoe-token-9c1b"),
}


def per_kwh(at: float) -> float:
    """What each of these lists says of a quarter of an hour; of the first of an hour it is below zero."""
    n = round((at - MIDNIGHT) / 900.0)
    return round((n // 4 - 3 if n % 4 == 0 else n) / 1000.0, 6)


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%MZ")


def energy_charts(quarters: list[float] = QUARTERS) -> bytes:
    return json.dumps({
        "license_info": "CC BY 4.0", "unix_seconds": [int(at) for at in quarters],
        "price": [round(per_kwh(at) * 1000, 3) for at in quarters], "unit": "EUR / MWh", "deprecated": False,
    }).encode()  # fmt: skip


def awattar(quarters: list[float] = QUARTERS) -> bytes:
    rows = [
        {"start_timestamp": int(at * 1000), "end_timestamp": int(at + 900) * 1000,
         "marketprice": round(per_kwh(at) * 1000, 3), "unit": "Eur/MWh"}
        for at in quarters
    ]  # fmt: skip
    return json.dumps({"object": "list", "data": rows, "url": "/de/v1/marketdata"}).encode()


def octopus(quarters: list[float] = QUARTERS) -> bytes:
    """Half hours, newest first, as the API sorts them."""
    halves = [at for at in reversed(quarters) if at % 1800 == 0]
    rows = [
        {"value_exc_vat": round(per_kwh(at) * 100 / 1.05, 4), "value_inc_vat": round(per_kwh(at) * 100, 4),
         "valid_from": iso(at).replace("Z", ":00Z"), "valid_to": iso(at + 1800).replace("Z", ":00Z"),
         "payment_method": None}
        for at in halves
    ]  # fmt: skip
    return json.dumps({"count": len(rows), "next": None, "previous": None, "results": rows}).encode()


def tibber(quarters: list[float] = QUARTERS, home: str = "96a14971-525a-4420-aae9-e5aedaa129ff") -> bytes:
    """Local times with the offset of their own hour: +02:00 before the change, +01:00 after it."""

    def there(at: float) -> str:
        zone = timezone(timedelta(hours=2 if at < MIDNIGHT + 3 * HOUR_S else 1))
        return datetime.fromtimestamp(at, zone).isoformat(timespec="milliseconds")

    rows = [{"total": per_kwh(at), "startsAt": there(at), "currency": "SEK"} for at in quarters]
    info = {"priceInfo": {"today": rows, "tomorrow": []}}
    homes = [{"id": "0", "currentSubscription": None}, {"id": home, "currentSubscription": info}]
    return json.dumps({"data": {"viewer": {"homes": homes}}}).encode()


def series(points: str, resolution: str = "PT15M", sequence: int = 1, curve: str = "A03", unit: str = "MWH") -> str:
    return (
        f"<TimeSeries><mRID>1</mRID><auction.type>A01</auction.type><currency_Unit.name>EUR</currency_Unit.name>"
        f"<price_Measure_Unit.name>{unit}</price_Measure_Unit.name>"
        f"<classificationSequence_AttributeInstanceComponent.position>{sequence}"
        f"</classificationSequence_AttributeInstanceComponent.position><curveType>{curve}</curveType>"
        f"<Period><timeInterval><start>{iso(MIDNIGHT)}</start><end>{iso(AFTER)}</end></timeInterval>"
        f"<resolution>{resolution}</resolution>{points}</Period></TimeSeries>"
    )


def point(place: int, price: float) -> str:
    return f"<Point><position>{place}</position><price.amount>{price:.2f}</price.amount></Point>"


def document(*parts: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n{before}<Publication_MarketDocument '
        'xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3"><mRID>a</mRID><type>A44</type>'
        f"<period.timeInterval><start>{iso(MIDNIGHT)}</start><end>{iso(AFTER)}</end></period.timeInterval>"
        f"{''.join(parts)}</Publication_MarketDocument>"
    ).encode()


def entsoe(quarters: list[float] = QUARTERS) -> bytes:
    return document(series("".join(point(n + 1, per_kwh(at) * 1000) for n, at in enumerate(quarters))))


ANSWERS = {
    "energy-charts": energy_charts, "awattar": awattar, "octopus": octopus, "tibber": tibber, "entsoe": entsoe
}  # fmt: skip
