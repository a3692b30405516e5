"""What one value from a station is worth. Pure: every JSON value gives a reading, none raises.

Shared by every source. Owns the rules of plausibility of a single value; what values say of each other is insight's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import count, islice, takewhile
from math import inf, isfinite
from types import MappingProxyType
from typing import NamedTuple

from pydantic_core import from_json

from victron_console.catalogue import Kind, Metric, catalogue
from victron_console.model.limits import NO_SENSOR_BELOW_C
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, rounded
from victron_console.model.text import MAX_JSON_TEXT, MAX_TEXT, clean

MAX_PATHS = 5000
"""Paths kept of one service; the largest seen (settings) has 800."""

_LARGEST = 2.0**53
"""Whole numbers beyond it lose digits on their way through the store; no station quantity comes near."""
_PERCENT_SLACK = 0.5
"""Rounding of a device that counts to 100 %: more than that is no state of charge."""
_MAX_DEPTH = 32
_MAX_NODES = 8192
"""As many as the text that is kept of a list could name, at two characters a node."""


class _Rule(NamedTuple):
    """What a path may hold: numbers in low..high; at or below `no_sensor` there is no value; text only if `text`."""

    decimals: int | None = None
    """What a number is rounded to; None where the catalogue does not say."""
    text: bool = True
    low: float = -_LARGEST
    high: float = _LARGEST
    no_sensor: float = -inf
    possible: str = ""
    """The range in words."""


def qualify(cls: str, path: str, raw: object, at: float) -> Reading:
    """The reading that a value as parsed from JSON makes.

    Booleans become 0 or 1; `[]` and null are absent; a value that is not finite, not storable, of the wrong type or
    out of physical range is implausible and says why; text is cleaned; lists and objects become their JSON text.
    Numbers are rounded to the decimals that are kept before anyone judges or shows them: that is what history keeps.

    Args:
        cls: device class, such as `battery`.
        path: cleaned path without a leading slash.
        raw: what the station sent.
        at: when it was asked for (UTC epoch, s).
    """
    kind = type(raw)
    rule = _rule(cls, path)
    if kind is float or kind is int:
        number: float = raw  # type: ignore[assignment]  # type() keeps booleans out, which isinstance would not
        if rule.low <= number <= rule.high:
            if kind is float and rule.decimals is not None:
                number = rounded(number, rule.decimals)
            return Reading(number, at) if number > rule.no_sensor else Reading(None, at, Quality.ABSENT)
        return _doubtful_number(number, rule, at)
    if kind is bool:
        return Reading(int(raw), at)  # type: ignore[call-overload]
    if raw is None or raw == []:
        return Reading(None, at, Quality.ABSENT)
    text = _text(raw) if isinstance(raw, str) else _json_text(raw)
    if rule.text:
        return Reading(text, at)
    found = "text" if isinstance(raw, str) else "a list" if isinstance(raw, list) else "an object"
    return Reading(text, at, Quality.IMPLAUSIBLE, f"{found} where a number belongs")


def read_tree(
    cls: str, tree: Mapping[str, object], at: float, before: Mapping[str, Reading] = MappingProxyType({})
) -> dict[str, Reading]:
    """The readings of a whole service by cleaned path, at most `MAX_PATHS` of them.

    Args:
        cls: device class.
        tree: what the station sent.
        at: when it was asked for (UTC epoch, s).
        before: those of the same device at its last read; where a value is still the same, its reading stands.
    """
    readings = {}
    for raw_path, raw in islice(tree.items(), MAX_PATHS):
        if not (path := clean_path(raw_path)):
            continue
        known = before.get(path)
        if known is None or not _stands(known, raw):
            fresh = qualify(cls, path, raw, at)
            if known is None or not _says_the_same(known, fresh):
                known = fresh
        readings[path] = known
    return readings


def _stands(known: Reading, raw: object) -> bool:
    """Whether a value is, unrounded, the one that a good reading holds: qualified again it would give the same."""
    return known.value == raw and type(known.value) is type(raw) and known.quality is Quality.GOOD


def _says_the_same(known: Reading, fresh: Reading) -> bool:
    return (
        known.value == fresh.value
        and type(known.value) is type(fresh.value)
        and known.quality is fresh.quality
        and known.reason == fresh.reason
    )


def parse_json(body: bytes) -> object:
    """The JSON value; NaN and Infinity are taken as they are.

    Raises:
        ValueError: it is none.
        RecursionError: it is nested too deep.
    """
    try:
        return from_json(body)
    except ValueError:
        if b"\\ud" not in body.lower():
            raise
        return json.loads(body)  # takes the lone surrogates that from_json refuses; they are cleaned with the rest


@lru_cache(maxsize=65_536)
def clean_path(raw: str) -> str:
    """A path as the station named it, cleaned, without a leading slash."""
    return clean(raw).strip("/")


@lru_cache(maxsize=65_536)
def _rule(cls: str, path: str) -> _Rule:
    metric = catalogue().metric(cls, path)
    if metric is None:
        return _Rule(no_sensor=NO_SENSOR_BELOW_C if path.endswith("Temperature") else -inf)
    if metric.kind is Kind.TEXT:
        return _Rule(metric.kept_decimals)
    if _is_share(metric):
        return _Rule(
            metric.kept_decimals, text=False, low=-_PERCENT_SLACK, high=100 + _PERCENT_SLACK, possible="0 to 100 %"
        )
    return _Rule(metric.kept_decimals, text=False, no_sensor=NO_SENSOR_BELOW_C if metric.unit == "°C" else -inf)


def _is_share(metric: Metric) -> bool:
    """Whether nature bounds the quantity to 0..100 %.

    The catalogue's `safe` is otherwise where a quantity is well, not where it is possible: a cell at 3.7 V or a grid
    at 260 V is an alarm and no mistake.
    """
    return metric.unit == "%" and metric.safe == (0, 100)


def _doubtful_number(number: float, rule: _Rule, at: float) -> Reading:
    if isinstance(number, float) and not isfinite(number):
        return Reading(str(number), at, Quality.IMPLAUSIBLE, "not a finite number")
    if not -_LARGEST <= number <= _LARGEST:
        text = str(number) if abs(number) < 10**40 else "a number of more than 40 digits"
        return Reading(text, at, Quality.IMPLAUSIBLE, "larger than any quantity of a station")
    return Reading(number, at, Quality.IMPLAUSIBLE, f"outside what is possible, {rule.possible}")


def _text(raw: str) -> str:
    """Text cleaned. Text that holds JSON is cleaned inside too: whoever parses it later must not get an escape back."""
    if raw.lstrip()[:1] not in ("{", "["):
        return raw if len(raw) <= MAX_TEXT and raw.isprintable() else clean(raw)
    if raw.isprintable() and "\\" not in raw:
        return clean(raw, MAX_JSON_TEXT)
    try:
        return _json_text(from_json(raw))
    except ValueError:
        return clean(raw, MAX_JSON_TEXT)


def _json_text(raw: object) -> str:
    return clean(json.dumps(_cleaned(raw, _MAX_DEPTH, count()), ensure_ascii=False), MAX_JSON_TEXT)


def _cleaned(raw: object, depth: int, nodes: Iterator[int]) -> object:
    """The structure with its texts cleaned and what JSON cannot hold as null.

    A list or an object ends with the node that exhausts `nodes`: a body of megabytes must not be copied for the
    16 KB that are kept of it.
    """
    if isinstance(raw, str):
        return clean(raw, MAX_JSON_TEXT)
    if isinstance(raw, float):
        return raw if isfinite(raw) else None
    if isinstance(raw, int) or raw is None:
        return raw if raw is None or -_LARGEST <= raw <= _LARGEST else None
    if depth == 0:
        return None
    if isinstance(raw, dict):
        items = takewhile(lambda _: next(nodes) < _MAX_NODES, raw.items())
        return {clean(str(key)): _cleaned(value, depth - 1, nodes) for key, value in items}
    if isinstance(raw, list | tuple):
        return [_cleaned(value, depth - 1, nodes) for value in takewhile(lambda _: next(nodes) < _MAX_NODES, raw)]
    return clean(str(raw))
