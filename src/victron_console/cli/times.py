"""Moments and lengths of time on the command line."""

from __future__ import annotations

from datetime import datetime

import click

from victron_console.config.amounts import span_s
from victron_console.model.clock import SystemClock


class Moment(click.ParamType[float]):
    """A moment: ISO 8601 (local time where no zone is given), or how long ago: `30m`, `12h`, `7d`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """UTC epoch seconds."""
        text = str(value)
        if (ago_s := span_s(text)) is not None:
            return SystemClock().now() - ago_s
        try:
            return datetime.fromisoformat(text).astimezone().timestamp()
        except (ValueError, OverflowError):  # a zone may lead out of the calendar
            self.fail(f"{text!r} is no time: write 2026-11-22T03:14, or how long ago, such as 12h or 7d.", param, ctx)


class Span(click.ParamType[float]):
    """A length of time of at least a second: `30s`, `1m`, `1h`."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if length_s := span_s(str(value)):
            return float(length_s)
        if length_s == 0:
            self.fail(f"{value!r} is too short: at least 1s.", param, ctx)
        self.fail(f"{value!r} is no length of time: write 30s, 1m or 1h.", param, ctx)
