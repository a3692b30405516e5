"""Under the links: one station's hour, its services and its log."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from victron_console.alerts.engine.coverage import Blind
from victron_console.console.kit.event_words import event_text
from victron_console.console.kit.format import (
    ABSENT,
    GAP,
    age,
    clock_s,
    duration,
    moment,
    round_trip,
    spark,
)
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, plain, width_of
from victron_console.console.link.data import MINUTES, Link, LinkDetail
from victron_console.console.link.row import skew
from victron_console.model.device import suffix_of
from victron_console.model.limits import SLOW_S
from victron_console.model.quality import Quality
from victron_console.model.station import ServiceState
from victron_console.store.answers import LinkMinute, ServiceRow
from victron_console.store.records import Event

SIDE_BY_SIDE = 180
"""From this width on the log stands beside the services."""
_LOG_START = 122
_LOG_ROWS = 6
_HOUR_TEXT = 36
"""Cells of the hour's lines that are words."""
_QUALITIES = (Quality.LOST, Quality.GONE, Quality.STALE, Quality.GOOD, Quality.ABSENT)


def draw_link_detail(
    width: int,
    height: int,
    link: Link | None,
    detail: LinkDetail | None,
    now: float,
    *,
    offset: int = 0,
    blind: Sequence[Blind] = (),
) -> list[Line]:
    """The station's part, at most so many rows; `offset` services are scrolled away, `blind` rules lack something."""
    sheet = Sheet(width, height)
    if link is None:
        return sheet.lines
    end = width - 2
    name = cut(plain(link.site.name).upper(), 40)
    sheet.head(0, 1, end, name, cut(plain(link.state.api), max(0, end - width_of(name) - 8)))
    row = 1
    for parts in _about(link, now):
        sheet.runs(row, 1, joined(parts, end))
        row += 1
    if detail is None or detail.station != link.site.id:
        return sheet.lines
    if blind:
        sheet.runs(row, 1, joined(_cannot_judge(blind), end))
        row += 1
    columns = min(MINUTES, end - _HOUR_TEXT)
    sheet.runs(row, 1, _hour(detail.minutes, columns))
    sheet.runs(row + 1, 1, _errors(detail.minutes, columns))
    row += 2 if height < 12 else 3
    beside = width >= SIDE_BY_SIDE
    log_rows = 0 if beside or height < 20 else min(_LOG_ROWS, len(detail.events) + 1)
    limit = height - (log_rows + 1 if log_rows else 0)
    after = _draw_services(sheet, row, _LOG_START - 4 if beside else end, limit, detail.services, now, offset)
    if beside:
        _draw_log(sheet, row, _LOG_START, end, height, detail.events, now)
    elif log_rows:
        _draw_log(sheet, after + 1, 1, end, height, detail.events, now)
    return sheet.lines


def _about(link: Link, now: float) -> list[list[Run]]:
    """The state in words, and what is not in the row; parts that are left out from the right."""
    site, state = link.site, link.state
    bright = site.quality is Quality.GOOD and not link.aside
    state_runs = [Run(str(site.state), Role.TEXT1 if bright else Role.LINK_TEXT, bold=True)]
    if site.since:
        state_runs.append(Run(f"since {moment(site.since, now)}", Role.TEXT2))
    if site.reason:
        state_runs.append(Run(plain(site.reason), Role.TEXT1))
    facts = []
    if state.next_try_at is not None:
        tries = f"{state.failures} failed, tried again in {duration(max(0.0, state.next_try_at - now))}"
        facts.append(f"{tries} at {clock_s(state.next_try_at)}")
    facts.append(f"clock {skew(state.clock_skew_s)}" if state.clock_skew_s is not None else "gives no time")
    facts.append(_vrm(site.vrm_age_s))
    if site.overview.firmware:
        facts.append(f"Venus {plain(site.overview.firmware)}")
    if state.last_error and state.last_error != site.reason and state.last_error_at is not None:
        facts.append(f"last error {moment(state.last_error_at, now)}: {plain(state.last_error)}")
    return [state_runs, [Run(fact) for fact in facts]]


def _cannot_judge(blind: Sequence[Blind]) -> list[Run]:
    """The alarm rules that lack something here, those first that can say nothing at all."""
    first = sorted(blind, key=lambda one: not one.wholly)
    titles = ", ".join(dict.fromkeys(one.title for one in first))
    rules = "alarm rule lacks" if len(blind) == 1 else "alarm rules lack"
    return [Run(f"{len(blind)} {rules} what to judge by: {titles}", Role.TEXT2)]


def _vrm(age_s: float | None) -> str:
    if age_s is None:
        return "VRM unknown"
    return "VRM never reached" if age_s == math.inf else f"VRM {age(age_s)} ago"


