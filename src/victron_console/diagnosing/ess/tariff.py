"""What energy costs by the hour: fixed, by time of day, or a list of prices. Reads text, opens no file."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

import numpy as np

from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.clock import local
from victron_console.model.units import HOUR_S


class BadTariff(ValueError):
    """A tariff cannot be read; the message says where and what was expected."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices per kWh in one currency: that of an hour comes first, then that of the time of day, then the fixed one."""

    buy: float
    sell: float = 0.0
    currency: str = "€"
    by_hour: Mapping[int, float] = field(default_factory=dict)
    """Buying price by local hour, 0 to 23."""
    hourly: Mapping[float, tuple[float, float | None]] = field(default_factory=dict)
    """Buying and selling price by begin of the hour (UTC epoch, s)."""

    def prices(self, begins: FloatArray, zone: tzinfo | None = None) -> tuple[FloatArray, FloatArray]:
        """Buying and selling price of each hour."""
        buy, sell = [], []
        for begin in begins.tolist():
            known = self.hourly.get(begin - begin % HOUR_S)
            buy.append(known[0] if known else self.by_hour.get(local(begin, zone).hour, self.buy))
            sell.append(known[1] if known and known[1] is not None else self.sell)
        return np.array(buy), np.array(sell)


def from_toml(text: str) -> Tariff:
    """Read `buy = 0.31`, `sell = 0.08`, `currency = "€"` and `[by_hour]` with spans: `"22-06" = 0.18`.

    Raises:
        BadTariff: it is no such table.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a TOMLDecodeError is a ValueError, as is a number without end
        raise BadTariff(f"the tariff is no TOML: {error}") from error
    if unknown := set(table) - {"buy", "sell", "currency", "by_hour"}:
        raise BadTariff(f"unknown key {sorted(unknown)[0]!r}: buy, sell, currency and by_hour are known")
    by_hour: dict[int, float] = {}
    for span, price in table.get("by_hour", {}).items():
        by_hour |= dict.fromkeys(_hours(span), _price(price, f"by_hour {span}"))
    if "buy" not in table:
        raise BadTariff("buy is missing: the price of a kWh outside the spans of by_hour")
    return Tariff(
        _price(table["buy"], "buy"), _price(table.get("sell", 0.0), "sell"), str(table.get("currency", "€")), by_hour
    )


def from_csv(text: str, zone: tzinfo | None = None) -> Tariff:
    """Read lines `time,buy[,sell]` with a header; times are ISO 8601, local where they name no zone, of full hours.

    The fixed price is the median of the list: hours that it does not hold are guessed so.

    Raises:
        BadTariff: a line is none of these; the message gives its number.
    """
    rows = csv.DictReader(io.StringIO(text.strip()))
    if not {"time", "buy"} <= set(rows.fieldnames or ()):
        raise BadTariff("the first line must name the columns: time,buy or time,buy,sell")
    hourly: dict[float, tuple[float, float | None]] = {}
    for number, row in enumerate(rows, start=2):
        where = f"line {number}"
        try:
            moment = datetime.fromisoformat(row["time"])
        except (TypeError, ValueError) as error:
            raise BadTariff(f"{where}: a time such as 2026-05-01T14:00 is expected, got {row['time']!r}") from error
        at = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
        if at % HOUR_S:
            raise BadTariff(f"{where}: a full hour is expected, got {row['time']!r}")
        sell = row.get("sell")
        hourly[at] = (_price(row["buy"], where), _price(sell, where) if sell else None)
    if not hourly:
        raise BadTariff("the list of prices is empty")
    sells = [sell for _, sell in hourly.values() if sell is not None]
    usual = float(np.median([buy for buy, _ in hourly.values()]))
    return Tariff(usual, float(np.median(sells)) if sells else 0.0, hourly=hourly)


def _hours(span: str) -> list[int]:
    first, dash, last = span.partition("-")
    try:
        begin, end = int(first), int(last)
    except ValueError as error:
        raise BadTariff(f"by_hour: a span such as 22-06 is expected, got {span!r}") from error
    if not dash or not 0 <= begin <= 23 or not 0 <= end <= 24 or begin == end:
        raise BadTariff(f"by_hour: hours from 0 to 24 that differ are expected, got {span!r}")
    return [hour % 24 for hour in range(begin, end if end > begin else end + 24)]


def _price(value: object, where: str) -> float:
    try:
        price = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise BadTariff(f"{where}: a price per kWh is expected, got {value!r}") from error
    if not math.isfinite(price):
        raise BadTariff(f"{where}: a finite price is expected, got {value!r}")
    return price
