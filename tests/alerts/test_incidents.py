"""Which alarms are one incident, and which of them is the first."""

from __future__ import annotations

from dataclasses import replace

from victron_console.alerts.engine.incident_memory import LATELY_S, IncidentMemory
from victron_console.alerts.engine.open_alarms import OpenAlarms
from victron_console.alerts.incidents import FOLLOWS, incident_lines, incidents, joined
from victron_console.alerts.rules.rule_file import load_rules
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.store.records import Event


def alarm(number: int, family: str, at: float, **given: object) -> Occurrence:
    station = str(given.pop("station", "site"))
    return Occurrence(
        number,
        AlertKey(station, family),
        family,
        Severity.WARNING,
        family,
        "do it",
        at,
        at + 10,
        **given,  # type: ignore[arg-type]
    )


def told(made: list[Occurrence], *changes: Event) -> list[tuple[int, list[int]]]:
    return [(it.first.id, [each.id for each in it.followed]) for it in incidents(made, changes)]


def test_what_follows_from_a_lost_grid_is_one_incident_hours_later_too() -> None:
    made = [alarm(1, "grid", 0.0), alarm(2, "soc", 30_000.0), alarm(3, "vdc_low", 36_000.0)]
    assert told(made) == [(1, [2, 3])]


def test_what_was_over_before_explains_nothing() -> None:
    assert told([alarm(1, "grid", 0.0, cleared_at=600.0), alarm(2, "soc", 30_000.0)]) == [(2, []), (1, [])]


def test_what_is_held_back_belongs_to_what_holds_it() -> None:
    made = [alarm(1, "bms", 100.0), alarm(2, "modules", 95.0, suppressed_by="bms")]
    assert told(made) == [(1, [2])]


def test_alarms_of_other_sites_and_unlike_ones_stay_their_own() -> None:
    made = [alarm(1, "grid", 0.0), alarm(2, "soc", 60.0, station="other"), alarm(3, "wifi", 60.0)]
    assert sorted(told(made)) == [(1, []), (2, []), (3, [])]


def test_alarms_that_explain_each_other_end() -> None:
    made = [alarm(1, "soc", 0.0), alarm(2, "blocked", 5.0, suppressed_by="soc"), alarm(3, "cell", 6.0)]
    assert len(told(made)) == 1


def test_what_was_changed_before_it_is_told_and_what_came_after_is_not() -> None:
    changes = [
        Event(1_000.0 - 300.0, "site", "setting", "Minimum SOC became 10 %"),
        Event(1_000.0 - 3_000.0, "site", "setting", "long before"),
        Event(1_000.0 + 5.0, "site", "setting", "after"),
        Event(1_000.0 - 10.0, "other", "setting", "elsewhere"),
        Event(1_000.0 - 10.0, "site", "raised", "no change"),
    ]
    (incident,) = incidents([alarm(1, "soc", 1_000.0)], changes)
    assert [event.text for event in incident.before] == ["Minimum SOC became 10 %"]


def test_every_family_named_has_a_rule() -> None:
    known = {rule.family for rule in load_rules([]).rules} | {"link"}
    assert {*FOLLOWS, *(family for led in FOLLOWS.values() for family in led)} <= known


def test_an_incident_in_lines_has_its_site_its_state_and_hostile_text_made_harmless() -> None:
    made = [
        alarm(1, "grid", 1_000.0, cleared_at=90_000.0, last_value="ok"),
        alarm(2, "soc", 2_000.0, last_value=9.0, unit="%"),
    ]
    (incident,) = incidents(made, [Event(900.0, "site", "setting", "a \x1b[2J name")])
    lines = list(incident_lines(incident, {"site": "Site One"}))
    assert lines[0].startswith("Site One: ")
    assert "grid (1), over " in lines[0]
    assert lines[1].lstrip().startswith("then ") and lines[1].endswith("soc, 9 % (2)")
    assert lines[2].lstrip().startswith("before ") and "\x1b" not in lines[2]


def noted(made: list[Occurrence]) -> dict[int, int | None]:
    known = {it.id: it for it in made} | {it.id: it for it in joined(made)}
    return {number: it.incident for number, it in known.items()}


def test_all_of_a_chain_have_the_number_of_its_first() -> None:
    assert noted([alarm(1, "can", 0.0), alarm(2, "bms", 5.0), alarm(3, "soc", 9_000.0)]) == {1: None, 2: 1, 3: 1}


def test_what_was_noted_stays_though_its_first_is_not_known_any_more() -> None:
    later = alarm(8, "vdc_low", 40_000.0)
    assert noted([alarm(5, "soc", 30_000.0, incident=1), later]) == {5: 1, 8: 1}


def test_a_cause_that_is_raised_a_moment_later_takes_over_those_that_it_explains() -> None:
    before = [alarm(1, "soc", 100.0), alarm(2, "vdc_low", 110.0, incident=1)]
    assert noted([*before, alarm(3, "grid", 95.0)]) == {1: 3, 2: 3, 3: None}


def test_alarms_that_explain_each_other_all_have_one_first() -> None:
    made = [alarm(1, "cell", 0.0), alarm(2, "blocked_c", 5.0), alarm(3, "soc", 9.0)]
    assert noted(made) == {1: None, 2: 1, 3: 1}
    assert noted(made[::-1]) == noted(made)


def raised(alarms: OpenAlarms, *made: Occurrence) -> None:
    for it in made:
        alarms.put(it)
        alarms.note("raised", it, it.raised_at)


def test_the_line_of_the_log_that_tells_of_an_alarm_names_what_it_follows_from() -> None:
    alarms, memory = OpenAlarms(), IncidentMemory()
    raised(alarms, alarm(1, "grid", 0.0), alarm(2, "wifi", 0.0))
    memory.apply(alarms, 10.0)
    alarms.changed, alarms.events = {}, []
    raised(alarms, alarm(3, "soc", 500.0))
    memory.apply(alarms, 510.0)
    assert alarms.changed[3].incident == 1 and set(alarms.changed) == {3}
    assert [(event.text, dict(event.details)) for event in alarms.events] == [
        ("soc; follows from grid", {"incident": 1})
    ]


def test_what_cleared_while_the_condition_of_the_next_was_waited_for_is_its_cause_for_an_hour() -> None:
    for waited_s, incident in ((LATELY_S / 2, 1), (LATELY_S * 2, None)):
        alarms, memory = OpenAlarms(), IncidentMemory()
        raised(alarms, alarm(1, "grid", 0.0))
        memory.apply(alarms, 10.0)
        alarms.put(replace(alarms.changed[1], cleared_at=400.0))
        memory.apply(alarms, 400.0)
        alarms.changed = {}
        raised(alarms, replace(alarm(2, "soc", 300.0), raised_at=400.0 + waited_s))
        memory.apply(alarms, 400.0 + waited_s)
        assert alarms.changed[2].incident == incident


def test_what_is_only_for_the_log_and_alarms_of_the_console_belong_to_no_incident() -> None:
    alarms, memory = OpenAlarms(), IncidentMemory()
    raised(alarms, alarm(1, "grid", 0.0, station=""), alarm(2, "soc", 5.0, station=""))
    raised(alarms, alarm(3, "grid", 0.0), replace(alarm(4, "soc", 5.0), response=""))
    memory.apply(alarms, 20.0)
    assert [it.incident for it in alarms.changed.values()] == [None] * 4
