"""Lengths of time in a configuration file."""

from __future__ import annotations

from pydantic import PlainValidator

from victron_console.config.amounts import span_s
from victron_console.config.fields import refusal


def span_between(least_s: int, most_s: int, expected: str, *, or_off: bool = False) -> PlainValidator:
    """Takes `5m` or `7d` as seconds, `off` as None where that may be; refuses any other with what was expected."""

    def seconds(value: object) -> int | None:
        found = span_s(value) if isinstance(value, str) else None
        if or_off and value == "off":
            return None
        if found is None or not least_s <= found <= most_s:
            raise refusal(expected)
        return found

    return PlainValidator(seconds)
