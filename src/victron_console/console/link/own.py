"""Below everything on the Link screen: how the collector, the engines, the store and the console are."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.console.kit.format import age, clock, moment, rate
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import plain
from victron_console.console.link.data import OwnHealth
from victron_console.console.link.detail import joined
from victron_console.model.limits import SLOW_S

WRITTEN_LATE_S = 60.0
"""A store that was not written for longer is said: the collector writes each half second that brings something."""
ENGINE_BEHIND_S = 60.0
"""An engine that lacks less has all: it is asked each few seconds whether what it took is on its disk."""


@dataclass(frozen=True, slots=True)
class Own:
    """The collector, the store and this console."""

    health: OwnHealth
    now: float
    terminal_bytes_s: float
    received_bytes_s: float
    stations: int


def draw_own(width: int, height: int, own: Own) -> list[Line]:
    """The collector, the engines that it hands over to, the store and this console.

    In one row, where engines are told of only if they lack anything; or with a rule over them in a row each.
    """
    sheet = Sheet(width, height)
    collector, engines = _collector(own), _engines(own)
    if height == 1:
        lacking = [run for run in engines if run.role is Role.LINK_TEXT]
        sheet.runs(0, 1, joined([*collector[:1], *lacking, *collector[1:]], width - 2))
        return sheet.lines
    rows = [collector, _store(own), *([engines] if engines else [])]
    sheet.head(0, 1, width - 2, "COLLECTOR AND CONSOLE")
    for number, runs in enumerate(rows, 1):
        sheet.runs(number, 1, joined(runs, width - 2))
    return sheet.lines


def _collector(own: Own) -> list[Run]:
    """What is wrong before what is only good to know: the rest goes where there is no room."""
    holder, state = own.health.holder, own.health.collector
    if own.health.size is not None and holder is None:
        return [Run("no collector is running; nothing is recorded", Role.LINK_TEXT)]
    parts = [Run(f"collector {holder.pid} on {plain(holder.host)}" if holder else "collector", Role.TEXT2)]
    if state is None:
        return parts
    parts.append(Run(f"lag {state.lag_s:.1f} s", Role.LINK_TEXT if state.lag_s >= SLOW_S else Role.TEXT2))
    parts.append(Run(f"{state.dropped} given up", Role.LINK_TEXT if state.dropped else Role.TEXT3))
    if state.last_trouble and state.last_trouble_at is not None:
        parts.append(Run(f"{clock(state.last_trouble_at)} {plain(state.last_trouble)}", Role.LINK_TEXT))
    parts.append(Run(f"{state.stations} stations", Role.TEXT2))
    return [*parts, Run(f"since {moment(state.started_at, own.now)}", Role.TEXT3)]


def _engines(own: Own) -> list[Run]:
    """What each engine lacks, those that fail before the others."""
    runs = []
    for engine in sorted(own.health.engines, key=lambda engine: engine.failing_since is None):
        behind_s = 0.0 if engine.waiting_since is None else own.now - engine.waiting_since
        name = f"engine {plain(engine.name)}"
        refused = f", {engine.refused:,} refused" if engine.refused else ""
        if engine.failing_since is not None:
            words = f"{name} fails since {moment(engine.failing_since, own.now)}: {plain(engine.error)}"
        else:
            words = f"{name} {age(behind_s)} behind" if behind_s > ENGINE_BEHIND_S else f"{name} has all"
        calm = engine.failing_since is None and behind_s <= ENGINE_BEHIND_S
        runs.append(Run(words + refused, Role.TEXT3 if calm and not refused else Role.LINK_TEXT))
    return runs


def _store(own: Own) -> list[Run]:
    size = own.health.size
    parts = []
    if size is not None:
        parts.append(Run(f"store {_megabytes(size.size_bytes)} + log {_megabytes(size.wal_bytes)}", Role.TEXT2))
        written = None if size.last_at is None else own.now - size.last_at
        late = written is not None and written > WRITTEN_LATE_S
        parts.append(Run(f"written {age(written)} ago", Role.LINK_TEXT if late else Role.TEXT3))
    parts.append(Run(f"received {rate(own.received_bytes_s)}", Role.TEXT2))
    return [*parts, Run(f"terminal {rate(own.terminal_bytes_s)}", Role.TEXT2)]


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.2f} GB"
