"""Which alarms are one incident, and which of them is the first."""

from __future__ import annotations

from victron_console.alerts.incidents import FOLLOWS, incident_lines, incidents
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
