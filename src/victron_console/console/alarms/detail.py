"""Draws what is known of the selected alarm: what to do, what is so, what follows, what came along. Pure drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from victron_console.console.alarms.chart import draw_spark
from victron_console.console.alarms.data import AlarmDetail
from victron_console.console.kit.figures import URGENT_TEXT
from victron_console.console.kit.format import STALE_MARK, duration, moment
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, cut_middle, width_of
from victron_console.console.kit.verdict_line import verdict_runs
from victron_console.console.kit.view import (
    ACKED,
    Alarm,
    Mark,
    Site,
)
from victron_console.model.alert import NoticeSent
from victron_console.model.clock import local

_ACKED_AS = {Mark.ACKED_NOW: Mark.NOW, Mark.ACKED_TODAY: Mark.TODAY, Mark.ACKED_LINK: Mark.LOST}


@dataclass(frozen=True, slots=True)
class Selected:
    """The selected alarm and what the fleet knows around it."""

    alarm: Alarm
    now: float
    detail: AlarmDetail | None = None
    """None until the store has answered."""
    site: Site | None = None
    others: Sequence[Alarm] = field(default_factory=tuple)
    """The other alarms of its site."""

    @property
    def role(self) -> Role:
        """The colour of its urgency."""
        return URGENT_TEXT.get(_ACKED_AS.get(self.alarm.mark, self.alarm.mark), Role.TEXT1)


_BRIEF = 46
"""A condition longer than this leaves out, in a narrow row, how long it must hold."""


def draw_compact(sheet: Sheet, row: int, end: int, it: Selected) -> None:
    """Five rows, as 80 columns have room for, with a chart of one row."""
    _head(sheet, row, end, it)
    chart = it.detail is not None and any(value is not None for value in it.detail.values) and end >= 78
    narrow = 53 if chart else end
    sheet.put(row + 1, 2, "RESPONSE", Role.TEXT3)
    rest = _response(sheet, row + 1, 12, narrow, it.alarm.response)
    place = row + 2
    if rest:
        sheet.put(place, 12, cut(rest, narrow - 11), Role.TEXT1, bold=True)
        place += 1
    parts = [("NOW", _now(it, brief=True)), ("SITE", _site(it, end - 7)), ("LAST", _last(it)), ("WITH", _with(it))]
    parts += _remarks(it)
    for label, runs in [part for part in parts if part[1]][: row + 5 - place]:
        sheet.put(place, 2, label, Role.TEXT3)
        put_runs(sheet, place, 7, narrow if place < row + 3 else end, runs)
        place += 1
    if chart and it.detail is not None:
        draw_spark(sheet, row + 1, 55, 78, it.detail, it.role)


def labelled(it: Selected, cells: int) -> list[tuple[str, list[Run]]]:
    """What is so at its site, what came along, how often it came, what was said of it: label and words."""
    parts = [("SITE", _site(it, cells)), ("WITH", _with(it)), ("LAST", _last(it)), *_remarks(it)]
    return [(label, runs) for label, runs in parts if runs]


def now_runs(it: Selected) -> list[Run]:
    """The value now, and when it is raised and cleared."""
    return _now(it, brief=False)


def _head(sheet: Sheet, row: int, end: int, it: Selected) -> None:
    line = sheet.row(row)
    column = line.put(2, cut(it.alarm.what.upper(), 40), Role.TEXT1, bold=True) + 3
    column = line.put(column, cut_middle(it.alarm.site, 24), Role.TEXT1)
    line.rule(column + 1, end)


def _response(sheet: Sheet, row: int, column: int, end: int, response: str) -> str:
    """Write the response whole, over two rows where it must be; gives what the first had no room for."""
    room = end + 1 - column
    if width_of(response) <= room:
        sheet.put(row, column, response, Role.TEXT1, bold=True)
        return ""
    first = response[: room + 1].rsplit(" ", 1)[0]
    sheet.put(row, column, cut(first, room), Role.TEXT1, bold=True)
    return response[len(first) :].strip()


def put_runs(sheet: Sheet, row: int, column: int, end: int, runs: Sequence[Run]) -> None:
    """Write these up to a column, cut where they must be."""
    for run in runs:
        if column > end:
            return
        column = sheet.put(row, column, cut(run.text, end + 1 - column), run.role, bold=run.bold)


def _now(it: Selected, *, brief: bool) -> list[Run]:
    value = f"{it.alarm.value} {it.alarm.unit}".strip()
    value = f"{STALE_MARK}{value}" if it.alarm.stale and value else value
    runs = [Run(value, Role.TEXT3 if it.alarm.stale else it.role, not it.alarm.stale), Run("   ")] if value else []
    words = it.detail.condition if it.detail is not None else ""
    if brief:
        words = words.replace("below ", "<").replace("above ", ">")
        raised, comma, clears = words.partition(",")
        words = f"{raised.partition(' for ')[0]}{comma}{clears}" if len(words) > _BRIEF else words
    if it.alarm.until is not None:
        words = f"cleared {moment(it.alarm.until, it.now)}, {words}"
    if it.alarm.stale:
        words = f"not known now, {words}"
    if it.alarm.count > 1:
        words += f", {it.alarm.count} times"
    return [*runs, Run(words)] if words or runs else []


def _site(it: Selected, cells: int) -> list[Run]:
    """What is to be said of its site beside it."""
    if it.site is None or not it.site.verdict.clauses:
        return []
    return verdict_runs(it.site.verdict, cells)


def _with(it: Selected) -> list[Run]:
    said = []
    for other in it.others:
        if not other.listed:
            continue
        word = ", first" if other.first else ", acked" if other.mark in ACKED else ""
        said.append(f"{other.what} {moment(other.since, it.now)}{word}")
    held = sum(other.held_by == it.alarm.family and bool(other.held_by) for other in it.others)
    said += [f"{held} held back by it"] if held else []
    return [Run("   ".join(said))] if said else []


def _last(it: Selected) -> list[Run]:
    if it.detail is None:
        return []
    past = it.detail.past
    words = f"{past.times} times in 30 days" if past.times > 1 else "the first time in 30 days"
    if past.longest_s is not None:
        words += f", longest {duration(past.longest_s)}"
    if past.acked_at is not None:
        words += f", ack by {past.acked_by} {local(past.acked_at):%-d %b}"
    return [Run(words)]


def _remarks(it: Selected) -> Iterator[tuple[str, list[Run]]]:
    if it.detail is None:
        return
    if it.detail.reason:
        yield "WHY", [Run(f"{it.detail.reason}   "), Run(it.alarm.who, Role.TEXT3)]
    for comment in reversed(it.detail.comments[-2:]):
        yield "SAID", [Run(f"{comment.text}   "), Run(f"{comment.who} {moment(comment.at, it.now)}", Role.TEXT3)]
    if it.detail.told:
        yield "TOLD", [Run("   ".join(_told(it.detail.told, it.now)))]


def _told(told: Sequence[NoticeSent], now: float) -> Iterator[str]:
    """`command raised 03:14, repeated 3 times to 06:15` for each way, the one that was first told first."""
    for way in dict.fromkeys(sent.way for sent in told):
        said = []
        for sent in told:
            if sent.way == way:
                times = f" {sent.times} times to" if sent.times > 1 else ""
                after = f" after {sent.tries} failed tries" if sent.tries else ""
                said.append(f"{sent.event}{times} {moment(sent.at, now)}{after}")
        yield f"{way} {', '.join(said)}"
