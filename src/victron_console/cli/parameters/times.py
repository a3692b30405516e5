"""Moments and lengths of time on the command line."""

from __future__ import annotations

import click

from victron_console.config.amounts import span_s
from victron_console.model.clock import SystemClock
from victron_console.model.moments import parse_moment

WRITTEN = "2026-11-22T03:14, yesterday 3:14, 03:14, or how long ago, such as 12h or 7d"


class Moment(click.ParamType[float]):
    """A moment, written as `:at` of the console takes it: `7d`, `yesterday`, `yesterday 3:14`, `2026-11-22T03:14`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """UTC epoch seconds."""
        text = str(value)
        moment = parse_moment(text, SystemClock().now())
        if moment is None:
            self.fail(f"{text!r} is no time: write {WRITTEN}.", param, ctx)
        return moment


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
