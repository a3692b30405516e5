"""How heavy the load of alarms is, against EEMUA 191: what one operator can take. Pure, but for one read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from victron_console.console.kit.view import Alarm
from victron_console.console.live.alarm_order import UNSEEN
from victron_console.model.alert import Ack, Occurrence
from victron_console.store.read.reader import Reader

TARGET_PER_HOUR = 5
"""Alarms an hour that one operator can take on average (EEMUA 191: about one in ten minutes)."""
FLOOD = 10
"""Alarms within ten minutes from which it is a flood (EEMUA 191)."""
PAST_S = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class AlarmLoad:
    """The last 30 days in figures."""

    raised: int = 0
    top_title: str = ""
    """What the alarm is called that came most often."""
    top_count: int = 0
    time_to_ack_s: float | None = None
    """From raise to acknowledgement, the middle one; None where nothing was acknowledged."""


def alarm_load(reader: Reader, now: float, as_of: float | None) -> AlarmLoad:
    """The load of the last 30 days up to `now` (UTC epoch, s), which is `as_of` where that is given."""
    return measured(reader.alert_history(now - PAST_S, now, as_of=as_of), reader.acks(now - PAST_S, now))


def measured(occurrences: Sequence[Occurrence], acks: Sequence[Ack]) -> AlarmLoad:
    """The load that these make."""
    alarms = {it.id: it for it in occurrences if it.is_alarm}
    titles = Counter[str]()
    for it in alarms.values():
        titles[it.title] += it.count
    first: dict[int, float] = {}
    for ack in acks:
        if ack.occurrence in alarms:
            first.setdefault(ack.occurrence, ack.at - alarms[ack.occurrence].raised_at)
    top = titles.most_common(1)
    return AlarmLoad(
        sum(titles.values()),
        top[0][0] if top else "",
        top[0][1] if top else 0,
        median(first.values()) if first else None,
    )


def oldest_unseen_s(alarms: Sequence[Alarm], now: float) -> float | None:
    """How long the oldest alarm that nobody has seen stands; None where there is none."""
    since = [alarm.since for alarm in alarms if alarm.mark in UNSEEN]
    return now - min(since) if since else None