def _hour(minutes: Sequence[LinkMinute | None], columns: int) -> list[Run]:
    """The round trip by minute, with a gap where nothing was asked, and its mean and longest."""
    values = [minute.round_trip_mean_s if minute else None for minute in minutes[-columns:]]
    known = [value for value in values if value is not None]
    marks = spark(values, 0.0, max(known, default=1.0))
    runs = [Run("round trip  ", Role.TEXT3)]
    runs += [Run(mark, Role.LINK_TEXT if mark == GAP else Role.CHART) for mark in marks]
    if known:
        longest = max(minute.round_trip_max_s or 0.0 for minute in minutes[-columns:] if minute)
        runs.append(Run(f"  {round_trip(sum(known) / len(known))}", Role.TEXT1))
        runs.append(Run(f" max {round_trip(longest)}", Role.LINK_TEXT if longest >= SLOW_S else Role.TEXT3))
    return runs


def _errors(minutes: Sequence[LinkMinute | None], columns: int) -> list[Run]:
    """The failed polls of each minute as a digit."""
    runs = [Run("errors      ", Role.TEXT3)]
    for minute in minutes[-columns:]:
        if minute is None:
            runs.append(Run(GAP, Role.LINK_TEXT))
        elif not minute.errors:
            runs.append(Run("─", Role.RULE))
        else:
            runs.append(Run(str(minute.errors) if minute.errors < 10 else "+", Role.LINK_TEXT))
    asked = [minute for minute in minutes[-columns:] if minute]
    failed = sum(minute.errors for minute in asked)
    told = f" of {sum(minute.polls for minute in asked)} in {len(minutes[-columns:])} min"
    return [*runs, Run(f"  {failed}", Role.TEXT1 if failed else Role.TEXT3), Run(told, Role.TEXT3)]


def _worst_first(service: ServiceRow) -> tuple[bool, int, str]:
    aside = service.state is ServiceState.SET_ASIDE
    return not aside, _QUALITIES.index(service.quality), service.service


def _draw_services(
    sheet: Sheet, row: int, end: int, limit: int, services: Sequence[ServiceRow], now: float, offset: int
) -> int:
    """The worst services first, as far as the rows go; gives the row after the last."""
    room = limit - row - 1
    if room <= 0:
        return row
    offset = max(0, min(offset, len(services) - room))
    shown = sorted(services, key=_worst_first)[offset : offset + room]
    note = f"{offset + 1}-{offset + len(shown)} of {len(services)}" if len(shown) < len(services) else ""
    sheet.head(row, 1, end, f"SERVICES {len(services)}", note)
    wide = end >= 100
    for index, service in enumerate(shown, row + 1):
        _draw_service(sheet, index, end, service, now, wide=wide)
    return row + 1 + len(shown)


def _draw_service(sheet: Sheet, row: int, end: int, service: ServiceRow, now: float, *, wide: bool) -> None:
    good = service.state is ServiceState.LIVE and service.quality is Quality.GOOD
    name = str(service.key) if service.key else service.service.removeprefix("com.victronenergy.")
    sheet.put(row, 1, cut(plain(name), 20), Role.TEXT1)
    column = 23
    if wide:
        sheet.put(row, column, cut(plain(suffix_of(service.service)), 28), Role.TEXT3)
        column = 53
    if service.quality is Quality.ABSENT:
        sheet.put(row, column, "gives no values", Role.TEXT3)
        return
    state = service.state if service.state is not ServiceState.LIVE else service.quality
    sheet.put(row, column, str(state), Role.TEXT2 if good else Role.LINK_TEXT)
    read = age(now - service.read_at) if service.read_at is not None else ABSENT
    sheet.right(row, column + 14, read, Role.TEXT3 if good else Role.LINK_TEXT)
    sheet.put(row, column + 16, f"each {duration(service.cadence_s)}" if service.cadence_s else "", Role.TEXT3)
    words = plain(service.reason) if service.state is not ServiceState.LIVE else ""
    if service.retry_at is not None and service.state is ServiceState.SET_ASIDE:
        words = f"asked again in {duration(max(0.0, service.retry_at - now))}; {words}"
    elif service.failures:
        words = f"{service.failures} failed in a row"
    sheet.put(row, column + 27, cut(words, max(0, end - column - 26)), Role.TEXT1)


def _draw_log(sheet: Sheet, row: int, start: int, end: int, limit: int, events: Sequence[Event], now: float) -> None:
    sheet.head(row, start, end, "LOG", "24 h")
    if not events:
        sheet.put(row + 1, start, "nothing", Role.TEXT3)
    for index, event in enumerate(events[: max(0, limit - row - 1)], row + 1):
        sheet.put(index, start, moment(event.at, now), Role.TEXT3)
        sheet.put(index, start + 8, cut(plain(event_text(event)), max(0, end - start - 7)), Role.TEXT2)


def joined(parts: Sequence[Run], width: int) -> list[Run]:
    """The parts three blanks apart: the first that has no room is cut, or left out with those after it."""
    runs: list[Run] = []
    left = width
    for part in parts:
        if runs:
            runs.append(Run("   "))
            left -= 3
        if left < min(12, width_of(part.text)):
            return runs
        runs.append(replace(part, text=cut(part.text, left)))
        left -= width_of(part.text)
    return runs
