"""Whatever happens to alarms, pager and collector: once the pager works, each alarm that stands was told, once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from victron_console.collector.notify.grouping import DIGEST_S, FLOOD
from victron_console.collector.notify.message import Message
from victron_console.collector.notify.outbox import REPEAT_TOGETHER, Outbox
from victron_console.config import NotifySettings
from victron_console.insight.verdict.clause import SiteVerdict
from victron_console.model.alert import Ack, AlertKey, AlertView, Occurrence, Severity
from victron_console.model.alert_record import KeptNotice

T0 = 1_800_000_000.0
REPEAT_S = 3600.0
TITLES = ("Comms lost", "Battery low", "Grid lost")


class Telling(RuleBasedStateMachine):
    """An outbox, a store that keeps what it is given, and a pager that can be down."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.alarms: dict[int, Occurrence] = {}
        self.due: dict[int, tuple[str, int]] = {}
        """What the store keeps as still to be told."""
        self.sent: list[tuple[int, str, Severity]] = []
        self.sent_at: dict[int, float] = {}
        self.acks: dict[int, Ack] = {}
        self.pager_works = True
        self.outbox = self._begun()

    def _begun(self) -> Outbox:
        outbox = Outbox("command", "notify_failed")
        (way,) = NotifySettings(command=("page",), per_hour=3).ways()
        outbox.use(way, {}, T0 + self.now)
        return outbox

    def _take(self, it: Occurrence) -> None:
        self.alarms[it.id] = it
        self.outbox.take(it, self.now, T0 + self.now)
        self._keep()

    def _keep(self) -> None:
        for it in self.outbox.changes():
            self.due.pop(it.occurrence, None)
            if it.event:
                self.due[it.occurrence] = (it.event, it.tries)

    def _tell(self) -> None:
        ready = self.outbox.ready(self.now, T0 + self.now)
        views = {it.id: (AlertView(it, self._acks(it.id)), it.key.station, SiteVerdict()) for it in ready}
        failures = 0
        for message in self.outbox.messages(views, self.now, T0 + self.now):
            delivered = self._deliver(message)
            failures = 0 if delivered else failures + 1
            if failures == 2:
                break
        if failures:
            self.outbox.rest(self.now)
        self._keep()

    def _acks(self, number: int) -> tuple[Ack, ...]:
        return (self.acks[number],) if number in self.acks else ()

    def _deliver(self, message: Message) -> bool:
        if not self.pager_works:
            self.outbox.failed(message, self.now)
            return False
        for it in self.outbox.sent(message, self.now, T0 + self.now):
            if it.event == "repeated":
                alarm = self.alarms[it.occurrence]
                assert alarm.severity is Severity.CRITICAL and not AlertView(alarm, self._acks(alarm.id)).acknowledged
                assert self.now - self.sent_at[it.occurrence] >= REPEAT_S * (1 - REPEAT_TOGETHER)
            else:
                self.sent.append((it.occurrence, it.event, it.severity))
            self.sent_at[it.occurrence] = self.now
        return True

    def _told(self, number: int) -> Severity | None:
        return max((sev for no, event, sev in self.sent if no == number and event != "cleared"), default=None)

    @rule(
        titles=st.lists(st.sampled_from(TITLES), min_size=1, max_size=2 * FLOOD),
        severe=st.booleans(),
        incident=st.none() | st.integers(1, 5),
    )
    def raise_alarms(self, titles: list[str], severe: bool, incident: int | None = None) -> None:
        severity, at = Severity.CRITICAL if severe else Severity.WARNING, T0 + self.now
        incident = incident if incident in self.alarms else None
        for title in titles:
            number = len(self.alarms) + 1
            key = AlertKey(f"site{number}", "any")
            self._take(
                Occurrence(number, key, "any", severity, title, "act", at, at, announced_at=at, incident=incident)
            )

    @precondition(lambda self: self.alarms)
    @rule(data=st.data())
    def clear_one(self, data: st.DataObject) -> None:
        it = self.alarms[data.draw(st.sampled_from(sorted(self.alarms)))]
        if it.active:
            self._take(replace(it, cleared_at=T0 + self.now))

    @precondition(lambda self: self.alarms)
    @rule(data=st.data())
    def make_one_worse(self, data: st.DataObject) -> None:
        it = self.alarms[data.draw(st.sampled_from(sorted(self.alarms)))]
        if it.active:
            self._take(replace(it, severity=Severity.CRITICAL, announced_at=T0 + self.now))

    @precondition(lambda self: self.alarms)
    @rule(data=st.data())
    def acknowledge_one(self, data: st.DataObject) -> None:
        it = self.alarms[data.draw(st.sampled_from(sorted(self.alarms)))]
        self.acks[it.id] = Ack(it.id, T0 + self.now, "mk", it.severity)

    @rule(works=st.booleans())
    def turn_the_pager(self, works: bool) -> None:
        self.pager_works = works

    @rule(seconds=st.sampled_from((1.0, 10.0, 100.0, 1000.0)))
    def let_time_pass(self, seconds: float) -> None:
        self.now += seconds
        self._tell()

    @rule()
    def restart(self) -> None:
        """All that is not in the store is gone."""
        self.now += 1.0
        self.outbox = self._begun()
        for it in self.alarms.values():
            event, tries = self.due.get(it.id, ("", 0))
            if event or (it.active and self._told(it.id) is not None):
                told_at = T0 + self.sent_at[it.id] if it.id in self.sent_at else None
                kept = KeptNotice(it, "command", event, tries, self._told(it.id), told_at)
                self.outbox.restore(kept, self.now, T0 + self.now)

    @invariant()
    def nothing_is_told_twice(self) -> None:
        assert len({(number, event) for number, event, _ in self.sent}) == len(self.sent)

    def teardown(self) -> None:
        """The pager works again."""
        self.pager_works = True
        self.now += 60.0
        self._tell()
        urgent = [it for it in self.alarms.values() if it.active and it.severity is Severity.CRITICAL]
        self._wait(30.0)  # what says the same as what was just told is gathered
        unseen = [it for it in urgent if not AlertView(it, self._acks(it.id)).acknowledged]
        assert all(self._told(it.id) is Severity.CRITICAL for it in unseen)
        self._wait(2 * DIGEST_S)
        self._wait(2 * DIGEST_S)
        for it in self.alarms.values():
            told = self._told(it.id)
            if it.active and not AlertView(it, self._acks(it.id)).acknowledged:
                assert told is it.severity
            assert ((it.id, "cleared", it.severity) in self.sent) is (told is not None and not it.active)
        assert self.due == {}
        self._wait(REPEAT_S)
        assert all(self.now - self.sent_at[it.id] < REPEAT_S for it in unseen)
        assert self.outbox.next_moment() > self.now  # nobody looks again and again for what was seen

    def _wait(self, seconds: float) -> None:
        self.now += seconds
        self._tell()


TestTelling = pytest.mark.slow(Telling.TestCase)
TestTelling.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)


def test_what_was_seen_is_not_looked_at_again_and_again() -> None:
    telling = Telling()
    telling.raise_alarms(titles=["Grid lost"], severe=True)
    telling.let_time_pass(seconds=10.0)
    telling.acks[1] = Ack(1, T0 + telling.now, "mk", Severity.CRITICAL)
    telling.let_time_pass(seconds=REPEAT_S)
    assert telling.outbox.next_moment() == float("inf")
