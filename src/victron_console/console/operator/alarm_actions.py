"""What an operator does to alarms: the questions that are asked, and the rows that are written. Nothing by looking.

Every write goes by `Operator.do`, off the screen's thread; what became of it is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.worker import Worker

from victron_console.console.kit.frame.host import OperatorAtWork, Undo, Write
from victron_console.console.kit.frame.prompt import KeyChoice, LinePrompt
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.text import plain
from victron_console.console.kit.view import Alarm, AlarmRow, Mark
from victron_console.model.units import HOUR_S
from victron_console.store.operator import alarm_actions

SHELVE_FOR: dict[str, float | None] = {"1": HOUR_S, "8": 8 * HOUR_S, "c": None}
MAINTENANCE_FOR = {"1": HOUR_S, "4": 4 * HOUR_S, "8": 8 * HOUR_S, "d": 24 * HOUR_S, "w": 7 * 24 * HOUR_S}
OTHER_REASON = "o"
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

    def _do(self, writes: Sequence[Write], undo: Sequence[Undo] = ()) -> None:
        self._operator.do(writes, self._then, undo)

    def acknowledge(self, rows: Sequence[AlarmRow]) -> None:
        """These have been seen: all alarms that the rows stand for."""
        alarms = _ackable(rows)
        if not self._operator.may_write():
            return
        if not alarms:
            self._screen.console.say("There is nothing unseen to acknowledge.")
            return
        ids = [int(alarm.id) for alarm in alarms]
        undo = [
            partial(taken_back, done="Acknowledged", back=partial(alarm_actions.withdraw_ack, occurrence=number))
            for number in ids
        ]
        self._do([partial(alarm_actions.acknowledge, occurrence=number) for number in ids], undo)

    def backtest(self, row: AlarmRow, rule: str) -> None:
        """Play the last 30 days of the alarm's site through its rule, in a process of its own."""
        screen, backtest = self._screen, self._screen.console.backtest
        if backtest is None or not rule:
            screen.console.say("There is no recorded rule to try here.")
            return
        one, title = row.members[0], plain(row.alarm.what)

        async def run() -> None:
            screen.console.say(await backtest(rule, one.station, title))

        screen.console.say(f"Trying the rule of {title} at {plain(one.site)} over 30 days; this takes a while.")
        _: Worker[None] = screen.run_worker(run, group="backtest", exclusive=True, exit_on_error=False)

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

    def shelve(self, rows: Sequence[AlarmRow]) -> None:
        """Put them aside for a time, with a reason: one of the list, or another."""
        ids = [int(alarm.id) for row in rows for alarm in row.members]
        undo = [
            partial(taken_back, done="Shelved", back=partial(alarm_actions.unshelve_alarm, occurrence=number))
            for number in ids
        ]

        def reason_given(key: str, reason: str | None) -> None:
            if reason is not None:
                put_aside = partial(alarm_actions.shelve, reason=reason, seconds=SHELVE_FOR[key])
                self._do([partial(put_aside, occurrence=number) for number in ids], undo)

        what = rows[0].title if len(rows) == 1 else f"{len(rows)} alarms"
        spans = {"1": "1 h", "8": "8 h", "c": "until it clears"}
        self._ask_span_and_reason(f"Shelve {what}", spans, reason_given)

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
            self._screen.prompt(LinePrompt("comment", hint=f"to {row.title}"), written)

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
                self._ask_reason(f"{what}, {spans[key]}", partial(then, key))

        self._screen.prompt(KeyChoice(f"{what} for", spans), chosen)

    def _ask_reason(self, what: str, then: Callable[[str | None], None]) -> None:
        """One key for a reason of the list; `o` for another one, which is typed."""
        reasons = {str(number): reason for number, reason in enumerate(self._screen.console.reasons[:9], 1)}

        def typed() -> None:
            self._screen.prompt(LinePrompt("reason", hint=f"{what}: why? (compulsory)"), then)

        def chosen(key: str | None) -> None:
            if key == OTHER_REASON:
                typed()
            elif key is not None:
                then(reasons[key])

        if reasons:
            self._screen.prompt(KeyChoice("why", {**reasons, OTHER_REASON: "other"}), chosen)
        else:
            typed()


def taken_back(said: str, *, done: str, back: Write) -> Write | None:
    """What takes a write back, where its sentence says that it was done and not that there was nothing to do."""
    return back if said.startswith(done) else None


def _ackable(rows: Sequence[AlarmRow]) -> list[Alarm]:
    return [alarm for row in rows for alarm in row.members if alarm.mark in _ACKABLE]
