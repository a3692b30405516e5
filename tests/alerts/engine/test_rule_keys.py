"""What each key of a rule does on a station: gates, want of data, time alone, diagnostics, parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.alerts.conftest import CRIT_ONLY, POLL_S, SHORT, SOC_RULES, T0, Player, Site, restarted
from tests.alerts.engine.test_clock_steps import rule

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import parse_rules, shipped_rules
from victron_console.model.alert_record import KeptAlerts
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar

Play = Callable[[str], Player]

GATED = CRIT_ONLY.replace('m = "', 's = "system/*/Ac/ActiveIn/Source"\nm = "').replace(
    'unit = "%"', 'unit = "%"\nvalue = "last(m)"\ngate = "last(s) == 1"'
)


@pytest.mark.parametrize(("outside", "cleared_after"), [("hold", None), ("clear", 10.0), ("expire", 70.0)])
def test_a_gate_that_closes_holds_ends_or_lets_the_alarm_run_out(
    play: Play, outside: str, cleared_after: float | None
) -> None:
    player = play(GATED.replace("gate =", f'outside = "{outside}"\ngate ='))
    player.run(60, soc=9, source=1)
    assert player.open("soc") is not None
    closed = player.now
    player.run(300, source=240)
    ends = [event.at - closed for event in player.events if event.kind == "cleared"]
    assert ends == ([] if cleared_after is None else [cleared_after])


def test_a_gate_that_cannot_be_told_clears_nothing(play: Play) -> None:
    player = play(GATED.replace("gate =", 'outside = "clear"\ngate ='))
    player.run(60, soc=9, source=1)
    player.site.values[SHORT["source"]] = None
    player.run(300)
    alarm = player.open("soc")
    assert alarm is not None and alarm.stale


def test_a_rule_may_take_want_of_data_as_normal(play: Play) -> None:
    player = play(SOC_RULES.replace('unit = "%"', 'unit = "%"\nno_data = "normal"'))
    player.run(60, soc=15)
    player.site.values[SHORT["soc"]] = None
    player.run(100)
    assert player.open("soc") is None


@pytest.mark.parametrize("values", [(50, None), (15, None)])
def test_an_alarm_for_want_of_data_comes_after_its_time_and_old_as_it_is(
    play: Play, values: tuple[Scalar, ...]
) -> None:
    player = play(SOC_RULES.replace('unit = "%"', 'unit = "%"\nno_data = "alert"\nno_data_for = "2m"'))
    player.run(60, soc=values[0])
    player.run(110, soc=values[1])
    before = player.open("soc")
    assert before is None or before.reason == ""
    player.run(20)
    silent = player.open("soc")
    assert silent is not None and silent.stale
    assert (silent.reason == "no_data") is (values[0] == 50)


def test_the_wait_for_data_begins_anew_with_each_value(play: Play) -> None:
    player = play(SOC_RULES.replace('unit = "%"', 'unit = "%"\nno_data = "alert"\nno_data_for = "2m"'))
    for _ in range(4):
        player.run(30, soc=50)
        player.run(100, soc=None)
    assert player.open("soc") is None


@pytest.mark.parametrize(("each_s", "raised"), [(50.0, True), (59.0, True), (70.0, False)])
def test_a_rule_on_time_alone_waits_on_over_a_minute_unjudged(each_s: float, raised: bool) -> None:
    rules = CRIT_ONLY.replace('[rule.inputs]\nm = "system/*/Dc/Battery/Soc"\n', "").replace(
        "last(m) < 10", "services_set_aside() > 0"
    )
    rules = rules.replace('clear = "last(m) > 12"\n', "").replace('for = "30s"', 'for = "200s"')
    engine, site = AlertEngine(parse_rules(rules)), Site(values={SHORT["soc"]: 50}, set_aside={"system/0"})
    for n in range(8):
        engine.step({site.id: site.poll(T0 + n * each_s)}, T0 + n * each_s)
    assert bool(engine.open) is raised


def test_a_share_of_the_time_counts_no_moment_that_cannot_be_told(play: Play) -> None:
    player = play(rule("frac(last(m) < 20, '10m') > 0.9"))
    player.run(300, soc=5)
    player.site.values[SHORT["soc"]] = Reading(480.0, T0, Quality.IMPLAUSIBLE).value
    player.run(250, soc=None)
    assert player.open("soc") is None
    player.run(200, soc=5)
    assert player.open("soc") is not None


def test_a_diagnosis_is_judged_at_the_next_step_and_one_without_a_result_clears_nothing(play: Play) -> None:
    player = play(rule("last(m) > 0 and d.unbalanced > 0"))
    player.run(20, soc=50)
    assert player.alerts.open == ()
    for result, is_open, stale in ((1.0, True, False), (None, True, True), (2.0, True, False), (0.0, True, False)):
        player.alerts.diagnose(player.site.id, {"unbalanced": result})
        player.poll(POLL_S)
        alarm = player.open("soc")
        assert (alarm is not None, alarm is not None and alarm.stale) == (is_open, stale)
    player.run(60)
    assert player.open("soc") is None


def test_the_skew_that_was_handed_in_last_counts() -> None:
    engine = AlertEngine(shipped_rules())
    site = Site(values={SHORT["soc"]: 50})
    engine.step({site.id: site.poll(T0)}, T0)
    engine.diagnose(site.id, {}, 900.0)
    engine.diagnose(site.id, {})
    for n in range(200):
        engine.step({site.id: site.poll(T0 + n * POLL_S)}, T0 + n * POLL_S)
    assert {it.key.family for it in engine.open} == {"clock"}


@pytest.mark.parametrize("jump", [0.0, -3600.0, 3600.0])
def test_a_parameter_follows_its_device_within_half_a_minute_whatever_the_clock_does(jump: float) -> None:
    engine, at = AlertEngine(shipped_rules()), T0
    site = Site(values={"battery/1/Info/MaxChargeVoltage": 52.5, "battery/1/Dc/0/Voltage": 50, "battery/1/Soc": 60})
    for n in range(10):
        at = T0 + n * POLL_S + (jump if n >= 5 else 0.0)
        site.values["battery/1/Info/MaxChargeVoltage"] = 51.0 if n < 6 else 52.5
        engine.step({site.id: site.poll(at)}, at, n * POLL_S)
    assert engine.parameters(site.id)["cvl"].value == 52.5


def test_a_station_that_nobody_configured_has_the_parameters_that_a_rule_file_sets_for_it(play: Play) -> None:
    player = play(SOC_RULES + '[[override]]\nstations = ["alder"]\nparameters = { soc_warn = 33 }\n')
    player.run(20, soc=50)
    assert player.alerts.parameters(player.site.id)["soc_warn"].value == 33


def test_before_its_first_step_a_station_has_no_parameters() -> None:
    assert AlertEngine(shipped_rules()).parameters("alder") == {}


def test_an_input_that_is_not_connected_is_none(play: Play) -> None:
    player = play(rule("last(m) > 0 and ac_source() == 'none'"))
    player.site.values |= {"system/0/Ac/In/0/Source": 3, "system/0/Ac/In/0/Connected": 0}
    player.run(20, soc=50)
    assert player.open("soc") is not None
    player.site.values["system/0/Ac/In/0/Connected"] = 1
    player.run(80)
    assert player.open("soc") is None


def test_a_wait_that_was_given_up_is_not_taken_up_after_a_restart(play: Play) -> None:
    before = play(CRIT_ONLY)
    for _ in range(3):
        before.poll(POLL_S, soc=9)
    assert before.levels
    before.poll(POLL_S, soc=50)
    assert before.levels == {}
    after = restarted(before, CRIT_ONLY)
    after.poll(POLL_S, soc=9)
    after.poll(POLL_S, soc=9)
    assert after.open("soc") is None


def test_two_levels_that_turn_at_once_are_one_alarm_at_the_worst_that_goes_down_step_by_step(play: Play) -> None:
    player = play(SOC_RULES.replace('for = "30s"', 'for = "0s"'))
    player.poll(POLL_S, soc=5)
    assert [str(it.severity) for it in player.alerts.open] == ["critical"]
    player.run(80, soc=15)
    assert [str(it.severity) for it in player.alerts.open] == ["warning"]
    player.run(80, soc=50)
    assert player.kinds("soc") == ["raised", "eased", "cleared"]


def test_an_alarm_that_goes_on_flapping_is_not_steady(play: Play) -> None:
    player = play("")
    player.poll(POLL_S, grid_lost=0)
    for _ in range(14):
        player.run(20, grid_lost=2)
        player.run(280, grid_lost=0)
    grid = player.open("grid")
    assert grid is not None and grid.flapping
    assert player.kinds("grid").count("raised") == 5 and player.kinds("grid").count("steady") == 0


def test_an_alarm_that_flapped_before_a_restart_and_no_more_since_is_steady_and_clears() -> None:
    before = Player(AlertEngine(shipped_rules()), Site(values={SHORT["grid_lost"]: 0}))
    before.poll(POLL_S)
    before.run(20, grid_lost=2)
    (lost,) = [it for it in before.stored.values() if it.key.family == "grid"]
    after = Player(AlertEngine(shipped_rules()), before.site, before.now + 3600.0)
    after.alerts.restore(KeptAlerts([replace(lost, flapping=True)], list(before.levels.values()), [], 2), after.now)
    assert [it.flapping for it in after.alerts.open] == [True]
    after.run(120, grid_lost=0)
    assert after.kinds("grid")[0] == "steady" and after.kinds("grid")[-1] == "cleared"
