"""What the engine keeps beside its rules: timers over clock steps, restarts, reloads, escalation, peaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.alerts.conftest import CRIT_ONLY, POLL_S, SHORT, SOC_RULES, T0, Player, Site, restarted

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import parse_rules, shipped_rules
from victron_console.model.alert import AlertKey, Severity
from victron_console.model.alert_record import AlertChanges, KeptAlerts
from victron_console.model.snapshot import Snapshot

Play = Callable[[str], Player]

HELD = """
schema = 1
[[rule]]
id = "grid"
family = "grid"
title = "Grid lost"
response = "Look"
per = "station"
owns = ["g"]
[rule.inputs]
g = "vebus/*/Alarms/GridLost"
[[rule.level]]
severity = "critical"
raise = "last(g) >= 1"
[[rule]]
id = "soc"
family = "soc"
title = "SOC low"
response = "Look"
per = "station"
[rule.inputs]
m = "system/*/Dc/Battery/Soc"
[[rule.level]]
severity = "warning"
raise = "last(m) < 20"
[[inhibit]]
source = "grid"
targets = ["soc"]
"""


TWO_RULES = """
schema = 1
[[rule]]
id = "pack"
family = "soc"
title = "Pack low"
response = "Look"
per = "station"
[rule.inputs]
m = "battery/*/Soc"
[[rule.level]]
severity = "critical"
raise = "last(m) < 10"
[[rule]]
id = "site"
family = "soc"
title = "Site low"
response = "Look"
per = "station"
[rule.inputs]
m = "system/*/Dc/Battery/Soc"
[[rule.level]]
severity = "warning"
raise = "last(m) < 20"
"""


class Clocked:
    """An engine with one site, a wall clock that a test sets and one that only runs."""

    def __init__(self, rules: str = "", **values: float) -> None:
        self.engine = AlertEngine(parse_rules(rules) if rules else shipped_rules())
        self.site = Site(values={SHORT[name]: value for name, value in values.items()})
        self.wall, self.monotonic = T0, 0.0

    def step(self, seconds: float, *, poll: bool = True, jump: float = 0.0, **values: float) -> AlertChanges:
        self.monotonic += seconds
        self.wall += seconds + jump
        self.site.values |= {SHORT[name]: value for name, value in values.items()}
        snapshots = {self.site.id: self.site.poll(self.wall)} if poll else {}
        return self.engine.step(snapshots, self.wall, self.monotonic)

    def held(self, family: str) -> str:
        return next(it.suppressed_by for it in self.engine.open if it.key.family == family)


@pytest.mark.parametrize("jump", [-60.0, -5.0, 5.0, 60.0])
def test_a_clock_step_of_seconds_is_one(jump: float) -> None:
    clocked = Clocked(CRIT_ONLY, soc=9)
    waited = []
    for n in range(8):
        changes = clocked.step(POLL_S if n else 0.0, jump=jump if n == 2 else 0.0)
        waited += [n * POLL_S for event in changes.events if event.kind == "raised"]
    assert waited == [30.0]


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_held_alarm_is_released_in_its_own_time_though_the_clock_is_set(jump: float) -> None:
    clocked = Clocked(HELD, grid_lost=2, soc=10)
    clocked.step(0.0)
    clocked.step(POLL_S, grid_lost=0)
    assert clocked.held("soc") == "grid"
    clocked.step(POLL_S, jump=jump)
    assert clocked.held("soc") == "grid"
    clocked.step(POLL_S)
    assert clocked.held("soc") == ""


def test_a_clock_that_goes_back_does_not_put_timers_off() -> None:
    clocked = Clocked(soc=50)
    clocked.step(0.0)
    clocked.step(POLL_S, jump=-3600.0)
    for _ in range(20):
        clocked.step(POLL_S, poll=False)
    assert [it.key.family for it in clocked.engine.open] == ["offline"]


def test_raises_before_a_clock_step_count_for_flapping_as_if_there_were_none() -> None:
    clocked = Clocked(HELD, grid_lost=0)
    clocked.step(0.0)
    for n in range(5):
        clocked.step(60.0, grid_lost=2, jump=86_400.0 if n == 4 else 0.0)
        flapping = any(it.flapping for it in clocked.engine.open)
        clocked.step(60.0, grid_lost=0)
    assert flapping


def test_a_level_from_before_a_restart_waits_on_though_the_clock_is_set_before_its_first_poll(play: Play) -> None:
    before = play(CRIT_ONLY)
    for _ in range(3):
        before.poll(POLL_S, soc=9)  # waited 20 s of 30
    after = restarted(before, CRIT_ONLY)
    after.alerts.step({}, after.now, 0.0)
    after.alerts.step({}, after.now + 86_400.0, 1.0)
    raised = []
    for n in range(3):
        now = after.now + 86_400.0 + n * POLL_S
        changes = after.alerts.step({after.site.id: after.site.poll(now)}, now, 1.0 + n * POLL_S)
        raised += [n for event in changes.events if event.kind == "raised"]
    assert raised == [1]


def test_levels_are_written_in_one_order_whatever_the_order_of_rules() -> None:
    rules = CRIT_ONLY.replace('for = "30s"', 'for = "0s"')
    second = rules.replace("schema = 1", "").replace('"soc"', '"earlier"')
    engine, site = AlertEngine(parse_rules(rules + second)), Site(values={SHORT["soc"]: 9})
    changes = engine.step({site.id: site.poll(T0)}, T0)
    assert [level.rule for level in changes.levels] == ["earlier", "soc"]


def test_a_station_that_is_configured_again_has_its_timers_again(play: Play) -> None:
    player = play("")
    player.run(30, soc=50)
    player.keep(player.alerts.forget(player.site.id, player.now))
    player.poll(POLL_S, soc=50)
    for _ in range(30):
        player.now += POLL_S
        player.keep(player.alerts.step({}, player.now))
    assert player.open("offline") is not None


def test_raises_of_the_future_do_not_count_for_flapping() -> None:
    engine, site = AlertEngine(parse_rules(HELD)), Site(values={SHORT["grid_lost"]: 2})
    key = AlertKey(site.id, "grid")
    engine.restore(KeptAlerts(raises=[(key, T0 + 600 + n) for n in range(4)]), T0)
    engine.step({site.id: site.poll(T0)}, T0)
    assert [it.flapping for it in engine.open] == [False]


def test_a_flapping_alarm_of_a_restart_stays_open_until_its_station_is_read(play: Play) -> None:
    before = play("")
    before.poll(POLL_S, grid_lost=0)
    for _ in range(5):
        before.run(20, grid_lost=2)
        before.run(90, grid_lost=0)
    flapping = before.open("grid")
    after = restarted(before)
    after.keep(after.alerts.step({}, after.now))
    assert flapping is not None and after.open("grid") == flapping


def test_a_reload_before_the_first_poll_keeps_the_devices_own_alarms(play: Play) -> None:
    before = play("")
    before.site.values["battery/3/Alarms/LowCellVoltage"] = 1
    before.run(30)
    after = restarted(before)
    after.keep(after.alerts.reload(shipped_rules(), after.now))
    assert after.kinds("cell") == []
    after.run(30)
    assert after.kinds("cell") == [] and after.open("cell") is not None


def test_of_a_rule_and_the_devices_own_alarm_the_rule_speaks(play: Play) -> None:
    player = play("")
    player.site.values["battery/1/Alarms/LowSoc"] = 2
    player.run(700, soc=9)
    low = player.open("soc")
    assert low is not None and low.rule == "soc_island"
    assert set(low.origins) == {"soc_island", "device:battery/1/Alarms/LowSoc"}


def test_an_escalation_is_announced_anew_and_keeps_the_alarm(play: Play) -> None:
    player = play(SOC_RULES)
    player.run(120, soc=15)
    warned = player.open("soc")
    player.run(60, soc=9)
    worse = player.open("soc")
    assert warned is not None and warned.announced_at is not None and worse is not None
    assert worse.id == warned.id
    assert worse.announced_at is not None and worse.announced_at > warned.announced_at + 60
    player.run(120, soc=15)
    eased = player.open("soc")
    assert eased is not None and eased.announced_at == worse.announced_at


@pytest.mark.parametrize(
    ("condition", "values", "peak"), [("last(m) < 20", (15, 5, 12), 5), ("last(m) > 20", (25, 60, 30), 60)]
)
def test_the_peak_is_the_worst_value_in_the_direction_of_the_limit(
    play: Play, condition: str, values: tuple[float, ...], peak: float
) -> None:
    rules = CRIT_ONLY.replace("last(m) < 10", condition).replace('clear = "last(m) > 12"\n', "")
    player = play(rules)
    for value in values:
        player.run(40, soc=value)
    low = player.open("soc")
    assert low is not None and low.peak_value == peak


class Remembered:
    """A past in which the state of charge had a value three weeks ago."""

    def points(self, station: str, series: str, since: float, until: float) -> list[tuple[float, float | str | None]]:
        points: list[tuple[float, float | str | None]] = [(until - 21 * 86_400.0, 9.0)]
        return [point for point in points if point[0] >= since and series == SHORT["soc"]]


@pytest.mark.parametrize("history", [None, Remembered()], ids=["without a past", "with one"])
def test_an_alarm_of_a_restart_stays_though_its_input_gives_no_value_any_more(
    play: Play, history: Remembered | None
) -> None:
    before = play(CRIT_ONLY)
    before.run(60, soc=9)
    kept = KeptAlerts([it for it in before.stored.values() if it.active], list(before.levels.values()), [], 2)
    after = Player(AlertEngine(parse_rules(CRIT_ONLY), history), before.site, before.now)
    after.alerts.restore(kept, after.now)
    after.run(300, soc=None)
    (low,) = after.alerts.open
    assert low.stale and after.kinds() == ["stale"]


def test_a_station_that_was_never_read_is_offline_after_its_time() -> None:
    engine, opened = AlertEngine(shipped_rules()), []
    for n in range(25):
        now = T0 + n * POLL_S
        engine.step({"alder": Snapshot("alder", now, {})}, now)
        opened += [n * POLL_S for it in engine.open if it.key.family == "offline"]
    assert 180.0 < opened[0] <= 200.0


def test_an_input_is_that_of_another_battery_once_the_station_goes_by_it(play: Play) -> None:
    player = play(TWO_RULES)
    player.site.values |= {
        "system/0/Dc/Battery/BatteryService": "com.victronenergy.battery.x1",
        "battery/1/Soc": 50,
        "battery/2/Soc": 5,
    }
    player.poll(POLL_S)
    player.poll(30.0)
    assert player.open("soc") is None
    player.site.values["system/0/Dc/Battery/BatteryService"] = "com.victronenergy.battery.x2"
    player.poll(30.0)
    low = player.open("soc")
    assert low is not None and low.last_value == 5


def test_after_a_restart_the_worst_rule_of_an_alarm_counts_before_it_is_judged(play: Play) -> None:
    before = play(TWO_RULES)
    before.site.values["battery/1/Soc"] = 5
    before.run(30, soc=15)
    after = restarted(before, TWO_RULES)
    after.site = Site(values={SHORT["soc"]: 15})
    after.run(30)
    low = after.open("soc")
    assert low is not None and low.severity is Severity.CRITICAL and not low.stale
    assert after.events == []


def test_a_rule_that_is_gone_at_a_reload_before_the_first_poll_is_why_its_alarm_ends(play: Play) -> None:
    before = play(CRIT_ONLY)
    before.run(60, soc=9)
    after = restarted(before, CRIT_ONLY)
    (ended,) = after.alerts.reload(parse_rules("schema = 1"), after.now).occurrences
    assert not ended.active and ended.reason == "rule_removed"


def test_alarms_that_become_steady_together_end_in_one_order_whatever_the_order_they_began_in(play: Play) -> None:
    before = play(HELD)
    before.run(30, grid_lost=2, soc=10)
    flapping = [replace(it, flapping=True) for it in before.alerts.open]
    for kept in (flapping, flapping[::-1]):
        after = Player(AlertEngine(parse_rules(HELD)), before.site, before.now + 3600.0)
        after.alerts.restore(KeptAlerts(kept, list(before.levels.values()), [], 3), after.now)
        after.poll(POLL_S, grid_lost=0, soc=50)
        ends = [event.key for event in after.events if event.kind == "cleared"]
        assert ends == ["alder|grid|", "alder|soc|"]


def test_a_title_has_the_words_that_tell_its_alarm_from_others(play: Play) -> None:
    rules = CRIT_ONLY.replace('m = "system/*/Dc/Battery/Soc"', 'm = "multi/*/Ac/In/{n}/Soc"').replace("30s", "0s")
    player = play(rules)
    player.site.values |= {"multi/0/Ac/In/1/Soc": 50, "multi/0/Ac/In/2/Soc": 5}
    player.run(30)
    assert [it.title for it in player.alerts.open] == ["SOC low 2"]
