"""What is wrong in a configuration, in sentences. Every fault at once, and never the text of a secret."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from victron_console.config.fields import Table
from victron_console.config.sources import SOURCES
from victron_console.config.station import StationConfig
from victron_console.model.text import clean

_NEVER_SHOWN = frozenset().union(*(settings.SECRETS for settings in SOURCES.values()))
PATH_AT_MOST = 1024
_LOGIN = re.compile(r"\S*@")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in the configuration: where, what was found there and what was expected."""

    file: Path
    line: int | None
    key: str
    """The dotted key inside its table, such as `battery.capacity_ah`; empty for a fault of the whole file."""
    found: str
    expected: str
    station: str = ""
    """The id of the station, as far as it is known."""

    def __str__(self) -> str:
        file = clean(str(self.file), PATH_AT_MOST)
        where = f"{file}, line {self.line}" if self.line else file
        what = " of ".join(filter(None, [self.key, self.station and f"station {self.station}"]))
        return f"{where}: {what + ': ' if what else ''}found {self.found}, expected {self.expected}."


class ConfigError(ValueError):
    """A station that cannot be used; the text holds every fault, one a line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault before it is known in which file and line it stands."""

    path: tuple[str, ...]
    found: str
    expected: str


def problems(error: ValidationError, model: type[Table]) -> list[Problem]:
    """The faults that pydantic found in one table of `model`, one for each key."""
    by_path: dict[tuple[str, ...], Problem] = {}
    for detail in error.errors(include_url=False):
        problem = _problem(detail, model)
        by_path.setdefault(problem.path, problem)
    return list(by_path.values())


def shown(value: object, path: Sequence[str] = ()) -> str:
    """A value as it may be printed: a table or list by its kind only, text cut and cleaned, a login left out."""
    match value:
        case _ if _NEVER_SHOWN.intersection(path):
            return "a value that is not shown here"
        case bool():
            return str(value).lower()
        case int() | float():
            return _number(value)
        case str():
            return f'"{_LOGIN.sub("…@", clean(value.split("?")[0], 60))}"'
        case dict():
            return "a table"
        case list() | tuple():
            return "a list"
        case _:
            return "a date or time"


def _number(value: float) -> str:
    return repr(value) if isinstance(value, float) or abs(value) < 10**12 else "a very large number"


def _problem(detail: ErrorDetails, model: type[Table]) -> Problem:
    path = tuple(str(part) for part in detail["loc"] if part != "[key]")
    context = detail.get("ctx", {})
    if detail["type"] == "extra_forbidden":
        return _unknown_key(path, model)
    if detail["type"] == "missing":
        return Problem(path, "nothing", _expected(path, model))
    if detail["type"] != "refused":
        return Problem(path, shown(detail["input"], path), _expected(path, model))
    if key := context["key"]:
        path = (*path[:-1], key)
    return Problem(path, context["found"] or shown(detail["input"], path), clean(context["expected"], 500))


def _unknown_key(path: tuple[str, ...], model: type[Table]) -> Problem:
    table = _table(path[:-1], model) or model
    short = {settings.SHORT_KEY for settings in SOURCES.values() if settings.SHORT_KEY}
    known = [*table.model_fields, *(short if table is StationConfig else ())]
    key = clean(path[-1], 60)
    if table is not StationConfig and model is StationConfig and key in short | model.model_fields.keys():
        expected = f"{key} above the first [station.…] table: below it, it belongs to that table"
    elif near := get_close_matches(key.lower(), known, n=1, cutoff=0.5):
        expected = f"a known key (did you mean {near[0]}?)"
    else:
        expected = f"one of {', '.join(known)}"
    return Problem(path, "an unknown key", expected)


def _expected(path: tuple[str, ...], model: type[Table]) -> str:
    """The description of the nearest described field on the way."""
    table: type[Table] | None = model
    sentence = "a table"
    for part in path:
        if part.isdigit():  # of a list of tables
            continue
        if table is None or part not in table.model_fields:
            break
        info = table.model_fields[part]
        sentence = info.description or sentence
        table = _table_of(info)
    return sentence


def _table(path: tuple[str, ...], model: type[Table]) -> type[Table] | None:
    table: type[Table] | None = model
    for part in path:
        if not part.isdigit():  # of a list of tables
            table = _table_of(table.model_fields[part]) if table and part in table.model_fields else None
    return table


def _table_of(info: FieldInfo) -> type[Table] | None:
    candidates: list[Any] = [info.annotation, *get_args(info.annotation)]
    return next((kind for kind in candidates if isinstance(kind, type) and issubclass(kind, Table)), None)
