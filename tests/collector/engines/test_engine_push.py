"""The store is the queue: nothing is lost while an engine is down, nothing is sent twice but what nobody knows of."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from tests.collector.engines.conftest import FakeEngine, Handover

from victron_console.collector.engines.engine_push import ALARM_AFTER_S
from victron_console.store.connection import open_writable
from victron_console.store.engines import forget, refusals
from victron_console.store.read.reader import Reader
from victron_console.store.sealed.seal import seal_step

VOLTAGE, SOC = "victron_battery_dc_0_voltage", "victron_battery_soc"


def ms(at: float) -> int:
    return round(at * 1000)


async def test_each_change_is_sent_once_with_the_moment_of_its_reading(handover: Handover, engine: FakeEngine) -> None:
    for volts in (13.1, 13.1, 13.2):
        await handover.poll({"Dc/0/Voltage": volts, "Soc": 80})
        await handover.send_all()
    first, _, third = map(ms, handover.read_at)
    assert engine.taken == {(VOLTAGE, first): 1, (VOLTAGE, third): 1, (SOC, first): 1}


async def test_what_came_while_the_engine_was_down_is_sent_when_it_is_back(
    handover: Handover, engine: FakeEngine
) -> None:
    engine.answers = engine.down
    begun = handover.clock.now()
    for n in range(50):
        await handover.poll({"Soc": 50 + n}, wait_s=10.0)
        await handover.push.turn()
    state = handover.state()
    assert state.waiting_since == begun and state.sent == 0 and "cannot be reached" in state.error
    assert state.failing_since == begun + 10
    engine.answers = lambda body: None
    await handover.send_all()
    assert engine.taken == {(SOC, ms(begun + 10 * n)): 1 for n in range(50)}
    assert handover.state().failing_since is None


async def test_what_was_sealed_before_the_engine_had_it_is_sent_all_the_same(
    handover: Handover, engine: FakeEngine
) -> None:
    await handover.poll({"Soc": 1})
    await handover.send_all()
    engine.answers = engine.down
    begun = handover.clock.now()
    for n in range(100):  # 33 hours
        await handover.poll({"Soc": 50 + n % 7, "Dc/0/Voltage": 13 + n / 100}, wait_s=1200.0)
        await handover.push.turn()
    with closing(open_writable(handover.store)) as db:
        while seal_step(db, handover.clock.now()):
            pass
    assert handover.state().sealed_devices == 1
    engine.answers = lambda body: None
    await handover.send_all()
    every = Counter({(VOLTAGE, ms(begun + 1200 * n)): 1 for n in range(100)})
    assert Counter({point: n for point, n in engine.taken.items() if point[0] == VOLTAGE}) == every
    assert set(engine.taken.values()) == {1}
    assert handover.state().sealed_devices == 0


async def test_sealing_keeps_nothing_in_mind_for_an_engine_that_has_all(handover: Handover) -> None:
    for n in range(10):
        await handover.poll({"Soc": n}, wait_s=1000.0)
    await handover.send_all()
    handover.clock.advance(7200)
    with closing(open_writable(handover.store)) as db:
        assert seal_step(db, handover.clock.now())
    assert handover.state().sealed_devices == 0


async def test_a_collector_begun_anew_goes_on_where_the_last_one_was(handover: Handover, engine: FakeEngine) -> None:
    await handover.poll({"Soc": 1})
    await handover.send_all()
    await handover.push.end()
    handover.push = handover.made()
    await handover.poll({"Soc": 2})
    await handover.send_all()
    assert sorted(engine.taken.values()) == [1, 1]


async def test_a_batch_whose_answer_was_lost_is_sent_again(handover: Handover, engine: FakeEngine) -> None:
    await handover.poll({"Soc": 1})
    calls = iter([httpx.Response(502)])
    engine.answers = lambda body: next(calls, None)
    await handover.send_all()
    assert not engine.taken
    await handover.send_all()
    assert sum(engine.taken.values()) == 1


async def test_what_a_killed_engine_had_only_in_memory_is_sent_again(handover: Handover, engine: FakeEngine) -> None:
    await handover.poll({"Soc": 1})
    await handover.send_all()
    kept = dict(engine.taken)
    await handover.poll({"Soc": 2}, wait_s=5.0)
    await handover.push.turn()
    assert len(engine.taken) == 2 and handover.state().waiting_rows == 1
    engine.taken.clear()
    engine.taken.update(kept)
    engine.begun_at += 1
    await handover.send_all()
    assert sorted(engine.taken.values()) == [1, 1]


async def test_what_stayed_with_a_server_that_was_only_away_is_not_sent_again(
    handover: Handover, engine: FakeEngine
) -> None:
    await handover.poll({"Soc": 1}, wait_s=5.0)
    await handover.push.turn()
    engine.answers = engine.down
    await handover.poll({"Soc": 2}, wait_s=5.0)
    await handover.push.turn()
    engine.answers = lambda body: None
    await handover.send_all()
    assert sorted(engine.taken.values()) == [1, 1]


async def test_a_sealed_part_that_a_killed_engine_lost_is_sent_again(handover: Handover, engine: FakeEngine) -> None:
    await handover.push.turn()
    engine.answers = engine.down
    for n in range(20):
        await handover.poll({"Soc": n}, wait_s=1200.0)
        await handover.push.turn()
    with closing(open_writable(handover.store)) as db:
        while seal_step(db, handover.clock.now()):
            pass
    engine.answers = lambda body: None
    await handover.push.turn()
    assert len(engine.taken) == 20
    engine.taken.clear()
    engine.begun_at += 1
    await handover.send_all()
    assert len(engine.taken) == 20 and set(engine.taken.values()) == {1}


async def test_a_server_that_leaves_samples_out_or_keeps_them_twice_is_told_once(
    handover: Handover, engine: FakeEngine
) -> None:
    engine.dedup = "0s"
    for n in range(4):
        engine.left_out = n
        await handover.poll({"Soc": n})
        await handover.send_all()
    with closing(Reader(handover.store)) as reader:
        told = [event.text for event in reader.events(0.0, handover.clock.now() + 1, kinds=("engine",))]
    assert len(told) == 2 and "keeps duplicates" in told[1] and "left out" in told[0]


async def test_an_unchanged_value_is_sent_again_at_the_moment_it_was_read_again(
    handover: Handover, engine: FakeEngine
) -> None:
    handover.push = handover.made(repeat="1m")
    begun = handover.clock.now()
    for _ in range(9):
        await handover.poll({"Soc": 80}, wait_s=10.0)
        await handover.push.turn()
    assert set(engine.taken) == {(SOC, ms(begun)), (SOC, ms(begun + 60))}


async def test_a_device_that_is_not_heard_is_not_repeated(handover: Handover, engine: FakeEngine) -> None:
    handover.push = handover.made(repeat="1m")
    await handover.poll({"Soc": 80})
    await handover.send_all()
    before = dict(engine.taken)
    handover.clock.advance(3600)
    await handover.send_all()
    assert engine.taken == before


async def test_a_sample_refused_for_good_is_set_aside_and_holds_up_no_other(
    handover: Handover, engine: FakeEngine
) -> None:
    engine.answers = lambda body: httpx.Response(400, text="bad voltage\n") if b"voltage" in body else None
    for n in range(9):
        await handover.poll({"Soc": n, "Dc/0/Current": n})
    await handover.poll({"Dc/0/Voltage": 13.4}, device="battery/1")
    await handover.send_all()
    state = handover.state()
    assert state.refused == 1 and state.waiting_since is None and state.failing_since is None
    assert sum(engine.taken.values()) == state.sent
    with closing(Reader(handover.store)) as reader:
        (refused,) = refusals(reader.db.conn, "metrics", 10)
        (event,) = reader.events(0.0, handover.clock.now() + 1, kinds=("engine",))
    assert (refused.series, refused.value, refused.reason) == ("alder/battery/1/Dc/0/Voltage", "13.4", "bad voltage")
    assert "set aside" in event.text


async def test_an_engine_that_refuses_whatever_it_is_sent_loses_nothing(handover: Handover, engine: FakeEngine) -> None:
    engine.answers = lambda body: httpx.Response(400, text="no such measurement allowed")
    for n in range(60):
        await handover.poll({"Soc": n})
    await handover.send_all()
    state = handover.state()
    assert state.refused == 0 and "refuses whatever" in state.error and state.waiting_rows == 60
    engine.answers = lambda body: None
    await handover.send_all()
    assert sum(engine.taken.values()) == 60


async def test_what_is_too_large_for_a_request_goes_in_smaller_ones(handover: Handover, engine: FakeEngine) -> None:
    engine.answers = lambda body: httpx.Response(413) if len(body) > 600 else None
    for n in range(60):
        await handover.poll({"Soc": n, "Dc/0/Voltage": n})
    await handover.send_all()
    assert sum(engine.taken.values()) == 120 and set(engine.taken.values()) == {1}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(401, text="unauthorized"), "refuses the login"),
        (httpx.Response(403), "refuses the login"),
        (httpx.Response(404, text='{"error":"database not found"}'), "does not know the place"),
        (httpx.Response(429, headers={"retry-after": "120"}), "asked too much"),
        (httpx.Response(500, text="no space left on device\n\x1b[2J"), "no space left on device"),
        (httpx.Response(503), "It fails"),
        (httpx.Response(200, text="<html>Please log in</html>"), "as no engine does"),
        (httpx.Response(302, headers={"location": "http://elsewhere"}), "as no engine does"),
    ],
)
async def test_every_answer_but_taken_keeps_all_in_the_queue(
    handover: Handover, engine: FakeEngine, answer: httpx.Response, words: str
) -> None:
    await handover.poll({"Soc": 1})
    engine.answers = lambda body: answer
    await handover.push.turn()
    wait_s = await handover.push.turn()
    state = handover.state()
    assert words in state.error and "\x1b" not in state.error and state.waiting_rows == 1
    assert wait_s == 120 if answer.status_code == 429 else 5 <= wait_s <= 300


async def test_an_engine_that_fails_for_long_is_an_alarm_until_it_takes_samples(
    handover: Handover, engine: FakeEngine
) -> None:
    await handover.poll({"Soc": 1})
    engine.answers = engine.down
    for _ in range(3):
        await handover.push.turn()
    assert handover.told == []
    handover.clock.advance(ALARM_AFTER_S)
    await handover.push.turn()
    assert "metrics: It cannot be reached" in handover.told[-1] and "waits in the store" in handover.told[-1]
    engine.answers = lambda body: None
    await handover.push.turn()
    assert handover.told[-1] == ""


async def test_while_it_catches_up_it_keeps_to_the_rate(handover: Handover, engine: FakeEngine) -> None:
    handover.push = handover.made(rate=100)
    for n in range(1001):
        await handover.poll({"Soc": n}, wait_s=0.1)
    assert await handover.push.turn() == pytest.approx(1000 / 100)


async def test_an_engine_that_takes_fewer_samples_than_are_recorded_is_an_alarm(
    handover: Handover, engine: FakeEngine
) -> None:
    for n in range(1500):
        await handover.poll({"Soc": n}, wait_s=1.0)
    await handover.push.turn()
    assert "fewer samples than are recorded and is 25 min behind" in handover.told[-1]
    await handover.send_all()
    assert handover.told[-1] == ""


async def test_a_store_begun_anew_is_handed_over_under_its_own_names(
    handover: Handover, engine: FakeEngine, tmp_path: Path
) -> None:
    await handover.poll({"Soc": 1, "Dc/0/Voltage": 13})
    await handover.send_all()
    for name in ("store.db", "store.db-wal", "store.db-shm"):
        (tmp_path / name).unlink()
    await handover.recorder.beat()  # follows the file
    begun = handover.clock.now()
    await handover.poll({"Dc/0/Voltage": 14})  # its first series is the voltage now
    await handover.push.turn()
    await handover.send_all()
    assert engine.taken[VOLTAGE, ms(begun)] == 1 and (SOC, ms(begun)) not in engine.taken


async def test_a_forgotten_engine_leaves_nothing_behind(handover: Handover) -> None:
    await handover.poll({"Soc": 1})
    await handover.send_all()
    with closing(open_writable(handover.store)) as db:
        assert forget(db, "metrics") and not forget(db, "metrics")
    with closing(Reader(handover.store)) as reader:
        assert reader.engines() == []
