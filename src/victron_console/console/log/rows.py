"""One line of the log as the Log screen shows it, and the whole of the selected one. Pure drawing."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from victron_console.console.kit.event_words import KIND_WORDS, event_text
from victron_console.console.kit.format import clock_s, duration, moment
from victron_console.console.kit.frame.digest import Digest
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, cut_middle
from victron_console.console.log.pages import who
from victron_console.model.clock import local
from victron_console.model.units import DAY_S
from victron_console.store.records import Event

WHEN, KIND, SITE, TEXT = 2, 18, 27, 41
_NARROW = (2, 9, 17, 28)
"""Columns below 76 cells: no seconds, no date."""
_LOUD = {"link": Role.LINK_TEXT, "service": Role.LINK_TEXT, "clock": Role.LINK_TEXT, "stale": Role.LINK_TEXT}
_BY_SEVERITY = {"critical": Role.NOW_TEXT, "warning": Role.TODAY_TEXT}
_RISING = ("raised", "raised again", "escalated")


def log_columns(width: int) -> tuple[int, int, int, int]:
    """Where time, kind, site and text begin."""
    return (WHEN, KIND, SITE, TEXT) if width >= 76 else _NARROW


def draw_log_heads(width: int) -> Line:
    """The heads."""
    line = Line(width)
    for column, head in zip(log_columns(width), ("WHEN", "KIND", "SITE", "WHAT"), strict=True):
        line.put(column, head, Role.TEXT3)
    return line


def draw_log_line(
    width: int, event: Event, names: Mapping[str, str], now: float, *, selected: bool = False, new: bool = False
) -> Line:
    """A line. `new`: it came after the console was last left, and is brighter."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    when_at, kind_at, site_at, text_at = log_columns(width)
    line.put(when_at, _when(event.at, now, width), Role.TEXT3)
    line.put(kind_at, cut(KIND_WORDS.get(event.kind, event.kind), 7), kind_role(event))
    site = names.get(event.station or "", event.station or "console")
    line.put(site_at, cut(site, text_at - site_at - 1), Role.TEXT1 if event.station else Role.TEXT3)
    by = f"{who(event)}: " if who(event) else ""
    line.put(text_at, cut(by + event_text(event), width - 1 - text_at), Role.TEXT1 if new else Role.TEXT2)
    return line


def kind_role(event: Event) -> Role:
    """What rises takes the colour of its urgency, trouble of a link blue; the rest is quiet."""
    if event.kind in _RISING:
        return _BY_SEVERITY.get(str(event.details.get("severity", "")), Role.TEXT2)
    return _LOUD.get(event.kind, Role.TEXT2)


def _when(at: float, now: float, width: int) -> str:
    if width < 76:
        return f"{local(at):%H:%M}" if abs(now - at) < DAY_S else f"{local(at):%d %b}"
    return clock_s(at) if local(at).date() == local(now).date() else f"{local(at):%a %d %H:%M:%S}"


def draw_last_look(width: int, left_at: float, digest: Digest, now: float) -> Line:
    """The rule between what is new since the console was last left and what was there."""
    line = Line(width)
    text = f"YOU LAST LOOKED {moment(left_at, now)}, {duration(now - left_at)} ago"
    column = line.put(2, text, Role.TEXT3) + 2
    if digest.words:
        words = f"since then {digest.words}" if width >= 100 else digest.words
        column = line.put(column, cut(words, width - 2 - column), Role.TEXT2) + 2
    line.rule(column - 1, width - 2)
    return line


def draw_whole(sheet: Sheet, event: Event, names: Mapping[str, str]) -> None:
    """The selected line with all its words, and what an edit changed."""
    line = sheet.row(0)
    column = line.put(2, event.kind.upper(), Role.TEXT1, bold=True) + 3
    column = (
        line.put(column, cut_middle(names.get(event.station or "", event.station or "console"), 24), Role.TEXT1) + 2
    )
    column = line.put(column, f"{local(event.at):%a %d %b %H:%M:%S}", Role.TEXT3) + 2
    if who(event):
        column = line.put(column, cut(f"by {who(event)}", 20), Role.TEXT2) + 2
    line.rule(column - 1, sheet.width - 2)
    for offset, row in enumerate(wrap(event_text(event), max(10, sheet.width - 4))):
        sheet.put(1 + offset, 2, row, Role.TEXT1)
