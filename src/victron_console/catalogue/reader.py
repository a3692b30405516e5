"""Typed reader of catalogue.toml and enums.toml. It answers for known paths; an unknown path is shown as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from victron_console.catalogue.path_words import path_words


class Tier(StrEnum):
    """How often a value wants to be read."""

    FAST = "fast"
    MEDIUM = "medium"
    SLOW = "slow"
    RARE = "rare"


TIER_S: Mapping[Tier, float] = {Tier.FAST: 10.0, Tier.MEDIUM: 60.0, Tier.SLOW: 300.0, Tier.RARE: 3600.0}
"""Default seconds between two reads of a tier."""


class Kind(StrEnum):
    """What sort of value a path holds."""

    GAUGE = "gauge"
    COUNTER = "counter"
    """Only grows, may reset."""
    MOMENT = "moment"
    """UTC epoch in s; 0 is never."""
    ENUM = "enum"
    FLAG = "flag"
    BITMASK = "bitmask"
    TEXT = "text"
    ALARM = "alarm"
    """0 ok, 1 warning, 2 alarm."""


MORE_OF_A_POWER = 2


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the catalogue: what a path of a device class means."""

    service: str
    path: str
    """Without a leading slash; braces are placeholders."""
    key: str
    name: str
    kind: Kind
    tier: Tier
    level: int
    """1 shown and recorded by default, 2 device detail, 3 inventory."""
    unit: str = ""
    decimals: int | None = None
    """Decimals shown; None where the value is not a measured number."""
    deadband: float = 0.0
    enum: str = ""
    sign: str = ""
    note: str = ""
    safe: tuple[float, float] | None = None

    @property
    def kept_decimals(self) -> int | None:
        """Decimals that a reading is rounded to and kept at: more than are shown of a power, for they are added up.

        On recorded systems that makes 6 % more changes.
        """
        return self.decimals + MORE_OF_A_POWER if self.decimals is not None and self.unit == "W" else self.decimals


@dataclass(frozen=True, slots=True)
class EnumMap:
    """The texts of one enum or bit mask; numbers it does not know are shown as they are."""

    name: str
    kind: str
    values: Mapping[str, str]
    alarm: frozenset[str] = field(default_factory=frozenset)
    warning: frozenset[str] = field(default_factory=frozenset)

    def text(self, value: float | str) -> str:
        """The meaning of a value; the bare number where it is not known."""
        number = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        if self.kind == "bitmask" and number.isdigit() and number not in self.values:
            return self._bits(int(number))
        return self.values.get(number, number)

    def _bits(self, value: int) -> str:
        known = {int(k): v for k, v in self.values.items() if k.isdigit() and int(k) and int(k) & (int(k) - 1) == 0}
        names = [text for bit, text in sorted(known.items()) if value & bit]
        rest = value & ~sum(known)
        return ", ".join([*names, *([str(rest)] if rest else [])]) or str(value)


