"""What a rule-test file cannot say: restarts, rule changes, clock steps, flapping, the GX's ring, fleets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.alerts.conftest import CRIT_ONLY, POLL_S, SHORT, SOC_RULES, T0, Player, Site, restarted

from victron_console.alerts.engine.bound_rule import BoundRule
from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.grouping import grouped
from victron_console.alerts.rules.rule_file import RulesInvalid, load_rules, parse_rules, shipped_rules
from victron_console.model.alert import AlertView, Severity
from victron_console.model.console_alarm import ConsoleAlarm

Play = Callable[[str], Player]


def test_36_a_restart_keeps_the_occurrence_and_raises_nothing(play: Play) -> None:
    before = play(CRIT_ONLY)
    before.run(60, soc=9)
    after = restarted(before, CRIT_ONLY)
    assert after.open("soc") == before.open("soc")
    after.run(60, soc=9)
    assert after.kinds("soc") == []
    assert [it.id for it in after.alerts.open] == [1]


def test_37_what_cleared_while_away_clears_in_its_own_time(play: Play) -> None:
    before = play(CRIT_ONLY)
    before.run(60, soc=9)
    after = restarted(before, CRIT_ONLY)
    after.now += 300
    after.run(60, soc=13)
    assert after.open("soc") is not None
    after.run(20, soc=13)
    assert after.kinds("soc") == ["cleared"]


def test_38_waiting_goes_on_where_it_stood_and_the_time_away_does_not_count(play: Play) -> None:
    before = play(CRIT_ONLY)
    for _ in range(3):
        before.poll(POLL_S, soc=9)  # waited 20 s of 30
    after = restarted(before, CRIT_ONLY)
    after.now += 300
    after.poll(0, soc=9)
    assert after.kinds("soc") == []
    after.poll(POLL_S, soc=9)
    assert after.kinds("soc") == ["raised"]


def test_39_after_two_hours_away_waiting_begins_anew(play: Play) -> None:
    before = play(CRIT_ONLY)
    for _ in range(3):
        before.poll(POLL_S, soc=9)
    after = restarted(before, CRIT_ONLY)
    after.now += 7200
    for _ in range(3):
        after.poll(POLL_S, soc=9)
    assert after.kinds("soc") == []
    after.poll(POLL_S, soc=9)
    assert after.kinds("soc") == ["raised"]


def test_a_devices_own_alarm_survives_a_restart_without_a_second_raise(play: Play) -> None:
    before = play("")
    before.site.values["battery/3/Alarms/LowCellVoltage"] = 1
    before.run(30)
    after = restarted(before)
    after.run(30)
    assert after.kinds("cell") == []
    after.site.values["battery/3/Alarms/LowCellVoltage"] = 0
    after.run(30)
    assert after.kinds("cell") == ["cleared"]


def test_43_five_raises_in_half_an_hour_are_flapping_and_the_sixth_only_counts(play: Play) -> None:
    player = play("")
    player.poll(POLL_S, notices=0, grid_lost=0)
    for _ in range(5):
        player.run(20, grid_lost=2)
        player.run(90, grid_lost=0)
    assert player.kinds("grid").count("raised") == 5
    assert player.kinds("grid").count("flapping") == 1
    flapping = player.open("grid")
    assert flapping is not None and flapping.flapping and flapping.count == 1
    player.run(20, grid_lost=2)
    again = player.open("grid")
    assert again is not None and (again.id, again.count) == (flapping.id, 2)
    assert player.kinds("grid").count("raised") == 5
    player.run(2000, grid_lost=0)
    assert player.open("grid") is None
    assert player.kinds("grid")[-2:] == ["steady", "cleared"]


def test_44_fifty_stations_that_lose_the_grid_are_one_line(play: Play) -> None:
    engine = AlertEngine(shipped_rules())
    sites = [Site(f"site-{n:02}", {SHORT["grid_lost"]: 0}) for n in range(50)]
    engine.step({site.id: site.poll(T0) for site in sites}, T0)
    for n, site in enumerate(sites):
        site.values[SHORT["grid_lost"]] = 2
        engine.step({site.id: site.poll(T0 + 1 + n)}, T0 + 1 + n)
    groups = grouped([AlertView(it) for it in engine.open if it.key.family == "grid"])
    assert len(groups) == 1
    assert groups[0].title == "50 stations: Grid lost"
    assert len(groups[0].views) == 50


def test_more_than_half_of_the_fleet_offline_is_our_own_uplink(play: Play) -> None:
    engine = AlertEngine(shipped_rules())
    sites = [Site(f"site-{n}", {SHORT["soc"]: 50}) for n in range(6)]
    engine.step({site.id: site.poll(T0) for site in sites}, T0)
    for n in range(1, 40):
        engine.step({site.id: site.fail(T0 + n * 10) for site in sites}, T0 + n * 10)
    groups = grouped([AlertView(it) for it in engine.open], stations=8)
    assert [group.title for group in groups] == ["Own uplink? 6 of 8 stations offline"]


@pytest.mark.parametrize("jump", [-3600.0, 3600.0, 86_400.0])
def test_45_a_clock_step_neither_hastens_nor_delays_an_alarm(jump: float) -> None:
    engine, site = AlertEngine(parse_rules(CRIT_ONLY)), Site(values={SHORT["soc"]: 9})
    raised_after = []
    for n in range(6):
        now = T0 + n * 10 + (jump if n >= 2 else 0.0)
        changes = engine.step({site.id: site.poll(now)}, now, monotonic=n * 10.0)
        raised_after += [n * 10 for event in changes.events if event.kind == "raised"]
    assert raised_after == [30]


def test_a_clock_step_does_not_make_a_station_stale(play: Play) -> None:
    engine, site = AlertEngine(parse_rules(CRIT_ONLY)), Site(values={SHORT["soc"]: 9})
    for n in range(5):
        engine.step({site.id: site.poll(T0 + n * 10)}, T0 + n * 10, monotonic=n * 10.0)
    engine.step({}, T0 + 7200, monotonic=42.0)
    assert [it.stale for it in engine.open] == [False]


def test_46_a_broken_edit_keeps_the_rules_and_says_so(play: Play) -> None:
    player = play(CRIT_ONLY)
    player.run(60, soc=9)
    with pytest.raises(RulesInvalid) as error:
        parse_rules(CRIT_ONLY.replace("last(m) < 10", "lst(m) < 10"), "mine.toml")
    player.keep(
        player.alerts.console_alarm(
            ConsoleAlarm("rules_invalid", "Rule files invalid", "Correct them."), str(error.value), player.now
        )
    )
    player.run(30, soc=9)
    assert {it.key.family for it in player.alerts.open} == {"soc", "rules_invalid"}
    player.keep(player.alerts.console_alarm(ConsoleAlarm("rules_invalid", "", ""), "", player.now))
    assert {it.key.family for it in player.alerts.open} == {"soc"}


def test_47_an_alarm_of_a_rule_that_is_gone_closes_and_says_why(play: Play) -> None:
    player = play(CRIT_ONLY)
    player.run(60, soc=9)
    player.keep(player.alerts.reload(parse_rules("schema = 1"), player.now))
    assert player.alerts.open == ()
    assert player.stored[1].reason == "rule_removed"


def test_an_alarm_of_a_rule_that_went_while_away_closes_too(play: Play) -> None:
    before = play(CRIT_ONLY)
    before.run(60, soc=9)
    after = restarted(before, "schema = 1")
    after.poll(POLL_S)
    assert after.stored[1].reason == "rule_removed"


def test_48_a_longer_wait_is_waited_for_again(play: Play) -> None:
    player = play(CRIT_ONLY)
    player.run(70, soc=9)
    longer = parse_rules(CRIT_ONLY.replace('for = "30s"', 'for = "300s"'))
    player.keep(player.alerts.reload(longer, player.now))
    assert player.stored[1].reason == "requalified"
    player.run(220, soc=9)
    assert player.open("soc") is None
    player.run(60, soc=9)
    assert player.open("soc") is not None


def test_a_changed_limit_keeps_the_occurrence(play: Play) -> None:
    player = play(CRIT_ONLY)
    player.run(70, soc=9)
    player.keep(player.alerts.reload(parse_rules(CRIT_ONLY.replace("last(m) < 10", "last(m) < 11")), player.now))
    player.run(30, soc=10.5)
    assert [it.id for it in player.alerts.open] == [1]
    assert player.kinds("soc") == ["raised"]


def notice(site: Site, kind: int, value: int, *, active: bool = True, slot: int = 0, at: float = T0) -> None:
    base = f"platform/0/Notifications/{slot}/"
    site.values |= {
        base + "DateTime": at, base + "Description": "Grid lost", base + "DeviceName": "Multi",
        base + "Service": "com.victronenergy.vebus.x276", base + "Type": kind, base + "AlarmValue": value,
        base + "Trigger": "/Alarms/GridLost", base + "Active": int(active), base + "Acknowledged": 0,
    }  # fmt: skip


def test_49_a_notification_and_the_alarm_it_tells_of_are_one_line_with_two_origins(play: Play) -> None:
    player = play("")
    notice(player.site, 1, 2)
    player.run(30, grid_lost=2)
    lost = player.open("grid")
    assert lost is not None
    assert len(lost.origins) == 2
    assert len(player.alerts.open) == 1


def test_50_a_notification_is_as_severe_as_its_value_not_its_type(play: Play) -> None:
    player = play("")
    notice(player.site, 0, 2)
    player.run(30)
    lost = player.open("grid")
    assert lost is not None and lost.severity is Severity.CRITICAL


def test_a_notification_is_kept_once_though_its_slot_moves(play: Play) -> None:
    player = play("")
    notice(player.site, 1, 2, active=False)
    kept = len(player.poll(POLL_S).notices)
    notice(player.site, 1, 2, active=False, slot=3)
    again = len(player.poll(POLL_S).notices)
    notice(player.site, 1, 2, active=False, slot=3, at=T0 + 50)
    assert (kept, again, len(player.poll(POLL_S).notices)) == (1, 0, 1)
    assert player.alerts.open == ()


def test_51_a_late_sample_raises_nothing(play: Play) -> None:
    player = play(SOC_RULES)
    player.run(30, soc=50)
    player.site.values[SHORT["soc"]] = 5
    late = player.site.poll(player.now - 600)
    player.site.values[SHORT["soc"]] = 50
    player.keep(player.alerts.step({player.site.id: late}, player.now))
    assert player.kinds("soc") == []


def test_a_service_that_hangs_is_not_a_station_offline(play: Play) -> None:
    player = play("")
    player.site.values["battery/1/Soc"] = 50
    player.run(30, soc=50)
    player.site.set_aside.add("battery/1")
    player.run(400)
    assert {it.key.family for it in player.alerts.open} == {"link"}


def test_a_boat_may_be_away_for_a_day(play: Play) -> None:
    player = play("")
    player.alerts.configure(player.site.id, ("boat",), {})
    player.run(30, soc=50)
    player.fail(3600)
    assert player.alerts.open == ()


def test_a_station_that_is_read_seldom_is_not_lost_between_two_reads(play: Play) -> None:
    player = play("")
    player.alerts.configure(player.site.id, (), {"cadence": {"fast_s": 900}})
    player.run(30, soc=50)
    player.fail(2600)
    assert not player.alerts.open
    player.fail(200)
    assert [it.key.family for it in player.alerts.open] == ["offline"]


def test_parameters_say_where_they_come_from(play: Play) -> None:
    player = play("")
    player.alerts.configure(player.site.id, (), {"thresholds": {"soc_warn": 30}})
    player.site.values |= {"battery/1/Info/MaxChargeVoltage": 52.5, "battery/1/Dc/0/Voltage": 50, "battery/1/Soc": 60}
    player.run(30, volts=50)
    found = player.alerts.parameters(player.site.id)
    assert (found["soc_warn"].value, found["soc_warn"].origin) == (30, "station file")
    assert (found["n_cells"].value, found["v_class"].value) == (15, 48)
    assert "charge limit" in found["cvl"].origin


def test_limits_of_another_pack_switch_the_voltage_rules_off_and_are_told_once(play: Play) -> None:
    player = play("")
    player.site.values |= {"battery/1/Info/MaxChargeVoltage": 54, "battery/1/Dc/0/Voltage": 26.4, "battery/1/Soc": 60}
    player.run(120, volts=26.4)
    assert player.alerts.open == ()
    assert [event.kind for event in player.events] == ["parameter"]
    assert "conflict" in player.events[0].text


def test_a_conflict_of_limits_is_told_once_though_the_voltage_moves_and_the_limits_come_and_go(play: Play) -> None:
    player = play("")
    player.site.values |= {"battery/1/Info/MaxChargeVoltage": 54, "battery/1/Dc/0/Voltage": 26.4, "battery/1/Soc": 60}
    for step in range(20):
        player.site.values["battery/1/Dc/0/Voltage"] = 26.4 + step / 10
        player.site.values["battery/1/Info/MaxChargeVoltage"] = 54 if step % 4 else None
        player.run(60)
    assert sum("conflict" in event.text for event in player.events) == 1
    player.site.values |= {"battery/1/Dc/0/Voltage": 26.4, "battery/1/Info/BatteryLowVoltage": 44}
    player.run(60)
    assert "low limit" in [event.text for event in player.events if "conflict" in event.text][-1]


def test_an_override_speaks_of_its_stations_only(play: Play) -> None:
    text = SOC_RULES + '[[override]]\nrule = "soc"\ntags = ["test-bench"]\nenabled = false\n'
    for tags, expected in (((), {"soc"}), (("test-bench",), set())):
        player = play(text)
        player.alerts.configure(player.site.id, tags, {})
        player.run(60, soc=5)
        assert {it.key.family for it in player.alerts.open} == expected


def test_an_alarm_is_announced_after_a_moment_unless_another_explains_it(play: Play) -> None:
    player = play("")
    player.site.values["battery/3/Alarms/LowCellVoltage"] = 2
    player.poll(POLL_S, grid_lost=2)
    cell, grid = player.open("cell"), player.open("grid")
    assert cell is not None and cell.announced_at == player.now
    assert grid is not None and grid.announced_at is None
    player.poll(POLL_S)
    grid = player.open("grid")
    assert grid is not None and grid.announced_at == player.now


def test_no_data_alarms_only_where_the_rule_asks_for_it(play: Play) -> None:
    player = play(SOC_RULES.replace('unit = "%"', 'unit = "%"\nno_data = "alert"\nno_data_for = "2m"'))
    player.run(30, soc=50)
    player.fail(120)
    assert player.open("soc") is None
    player.fail(120)
    silent = player.open("soc")
    assert silent is not None and silent.reason == "no_data"
    player.run(90, soc=50)
    assert player.open("soc") is None


def test_windows_are_filled_from_the_past_at_a_restart() -> None:
    class Past:
        def points(
            self, station: str, series: str, since: float, until: float
        ) -> list[tuple[float, float | str | None]]:
            return [(T0 - 7200, 199.0)] if series.endswith("/V") else [(T0 - 7200, 1.0)]

    engine = AlertEngine(shipped_rules(), Past())
    engine.configure("alder", (), {"grid": {"nominal_voltage_v": 230, "nominal_frequency_hz": 50}})
    site = Site(values={SHORT["source"]: 1, "vebus/276/Ac/ActiveIn/L1/V": 199.0, SHORT["hz"]: 50.0})
    engine.step({site.id: site.poll(T0)}, T0)
    assert [it.key.family for it in engine.open] == ["volt"]


def test_an_operators_file_replaces_a_shipped_rule_and_adds_to_them(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(SOC_RULES.replace('id = "soc"', 'id = "soh"'))
    rules = load_rules([tmp_path])
    assert len(rules.rules) == len(shipped_rules().rules)
    assert next(rule for rule in rules.rules if rule.id == "soh").title == "SOC low"


def test_only_what_changed_is_judged(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    player = play("")
    player.site.values |= {f"battery/{n}/Soc": 50 for n in range(5)}
    player.run(60, soc=50, volts=52)
    judged: list[str] = []
    evaluate = BoundRule.evaluate

    def counted(self: BoundRule, now: float) -> bool:
        judged.append(self.rule.id)
        return evaluate(self, now)

    monkeypatch.setattr(BoundRule, "evaluate", counted)
    player.run(20)
    assert judged == []
    player.run(10, soc=49)
    assert set(judged) <= {
        rule.id for rule in shipped_rules().rules if "soc" in rule.family or "blocked" in rule.family
    }


def test_the_alarms_of_a_station_that_is_configured_no_more_close(play: Play) -> None:
    player = play(CRIT_ONLY)
    player.run(60, soc=9)
    player.keep(player.alerts.forget(player.site.id, player.now))
    assert player.alerts.open == () and player.levels == {}
    assert player.stored[1].reason == "station_removed"
    player.keep(player.alerts.step({}, player.now + 3600))
    assert len(player.alerts.open) == 0


def test_a_threshold_in_the_station_file_holds_from_the_next_poll(play: Play) -> None:
    player = play("")
    player.run(900, soc=25)
    assert player.open("soc") is None
    player.alerts.configure(player.site.id, (), {"thresholds": {"soc_warn": 30}})
    player.run(700, soc=25)
    assert player.open("soc") is not None


def test_an_alarm_that_flapped_before_a_restart_ends_when_it_is_steady(play: Play) -> None:
    before = play("")
    before.poll(POLL_S, grid_lost=0)
    for _ in range(5):
        before.run(20, grid_lost=2)
        before.run(90, grid_lost=0)
    flapping = before.open("grid")
    assert flapping is not None and flapping.flapping
    after = restarted(before)
    after.run(60, grid_lost=0)
    assert after.open("grid") is not None
    after.run(2000, grid_lost=0)
    assert after.kinds("grid")[-2:] == ["steady", "cleared"]
    assert after.stored[flapping.id].reason == ""


def test_an_inverter_that_goes_is_told_within_a_minute_and_no_longer_once_its_going_is_accepted(play: Play) -> None:
    player = play("")
    player.site.values["vebus/276/State"] = 9
    player.run(60)
    player.site.gone.add("vebus/276")
    player.run(50)
    told = player.open("device_gone")
    assert told is not None
    assert (told.title, told.severity) == ("Inverter gone", Severity.CRITICAL)
    player.site.accepted.add("vebus/276")
    player.run(90)
    assert player.open("device_gone") is None


def test_a_service_that_hangs_is_told_within_a_minute_although_no_device_is_known_of_it(play: Play) -> None:
    player = play("")
    player.run(60, soc=80)
    player.site.unanswered = ("com.victronenergy.battery.ttyO0",)
    player.run(50)
    assert any(it.title == "Service hangs" for it in player.alerts.open)
