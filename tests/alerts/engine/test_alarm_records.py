"""What an alarm says of itself from raise to clear, each event with its moment and its words."""

from __future__ import annotations

from collections.abc import Callable

from tests.alerts.conftest import CRIT_ONLY, POLL_S, SHORT, SOC_RULES, T0, Player, Site, restarted

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import parse_rules, shipped_rules
from victron_console.model.alert import Severity
from victron_console.model.console_alarm import ConsoleAlarm

Play = Callable[[str], Player]

DEVICE_RULES = """
schema = 1
[[rule]]
id = "gone"
family = "gone"
title = "Gone"
response = "Look"
[rule.inputs]
c = "battery/*/Dc/0/Voltage"
[[rule.level]]
severity = "warning"
raise = "last(c) < 1"
[[rule]]
id = "warm"
family = "warm"
title = "Warm"
response = "Look"
[rule.inputs]
t = "battery/*/Dc/0/Temperature"
[[rule.level]]
severity = "warning"
raise = "last(t) > 50"
clear_for = "30s"
[[inhibit]]
source = "gone"
targets = ["warm"]
equal = "scope"
"""


def test_a_raised_alarm_says_what_it_saw_and_where_its_limit_is_from(play: Play) -> None:
    player = play(SOC_RULES.replace('unit = "%"', 'unit = "%"\nsource = "judgement: this is a test of records"'))
    player.poll(POLL_S, soc=19)
    low = player.open("soc")
    assert low is not None
    assert (low.last_value, low.peak_value, low.limit, low.unit, low.reason) == (19.0, 19.0, "< 20", "%", "")
    assert low.source == "judgement: this is a test of records"
    (raised,) = player.events
    assert (raised.at, raised.kind, raised.text) == (player.now, "raised", "SOC low: 19 %")


def test_the_value_follows_at_once_with_a_peak_and_else_once_a_minute(play: Play) -> None:
    player = play(SOC_RULES)
    player.poll(POLL_S, soc=19)
    seen = []
    for soc in (18.0, 18.5, 18.6, 18.7, 18.8, 18.9, 18.95):
        player.poll(POLL_S, soc=soc)
        low = player.open("soc")
        assert low is not None
        seen.append((low.last_value, low.peak_value))
    assert seen[0] == (18.0, 18.0)
    assert [value for value, _ in seen[1:]] == [18.0] * 5 + [18.95]
    assert {peak for _, peak in seen} == {18.0}


def test_an_escalation_is_an_event_of_its_moment_with_the_new_value_and_limit(play: Play) -> None:
    player = play(SOC_RULES)
    player.run(60, soc=15)
    player.run(40, soc=9)
    worse = player.open("soc")
    assert worse is not None and (worse.severity, worse.last_value, worse.limit) == (Severity.CRITICAL, 9.0, "< 10")
    (event,) = [each for each in player.events if each.kind == "escalated"]
    assert (event.at, event.text) == (player.now, "SOC low: 9 %")


def test_every_event_of_a_flapping_alarm_has_its_moment(play: Play) -> None:
    player = play("")
    player.poll(POLL_S, grid_lost=0)
    for _ in range(6):
        player.run(20, grid_lost=2)
        player.run(90, grid_lost=0)
    assert all(T0 < event.at <= player.now for event in player.events)
    (flapping,) = [event for event in player.events if event.kind == "flapping"]
    assert flapping.text == "Grid lost comes and goes: told once until it is steady"
    assert player.kinds("grid").count("raised again") == 1
    alarm = player.open("grid")
    assert alarm is not None and alarm.count == 2
    player.run(20, grid_lost=2)
    again = player.open("grid")
    assert again is not None and again.reason == ""


def test_only_the_alarm_of_the_same_device_is_held_and_that_is_told_once(play: Play) -> None:
    player = play(DEVICE_RULES)
    for n in (1, 2):
        player.site.values |= {f"battery/{n}/Dc/0/Voltage": 50.0, f"battery/{n}/Dc/0/Temperature": 60.0}
    player.run(30)
    player.site.values["battery/1/Dc/0/Voltage"] = 0.0
    player.run(60)
    held = {it.key.scope: it.suppressed_by for it in player.alerts.open if it.key.family == "warm"}
    assert held == {"battery/1": "gone", "battery/2": ""}
    (event,) = [each for each in player.events if each.kind == "suppressed"]
    assert event.text == "Warm: explained by gone"
    player.site.values["battery/1/Dc/0/Temperature"] = 20.0
    player.run(60)
    cleared = next(it for it in player.stored.values() if not it.active and it.key.family == "warm")
    assert cleared.suppressed_by == ""


def test_what_holds_an_alarm_again_before_it_is_released_holds_it_on(play: Play) -> None:
    player = play(DEVICE_RULES)
    player.site.values |= {"battery/1/Dc/0/Voltage": 0.0, "battery/1/Dc/0/Temperature": 60.0}
    player.run(30)
    player.site.values["battery/1/Dc/0/Voltage"] = 50.0
    player.run(10)
    player.site.values["battery/1/Dc/0/Voltage"] = 0.0
    player.run(30)
    player.site.values["battery/1/Dc/0/Voltage"] = 50.0
    player.run(20)
    assert [it.suppressed_by for it in player.alerts.open if it.key.family == "warm"] == ["gone"]
    player.run(10)
    assert [it.suppressed_by for it in player.alerts.open if it.key.family == "warm"] == [""]


