"""What is logged of a parameter that changed: its title and its values with their unit, never its name in rules."""

from __future__ import annotations

import re

from victron_console.alerts.language.syntax import Kind
from victron_console.alerts.rules.vocabulary import PARAMETERS
from victron_console.model.clock import span_words

_BY_NAME = re.compile(r"(\w+) is now (.+) \((.*)\), was (.+)")


def parameter_change(name: str, value: object, origin: str, before: object) -> str:
    """`Low charge warning: 35 % (station file), was 20 %`.

    Args:
        name: of the parameter, one of `PARAMETERS`.
        value: what it is now; None where it cannot be told any more.
        origin: where that comes from.
        before: what it was.
    """
    title = PARAMETERS[name].title
    return f"{title[0].upper()}{title[1:]}: {_said(name, value)} ({origin}), was {_said(name, before)}"


def without_name(text: str) -> str:
    """What was logged of a parameter, also by a version that logged its name: `soc_warn is now 35 (...), was 20.0`."""
    found = _BY_NAME.fullmatch(text)
    if found is None or found[1] not in PARAMETERS:
        return text
    name, value, origin, before = found.groups()
    return parameter_change(name, _read(value), origin, _read(before))


def _read(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return {"True": True, "False": False, "not known": None}.get(text, text)


def _said(name: str, value: object) -> str:
    known = PARAMETERS[name]
    if value is None:
        return "not known"
    if known.kind is Kind.TRUTH:
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return _chemistry(str(value)) if name == "chemistry" else str(value)
    if known.unit == "s":
        return span_words(value)
    digits = f"{value:.{2 if abs(value) >= 10 else 3}f}"
    return " ".join(filter(None, (digits.rstrip("0").rstrip("."), known.unit)))


def _chemistry(value: str) -> str:
    return value.upper() if len(value) == len("LFP") else value.replace("_", " ")
