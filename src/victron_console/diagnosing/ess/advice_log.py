"""The log's lines of advice read back: what was advised by the hour, and what came of it. Loads no array library.

Both are events of the kind `advice`: one that advises holds `steps` and `prices` (`station_advice`), one that looks
back holds `came` (`station_outcome`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, ValidationError

from victron_console.model.text import clean
from victron_console.model.units import HOUR_S
from victron_console.store.records import Event

KIND = "advice"
CAME = "What came of the advice"
"""How the lines begin that look back."""
SELF = "self-consumption"
HOLDS_S = 26 * HOUR_S
"""Advice is told at least once a local day: an older one holds no more."""


class Followed(StrEnum):
    """Whether the battery did what was advised."""

    YES = "followed"
    PARTLY = "followed in part"
    NO = "not followed"
    UNKNOWN = "unknown whether followed"


@dataclass(frozen=True, slots=True)
class HourAdvised:
    """What an advice says of one hour."""

    mode: str
    power_w: float
    """Mean battery power of the plan, + charging."""
    soc_percent: float
    """At the end of its step."""
    buy: float
    sell: float
    """Prices per kWh."""


@dataclass(frozen=True, slots=True)
class Told:
    """An advice as it was told."""

    at: float
    text: str
    hours: Mapping[float, HourAdvised]
    """By begin (UTC epoch, s); empty where none could be given."""
    saving_a_day: float
    reserve_kwh: float
    floor_kwh: float
    """Where the ESS itself stops discharging."""
    currency: str
    pv: Mapping[str, Any]
    """`low`, `usual`, `high` of all hours, kWh; `words`: what they rest on, so many `days`. Empty without an advice."""

    @property
    def change(self) -> bool:
        """Whether it advises anything else than self-consumption."""
        return any(hour.mode != SELF for hour in self.hours.values())


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a local day's advice. Money in the tariff's currency."""

    day: date
    at: float
    text: str
    followed: Followed
    expected: float
    """What the advice was to save."""
    saved: float | None
    """None where it cannot be told or was not followed."""
    cost: float | None
    """Bought less sold, as measured."""
    usual_cost: float | None
    """The same, had the battery followed the sun."""
    currency: str
    reason: str = ""
    """Why the cost cannot be told; empty where it is."""


Number = Annotated[float, Strict(), Field(ge=-1e9, le=1e9)]
Moment = Annotated[float, Strict(), Field(ge=0, lt=2**32)]
Text = Annotated[str, Strict(), AfterValidator(clean)]
MOST = 400
"""Hours or steps of an advice; we write some fifty."""


class _Details(BaseModel):
    """What the log holds may have come with somebody's bundle: it is checked before anything counts with it."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _Prices(_Details):
    since: Moment
    buy: list[Number] = Field(max_length=MOST)
    sell: list[Number] = Field(max_length=MOST)


class _Sun(_Details):
    low: Number
    usual: Number
    high: Number
    days: Annotated[int, Strict(), Field(ge=0, le=100_000)] = 0
    """That the forecast was held against."""
    words: Text


class _ToldDetails(_Details):
    saving_a_day: Number | None = None
    reserve_kwh: Number | None = None
    floor_kwh: Number | None = None
    currency: Text = ""
    pv: _Sun | None = None
    prices: _Prices | None = None
    steps: list[tuple[Moment, Moment, Text, Number, Number]] = Field(default=[], max_length=MOST)


class _CameDetails(_Details):
    day: date = Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))
    followed: Followed
    expected: Number
    saved: Number | None
    cost: Number | None
    usual_cost: Number | None
    currency: Text
    reason: Text


def told_of(event: Event) -> Told | None:
    """The advice of a log line; None where it is none, or not as we write them."""
    if event.kind != KIND or "came" in event.details:
        return None
    try:
        told = _ToldDetails.model_validate(event.details)
    except ValidationError:
        return None
    return Told(
        at=event.at, text=event.text, hours=_hours(told), saving_a_day=told.saving_a_day or 0.0,
        reserve_kwh=told.reserve_kwh or 0.0, floor_kwh=told.floor_kwh or 0.0, currency=told.currency,
        pv=told.pv.model_dump() if told.pv else {},
    )  # fmt: skip


def came_of(event: Event) -> Came | None:
    """What a log line says came of a day's advice; None where it says nothing of that, or not as we write it."""
    if event.kind != KIND or "came" not in event.details:
        return None
    try:
        came = _CameDetails.model_validate(event.details["came"])
    except ValidationError:
        return None
    return Came(at=event.at, text=event.text, **came.model_dump())


def in_force(told: Sequence[Told], begin: float) -> Told | None:
    """The latest advice that was known when an hour began; None where that advised nothing for it."""
    last = max((one for one in told if one.at <= begin), key=lambda one: one.at, default=None)
    return last if last is not None and begin in last.hours else None


def same_course(before: Told, now: Told, at: float) -> bool:
    """Whether two advices ask for the same from a moment on, as far as both reach; then the log need not repeat it."""
    if not before.hours or not now.hours:
        return before.text == now.text
    both = [begin for begin in before.hours.keys() & now.hours.keys() if begin + HOUR_S > at]
    return bool(both) and all(_course(before.hours[begin]) == _course(now.hours[begin]) for begin in both)


def _course(hour: HourAdvised) -> tuple[str, float, float]:
    return hour.mode, hour.buy, hour.sell


def _hours(told: _ToldDetails) -> dict[float, HourAdvised]:
    if told.prices is None:
        return {}
    found = {}
    for n, (buy, sell) in enumerate(zip(told.prices.buy, told.prices.sell, strict=False)):
        begin = told.prices.since + n * HOUR_S
        own = next((step for step in told.steps if step[0] <= begin < step[1]), None)
        _, _, mode, watts, soc = own or (0.0, 0.0, SELF, 0.0, 0.0)
        found[begin] = HourAdvised(mode, watts, soc, buy, sell)
    return found
