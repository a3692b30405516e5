"""The selected alarm beside the list: value and limit, what else moved, what was changed before, what to do. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.alarms.chart import draw_curve
from victron_console.console.alarms.data import Moved
from victron_console.console.alarms.detail import Selected, labelled, now_runs, put_runs
from victron_console.console.kit.blocks import spread
from victron_console.console.kit.buttons import Button, draw_buttons
from victron_console.console.kit.energy.kinds import kind_of_field
from victron_console.console.kit.event_words import event_text
from victron_console.console.kit.format import clock, duration, moment, number, power, spark
from victron_console.console.kit.palette import Role, Step, Tone
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, cut_middle, width_of
from victron_console.store.records import Event

START = 2
"""The first column after the rule between list and work place."""
BUTTONS: tuple[Button, ...] = (
    ("a", "a", "ack"),
    ("s", "s", "shelve"),
    ("enter", "Enter", "site"),
    ("5", "5", "trends"),
    ("c", "c", "comment"),
    ("m", "m", "maint"),
)
_MOST_MOVED = 4
_SPARK = 14
_MOST_CURVE, _LEAST_CURVE = 16, 6
_STEPS = 4


def draw_work_place(sheet: Sheet, height: int, it: Selected) -> None:
    """All of it in so many rows, the buttons in the last: what to do first of all, the curve takes what is left."""
    end = sheet.width - 2
    for row in range(height):
        sheet.put(row, 0, "│", Role.RULE)
    row = _head(sheet, it, end)
    moved, settings = _moved_of(it), list(it.detail.settings) if it.detail is not None else []
    steps, parts = _steps(it), labelled(it, end - START - 8)
    fixed = sum(1 + 1 + len(part) for part in (moved, settings, steps) if part) + len(parts) + bool(parts) + 2
    if it.detail is not None:
        room = min(_MOST_CURVE, height - row - fixed - 3)
        if room >= _LEAST_CURVE:
            after = draw_curve(sheet, row + 2, START, end, room, it.detail, it.now, it.alarm.figure, it.role)
            if after > row + 2:
                span = f"{clock(it.detail.since)} to {clock(it.detail.until)}"
                sheet.head(row + 1, START, end, cut(it.alarm.what.upper(), 30), span)
                row = after
    last = height - 3 - (len(steps) + 1 if steps else 0)  # the row after which there is just room for what to do
    if moved and row + 1 + len(moved) <= last:
        row = _moved(sheet, row + 1, end, moved)
    if settings and row + 1 + len(settings) <= last:
        row = _settings(sheet, row + 1, end, settings, it.now)
    if steps := steps[: max(0, height - 3 - row)]:
        row = _do(sheet, row + 1, end, steps)
    row += bool(parts)
    for label, runs in parts:
        if row < height - 3:
            sheet.put(row, START, label, Role.TEXT3)
            put_runs(sheet, row, START + 9, end, runs)
            row += 1
    draw_buttons(sheet, height - 1, START, end, BUTTONS)


def _head(sheet: Sheet, it: Selected, end: int) -> int:
    alarm = it.alarm
    when = f"{moment(alarm.since, it.now)} for {duration((alarm.until or it.now) - alarm.since)}"
    stop = sheet.right(1, end, when, Role.TEXT3) - 2
    column = sheet.put(1, START, cut(alarm.what, stop - START), Role.TEXT1, bold=True) + 2
    place = ", ".join(filter(None, (alarm.site, alarm.source)))
    sheet.put(1, column, cut_middle(place, max(0, stop + 1 - column)), Role.TEXT2)
    put_runs(sheet, 2, START, end, now_runs(it))
    return 3


def _moved_of(it: Selected) -> list[Moved]:
    return list(it.detail.moved[:_MOST_MOVED]) if it.detail is not None else []


def _moved(sheet: Sheet, row: int, end: int, moved: Sequence[Moved]) -> int:
    sheet.head(row, START, end, "WHAT ELSE MOVED", "from, to; most first")
    for offset, each in enumerate(moved, 1):
        kind, known = kind_of_field(each.field), each.known
        sheet.put(row + offset, START, each.label, kind)
        low = min(0.0, *known) if each.field != "soc_percent" else min(known)
        marks = spark(spread(each.values, _SPARK), low, max(*known, low + 1e-9))
        sheet.put(row + offset, START + 9, marks, Tone(kind, Step.FILL))
        first, last = (_figure(each, value) for value in (known[0], known[-1]))
        column = sheet.right(row + offset, START + 9 + _SPARK + 9, first, Role.TEXT2) + width_of(first)
        column = sheet.put(row + offset, column, " → ", Role.TEXT3)
        sheet.put(row + offset, column, f"{last:>6}", Role.TEXT1)
    return row + 1 + len(moved)


def _figure(each: Moved, value: float) -> str:
    if each.field == "soc_percent":
        return f"{number(value)} %"
    return power(value, signed=each.field == "battery_power_w").strip()


def _settings(sheet: Sheet, row: int, end: int, settings: Sequence[Event], now: float) -> int:
    sheet.head(row, START, end, "SETTINGS BEFORE", "7 days")
    for offset, event in enumerate(settings, 1):
        sheet.put(row + offset, START, moment(event.at, now), Role.TEXT3)
        sheet.put(row + offset, START + 9, cut(event_text(event), end - START - 8), Role.TEXT2)
    return row + 1 + len(settings)


def _steps(it: Selected) -> list[list[Run]]:
    """What to do, a step a row, and whom to call."""
    steps = [part.strip() for part in it.alarm.response.split(";") if part.strip()][:_STEPS]
    rows = [[Run(f"{place} ", Role.TEXT3), Run(step, Role.TEXT1, bold=True)] for place, step in enumerate(steps, 1)]
    if it.detail is not None and it.detail.contact:
        rows.append([Run("call ", Role.TEXT3), Run(it.detail.contact, Role.TEXT2)])
    return rows


def _do(sheet: Sheet, row: int, end: int, steps: Sequence[Sequence[Run]]) -> int:
    sheet.head(row, START, end, "DO")
    for offset, runs in enumerate(steps, 1):
        put_runs(sheet, row + offset, START, end, runs)
    return row + 1 + len(steps)