class Catalogue:
    """All metrics by device class and path, all enums by name, and what a path is called."""

    def __init__(
        self,
        metrics: list[Metric],
        enums: Mapping[str, EnumMap],
        alarm_extras: Mapping[str, list[str]],
        names: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._exact = {(m.service, m.path): m for m in metrics if "{" not in m.path}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Metric]]] = {}
        for metric in metrics:
            if "{" in metric.path:
                self._patterns.setdefault(metric.service, []).append((_pattern(metric.path), metric))
        self._alarm_extras = {
            cls: [_pattern(path.lstrip("/")) for path in paths] for cls, paths in alarm_extras.items()
        }
        self._names = {
            cls: [(_pattern(path.lstrip("/")), name) for path, name in rows.items()] for cls, rows in names.items()
        }
        self.metrics = tuple(metrics)
        self.enums = enums
        self.metric = lru_cache(maxsize=50_000)(self._metric)
        self.name = lru_cache(maxsize=50_000)(self._name)

    def _metric(self, cls: str, path: str) -> Metric | None:
        """The catalogue row of a path of a device class, or None where it is not known."""
        path = path.lstrip("/")
        for service in (cls, "*"):
            if found := self._exact.get((service, path)):
                return found
            for pattern, metric in self._patterns.get(service, ()):
                if pattern.fullmatch(path):
                    return metric
        return None

    def _name(self, cls: str, path: str) -> str:
        """What a path of a device class is called, with what tells it from its sisters: `Grid power L2`.

        A path that nobody named is called by its own words.
        """
        path = path.lstrip("/")
        if metric := self.metric(cls, path):
            return _filled(metric.name, _pattern(metric.path), path)
        for service in (cls, "*"):
            for pattern, name in self._names.get(service, ()):
                if pattern.fullmatch(path):
                    return _filled(name, pattern, path)
        return path_words(path)

    def enum_text(self, metric: Metric | None, value: float | str) -> str | None:
        """The meaning of an enum, flag, bit mask or alarm value; None where the metric has no words for it."""
        if metric is None:
            return None
        name = metric.enum or ("alarm_level" if metric.kind is Kind.ALARM else "")
        enum = self.enums.get(name)
        return enum.text(value) if enum else None

    def is_alarm(self, cls: str, path: str) -> bool:
        """Whether a path of a device class is one of the device's own alarms.

        Every leaf below `/Alarms`, with the exceptions of docs/facts/figures.md#alarm-paths: a tank's alarm settings
        are not alarms.
        """
        path = path.lstrip("/")
        if any(pattern.fullmatch(path) for each in (cls, "*") for pattern in self._alarm_extras.get(each, ())):
            return True
        if path.startswith("Alarms/"):
            return cls != "tank" or path.endswith("/State")
        return False


@cache
def _pattern(path: str) -> re.Pattern[str]:
    """The regular expression of a catalogue path: a placeholder stands for one path segment or a part of one.

    What each placeholder stands for is a group of its name; `{gauge}` may go over several segments.
    """
    parts = re.split(r"\{(\w+)\}", path)
    groups = [
        f"(?P<{part}>{_MATCHES.get(part, '[^/]+')})" if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    ]
    return re.compile("".join(groups))


_MATCHES = {
    "phase": "L[123]", "d": "[A-H]", "day": r"\d+", "n": r"\d+", "m": r"\d+", "tracker": r"\d+", "gauge": ".+",
}  # fmt: skip


def _filled(name: str, pattern: re.Pattern[str], path: str) -> str:
    """The name with what its placeholders stand for; those that it does not mention follow it."""
    found = pattern.fullmatch(path)
    parts = found.groupdict() if found else {}
    told = {part: _told(part, value) for part, value in parts.items()}
    rest = [value for part, value in told.items() if f"{{{part}}}" not in name]
    return " ".join([name.format_map(told), *rest])


def _told(part: str, value: str) -> str:
    """What a placeholder stands for within a name: the words of a segment, a number or a phase as it is."""
    if value.isdigit() or part in ("phase", "d", "service"):
        return value
    words = path_words(value)
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _metrics(data: dict[str, Any]) -> list[Metric]:
    rows = []
    for row in data["metric"]:
        safe = row.get("safe")
        rows.append(
            Metric(
                service=row["service"],
                path=row["path"].lstrip("/"),
                key=row["key"],
                name=row["name"],
                kind=Kind(row["kind"]),
                tier=Tier(row["tier"]),
                level=row["level"],
                unit=row.get("unit", ""),
                decimals=row.get("decimals"),
                deadband=row.get("deadband", 0.0),
                enum=row.get("enum", ""),
                sign=row.get("sign", ""),
                note=row.get("note", ""),
                safe=(safe[0], safe[1]) if safe else None,
            )
        )
    return rows


def _enums(data: dict[str, Any]) -> dict[str, EnumMap]:
    return {
        name: EnumMap(
            name=name,
            kind=table.get("kind", "int"),
            values={str(k): str(v) for k, v in table["values"].items()},
            alarm=frozenset(map(str, table.get("alarm", ()))),
            warning=frozenset(map(str, table.get("warning", ()))),
        )
        for name, table in data.items()
        if isinstance(table, dict) and "values" in table
    }


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with the package, read once a process."""
    folder = files("victron_console.catalogue")
    data = tomllib.loads((folder / "catalogue.toml").read_text(encoding="utf-8"))
    enums = tomllib.loads((folder / "enums.toml").read_text(encoding="utf-8"))
    return Catalogue(_metrics(data), _enums(enums), data["alarm_extras"], data["names"])
