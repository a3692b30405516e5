"""What an operator does to alarms: the questions that are asked, and the rows that are written. Nothing by looking.

Every write goes by `Operator.do`, off the screen's thread; what became of it is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from victron_console.console.alarms.sections import AlarmRow
from victron_console.console.kit.frame.host import OperatorAtWork, Write
from victron_console.console.kit.frame.prompt import KeyChoice, LinePrompt
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.view import (
    Alarm,
    Mark,
)
from victron_console.model.units import HOUR_S
from victron_console.store.operator import alarm_actions

SHELVE_FOR: dict[str, float | None] = {"1": HOUR_S, "8": 8 * HOUR_S, "c": None}
MAINTENANCE_FOR = {"1": HOUR_S, "4": 4 * HOUR_S, "8": 8 * HOUR_S, "d": 24 * HOUR_S, "w": 7 * 24 * HOUR_S}
_ACKABLE = (Mark.NOW, Mark.TODAY, Mark.LOST, Mark.CLEARED)


class AlarmActions:
    """What one screen's operator does to alarms."""

    def __init__(self, screen: ConsoleScreen, then: Callable[[], None]) -> None:
        """For a screen; `then` is called once something is written."""
        self._screen = screen
        self._then = then

    @property
    def _operator(self) -> OperatorAtWork:
        return self._screen.console.operator

    def _do(self, writes: Sequence[Write]) -> None:
        self._operator.do(writes, self._then)

    def acknowledge(self, rows: Sequence[AlarmRow]) -> None:
        """These have been seen: all alarms that the rows stand for."""
        alarms = _ackable(rows)
        if not self._operator.may_write():
            return
        if not alarms:
            self._screen.console.say("There is nothing unseen to acknowledge.")
            return
        self._do([partial(alarm_actions.acknowledge, occurrence=int(alarm.id)) for alarm in alarms])

    def acknowledge_all(self, rows: Sequence[AlarmRow]) -> None:
        """All that is in sight has been seen; asks before it takes what is urgent along."""
        urgent = [row for row in rows if any(alarm.mark is Mark.NOW for alarm in row.members)]
        others = [row for row in rows if row not in urgent]
        if not urgent:
            self.acknowledge(rows)
            return
        if not self._operator.may_write():
            return
        count = sum(alarm.mark is Mark.NOW for row in urgent for alarm in row.members)

        def answered(key: str | None) -> None:
            if key == "y":
                self.acknowledge(rows)
            elif key == "n":
                self.acknowledge(others)

        question = f"Acknowledge {count} to act on now (!!), too?"
        self._screen.prompt(KeyChoice(question, {"y": "all of them", "n": "only the others"}), answered)

    def shelve(self, row: AlarmRow) -> None:
        """Put it aside for a time, with a reason."""
        ids = [int(alarm.id) for alarm in row.members]

        def reason_given(key: str, reason: str | None) -> None:
            if reason is not None:
                put_aside = partial(alarm_actions.shelve, reason=reason, seconds=SHELVE_FOR[key])
                self._do([partial(put_aside, occurrence=number) for number in ids])

        self._ask_span_and_reason(
            f"Shelve {row.alarm.what}", {"1": "1 h", "8": "8 h", "c": "until it clears"}, reason_given
        )

    def unshelve(self, row: AlarmRow) -> None:
        """Put it back."""
        self._do([partial(alarm_actions.unshelve_alarm, occurrence=int(alarm.id)) for alarm in row.members])

    def comment(self, row: AlarmRow) -> None:
        """Write something to it."""
        ids = [int(alarm.id) for alarm in row.members]

        def written(text: str | None) -> None:
            if text is not None:
                self._do([partial(alarm_actions.comment, occurrence=number, text=text) for number in ids])

        if self._operator.may_write():
            self._screen.prompt(LinePrompt("comment", hint=f"to {row.alarm.what}"), written)

    def maintain(self, row: AlarmRow) -> None:
        """Take its site out of service for a while, with a reason; or put it back."""
        alarm = row.alarm
        if not alarm.station:
            self._screen.console.say("This alarm belongs to no site.")
            return
        station = row.members[0].station
        if alarm.mark is Mark.MAINTENANCE:
            self._do([partial(alarm_actions.end_maintenance_of, station=station)])
            return

        def reason_given(key: str, reason: str | None) -> None:
            if reason is not None:
                begin = partial(alarm_actions.begin_maintenance, reason=reason, seconds=MAINTENANCE_FOR[key])
                self._do([partial(begin, station=station)])

        spans = {"1": "1 h", "4": "4 h", "8": "8 h", "d": "a day", "w": "a week"}
        self._ask_span_and_reason(f"Maintenance of {row.members[0].site}", spans, reason_given)

    # ---- asking

    def _ask_span_and_reason(self, what: str, spans: dict[str, str], then: Callable[[str, str | None], None]) -> None:
        if not self._operator.may_write():
            return

        def chosen(key: str | None) -> None:
            if key is not None:
                prompt = LinePrompt("reason", hint=f"{what}, {spans[key]}: why? (compulsory)")
                self._screen.prompt(prompt, partial(then, key))

        self._screen.prompt(KeyChoice(f"{what} for", spans), chosen)


def _ackable(rows: Sequence[AlarmRow]) -> list[Alarm]:
    return [alarm for row in rows for alarm in row.members if alarm.mark in _ACKABLE]