def test_alarms_of_the_console_itself_have_their_own_numbers_moments_and_words() -> None:
    engine = AlertEngine(parse_rules(CRIT_ONLY))
    first = engine.console_alarm(ConsoleAlarm("rules_invalid", "Rules wrong", "Mend them"), "x is no key", T0)
    second = engine.console_alarm(ConsoleAlarm("notify_failed", "Notify fails", "Mend it"), "no such command", T0 + 5)
    assert [(it.id, it.key.family) for it in (*first.occurrences, *second.occurrences)] == [
        (1, "rules_invalid"),
        (2, "notify_failed"),
    ]
    assert [(event.at, event.text) for event in (*first.events, *second.events)] == [
        (T0, "Rules wrong: x is no key"),
        (T0 + 5, "Notify fails: no such command"),
    ]


def test_an_alarm_for_want_of_data_is_old_from_the_begin(play: Play) -> None:
    player = play(SOC_RULES.replace('unit = "%"', 'unit = "%"\nno_data = "alert"\nno_data_for = "2m"'))
    player.run(30, soc=50)
    player.fail(300)
    silent = player.open("soc")
    assert silent is not None and silent.stale and silent.reason == "no_data"


def test_a_level_that_waits_is_written_as_it_goes_on_and_one_that_only_lasts_is_not(play: Play) -> None:
    player = play(CRIT_ONLY.replace('for = "30s"', 'for = "60m"'))
    player.poll(POLL_S, soc=9)
    assert sum(len(player.poll(POLL_S).levels) for _ in range(30)) == 5
    lasting = play(CRIT_ONLY)
    lasting.run(60, soc=9)
    assert [len(lasting.poll(POLL_S).levels) for _ in range(20)] == [0] * 20


def test_a_level_that_ends_is_dropped_once(play: Play) -> None:
    player = play(CRIT_ONLY)
    player.run(60, soc=9)
    player.run(90, soc=50)
    assert player.levels == {} and player.open("soc") is None
    assert [len(player.poll(POLL_S).levels) for _ in range(5)] == [0] * 5


def test_levels_of_a_station_that_went_while_the_collector_was_away_are_dropped(play: Play) -> None:
    before = play(CRIT_ONLY)
    before.run(60, soc=9)
    after = restarted(before, CRIT_ONLY)
    after.keep(after.alerts.forget(after.site.id, after.now))
    assert after.levels == {} and after.alerts.open == ()


def test_an_alarm_that_only_the_gx_tells_of_survives_a_restart(play: Play) -> None:
    before = play("")
    base = "platform/0/Notifications/0/"
    before.site.values |= {
        base + "DateTime": T0, base + "Description": "Low voltage", base + "Service": "com.victronenergy.battery.x9",
        base + "Type": 1, base + "AlarmValue": 2, base + "Trigger": "/Alarms/LowVoltage", base + "Active": 1,
    }  # fmt: skip
    before.run(30)
    told = [it for it in before.alerts.open if it.rule.startswith("notification:")]
    assert len(told) == 1
    after = restarted(before)
    after.run(60)
    assert [it.id for it in after.alerts.open] == [told[0].id] and after.events == []
    after.site.values[base + "Active"] = 0
    after.run(60)
    assert after.alerts.open == ()


def test_a_parameter_that_changes_is_told_with_what_it_was(play: Play) -> None:
    player = play("")
    player.site.values |= {"battery/1/Info/MaxChargeVoltage": 52.5, "battery/1/Dc/0/Voltage": 50, "battery/1/Soc": 60}
    player.run(30, volts=50)
    player.alerts.configure(player.site.id, (), {"thresholds": {"soc_warn": 35}})
    player.run(30)
    told = [event.text for event in player.events if event.kind == "parameter"]
    assert told == ["Low charge warning: 35 % (station file), was 20 %"]
    assert {(event.station, event.key) for event in player.events if event.kind == "parameter"} == {("alder", "")}


def test_a_rule_may_ask_whether_the_inverter_runs_alone() -> None:
    rules = CRIT_ONLY.replace("last(m) < 10", "last(m) < 90 and ac_source() == 'none'").replace(
        'clear = "last(m) > 12"\n', ""
    )
    for source, raised in ((240, True), (1, False)):
        engine, site = AlertEngine(parse_rules(rules)), Site(values={SHORT["soc"]: 50, SHORT["source"]: source})
        for n in range(6):
            engine.step({site.id: site.poll(T0 + n * POLL_S)}, T0 + n * POLL_S)
        assert bool(engine.open) is raised


def test_another_rule_set_takes_over_the_levels_it_still_has(play: Play) -> None:
    player = play(SOC_RULES)
    player.run(60, soc=15)
    warned = player.open("soc")
    critical_only = parse_rules(CRIT_ONLY.replace("last(m) < 10", "last(m) < 11"))
    player.keep(player.alerts.reload(critical_only, player.now))
    assert warned is not None and player.open("soc") is None
    assert player.stored[warned.id].reason == "rule_removed"


def test_the_shipped_rules_bind_to_no_station_twice(play: Play) -> None:
    player = play("")
    player.run(30, soc=50, volts=52, source=1)
    player.keep(player.alerts.reload(shipped_rules(), player.now))
    player.run(30)
    assert player.events == []
