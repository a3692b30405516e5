"""What holds for every sequence of polls, failures and restarts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.alerts.conftest import POLL_S, SHORT, T0, Player, Site, restarted

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import parse_rules
from victron_console.model.alert import AlertEvent, Occurrence
from victron_console.model.reading import Scalar

pytestmark = pytest.mark.slow

RULES = """
schema = 1
[[rule]]
id = "soc"
family = "soc"
title = "SOC low"
response = "Cut loads"
per = "station"
[rule.inputs]
m = "system/*/Dc/Battery/Soc"
[[rule.level]]
severity = "critical"
raise = "last(m) < 10"
clear = "last(m) > 12"
for = "20s"
clear_for = "30s"
[[rule.level]]
severity = "warning"
raise = "last(m) < 20"
clear = "last(m) > 23"
for = "0s"
clear_for = "20s"
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
[[inhibit]]
source = "grid"
targets = ["soc"]
"""

FAILED = "failed"
SOC = st.sampled_from([5.0, 11.0, 15.0, 22.0, 50.0, None])
GRID = st.sampled_from([0, 1, 2, None])
POLL = st.one_of(st.just(FAILED), st.tuples(SOC, GRID))
Poll = str | tuple[Scalar, Scalar]


def play(player: Player, polls: list[Poll]) -> Player:
    for poll in polls:
        if isinstance(poll, str):
            player.fail(POLL_S)
        else:
            player.poll(POLL_S, soc=poll[0], grid_lost=poll[1])
    return player


def fresh() -> Player:
    return Player(AlertEngine(parse_rules(RULES)))


def shown(events: list[AlertEvent]) -> list[tuple[float, str, str, str]]:
    """What must not depend on a restart. Being stale and being let go do: both wait for a fresh sample after it."""
    return [(e.at, e.kind, e.key, e.text) for e in events if e.kind not in ("stale", "fresh", "released", "suppressed")]


def lasting(player: Player) -> list[Occurrence]:
    """The open occurrences without what a restart may put off by a poll or two."""
    return [replace(it, stale=False, last_value=None, suppressed_by="", announced_at=None) for it in player.alerts.open]


@settings(max_examples=80)
@given(st.lists(POLL, max_size=60))
def test_raised_and_cleared_alternate_and_a_key_is_open_once(polls: list[Poll]) -> None:
    player = fresh()
    for poll in polls:
        play(player, [poll])
        keys = [it.key for it in player.alerts.open]
        assert len(keys) == len(set(keys))
    for key in {event.key for event in player.events}:
        kinds = [e.kind for e in player.events if e.key == key and e.kind in ("raised", "cleared")]
        assert kinds == [("raised", "cleared")[n % 2] for n in range(len(kinds))]


@settings(max_examples=80)
@given(st.lists(POLL, max_size=40), st.lists(st.sampled_from([FAILED, (None, None)]), max_size=30))
def test_what_cannot_be_told_never_clears(polls: list[Poll], blind: list[Poll]) -> None:
    player = play(fresh(), polls)
    before = {it.id for it in player.alerts.open}
    cleared = [e for e in player.events if e.kind == "cleared"]
    play(player, blind)
    assert before <= {it.id for it in player.alerts.open}
    assert [e for e in player.events if e.kind == "cleared"] == cleared


@settings(max_examples=80)
@given(st.lists(POLL, max_size=40), st.lists(POLL, max_size=40))
def test_a_restart_in_between_changes_nothing(first: list[Poll], second: list[Poll]) -> None:
    through = play(fresh(), first + second)
    before = play(fresh(), first)
    after = play(restarted(before, RULES), second)
    assert shown(before.events + after.events) == shown(through.events)
    assert lasting(after) == lasting(through)


@settings(max_examples=40)
@given(st.lists(st.lists(st.tuples(SOC, GRID), min_size=4, max_size=4), max_size=20), st.permutations(range(4)))
def test_the_order_of_stations_in_a_step_does_not_matter(
    rows: list[list[tuple[Scalar, Scalar]]], order: list[int]
) -> None:
    results = []
    for arranged in (range(4), order):
        engine, sites = AlertEngine(parse_rules(RULES)), [Site(f"site-{n}") for n in range(4)]
        said = []
        for n, row in enumerate(rows):
            now = T0 + n * POLL_S
            for site, (soc, lost) in zip(sites, row, strict=True):
                site.values |= {SHORT["soc"]: soc, SHORT["grid_lost"]: lost}
            said.append(engine.step({sites[i].id: sites[i].poll(now) for i in arranged}, now))
        results.append(said)
    assert results[0] == results[1]
