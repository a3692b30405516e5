"""The state machine of one level: what waits, what starts anew, what cannot be told, at the edges of each time."""

from __future__ import annotations

import pytest

from victron_console.alerts.engine.level_state import RESUME_AT_MOST_S, LevelState, Phase, Timing
from victron_console.alerts.language.values import Truth

T0 = 1_800_000_000.0
TIMING = Timing(for_s=60.0, clear_for_s=90.0, grace_s=30.0)

Step = tuple[float, tuple[Truth, Truth]]
RAISE, CLEAR, BETWEEN, UNTOLD = (True, False), (False, True), (False, False), (None, None)


def led(*steps: Step, state: LevelState | None = None, timing: Timing = TIMING) -> list[str]:
    """The phase after each step, with `!` where it turned; a step is seconds and what raise and clear say."""
    state = state or LevelState()
    said = []
    for seconds, (raised, clear) in steps:
        turned = state.advance(raised, clear, T0 + seconds, T0 + seconds, timing)
        said.append(state.phase.value + ("!" if turned else ""))
    return said


def every_20_s(until: float, result: tuple[Truth, Truth], since: float = 0.0) -> list[Step]:
    return [(since + 20.0 * n, result) for n in range(int((until - since) // 20) + 1)]


def active() -> LevelState:
    state = LevelState()
    led(*every_20_s(60.0, RAISE), state=state)
    assert state.phase is Phase.ACTIVE
    return state


def test_it_is_raised_once_it_was_true_for_the_whole_time() -> None:
    assert led(*every_20_s(80.0, RAISE)) == ["pending", "pending", "pending", "active!", "active"]


def test_without_a_time_it_is_raised_at_once() -> None:
    assert led((0.0, RAISE), timing=Timing(0.0, 0.0, 30.0)) == ["active!"]


def test_nothing_begins_without_a_condition() -> None:
    assert led((0.0, CLEAR), (20.0, BETWEEN), (40.0, UNTOLD)) == ["normal", "normal", "normal"]


def test_a_wait_that_is_broken_off_begins_anew() -> None:
    assert led(*every_20_s(40.0, RAISE), (50.0, CLEAR), (60.0, RAISE), (80.0, RAISE)) == [
        "pending", "pending", "pending", "normal", "pending", "pending",
    ]  # fmt: skip


@pytest.mark.parametrize(("untold_until", "raised_at_60"), [(40.0, True), (50.0, True), (50.5, False)])
def test_what_cannot_be_told_holds_a_wait_for_the_grace_and_no_longer(untold_until: float, raised_at_60: bool) -> None:
    said = led((0.0, RAISE), (20.0, RAISE), (untold_until, UNTOLD), (untold_until, RAISE), (60.0, RAISE))
    assert (said[-1] == "active!") is raised_at_60


@pytest.mark.parametrize(("gap", "waited"), [(30.0, True), (31.0, False)])
def test_a_gap_longer_than_the_grace_starts_the_wait_anew(gap: float, waited: bool) -> None:
    said = led((0.0, RAISE), (30.0, RAISE), (30.0 + gap, RAISE))
    assert said == ["pending", "pending", "active!" if waited else "pending"]


@pytest.mark.parametrize(("away", "raised"), [(3600.0, True), (3601.0, False)])
def test_after_a_restart_a_wait_goes_on_where_it_stood_for_an_hour(away: float, raised: bool) -> None:
    assert RESUME_AT_MOST_S == 3600.0
    kept = LevelState(Phase.PENDING, T0, T0, T0 + 50.0, resumed=True)
    back = 50.0 + away
    assert led((back, RAISE), (back + 10.0, RAISE), state=kept) == ["pending", "active!" if raised else "pending"]


def test_after_a_restart_what_cannot_be_told_does_not_end_a_wait() -> None:
    kept = LevelState(Phase.PENDING, T0, T0, T0 + 50.0, resumed=True)
    assert led((500.0, UNTOLD), (510.0, RAISE), (520.0, RAISE), state=kept) == ["pending", "pending", "active!"]


def test_the_time_away_is_forgiven_once() -> None:
    kept = LevelState(Phase.PENDING, T0, T0, T0 + 50.0, resumed=True)
    led((500.0, RAISE), state=kept)
    assert not kept.resumed
    assert led((600.0, RAISE), (650.0, UNTOLD), state=kept) == ["pending", "normal"]


def test_it_clears_once_it_was_clear_for_the_whole_time() -> None:
    state = active()
    assert led(*every_20_s(180.0, CLEAR, since=80.0), state=state) == ["clearing"] * 5 + ["normal!"]
    assert not state.stale and not state.on


def test_between_the_two_conditions_it_stays_and_its_clearing_begins_anew() -> None:
    said = led((80.0, CLEAR), (100.0, BETWEEN), *every_20_s(220.0, CLEAR, since=120.0), state=active())
    assert said == ["clearing", "active", *["clearing"] * 5, "normal!"]


def test_a_condition_that_raises_and_clears_at_once_raises() -> None:
    assert led((80.0, (True, True)), (300.0, (True, True)), state=active()) == ["active", "active"]


def test_what_cannot_be_told_is_stale_and_says_so_once_each_way() -> None:
    state = active()
    assert led((80.0, UNTOLD), (100.0, UNTOLD), (120.0, RAISE), (140.0, RAISE), state=state) == [
        "active!", "active", "active!", "active",
    ]  # fmt: skip
    assert not state.stale


def test_a_clear_that_can_be_told_is_not_stale_though_the_raise_cannot() -> None:
    state = active()
    assert led((80.0, (None, True)), state=state) == ["clearing"]
    assert not state.stale


def test_what_cannot_be_told_breaks_a_clearing_off() -> None:
    assert led((80.0, CLEAR), (100.0, UNTOLD), (120.0, CLEAR), state=active()) == ["clearing", "active!", "clearing!"]


def test_an_alarm_for_want_of_data_is_on_and_stale_and_ends_with_the_first_value_that_does_not_raise() -> None:
    state = LevelState()
    state.raise_for_no_data(T0)
    assert (state.phase, state.stale, state.no_data, state.started) == (Phase.ACTIVE, True, True, T0)
    assert led((20.0, UNTOLD), (40.0, BETWEEN), *every_20_s(140.0, CLEAR, since=60.0), state=state) == [
        "active", "clearing!", *["clearing"] * 4, "normal!",
    ]  # fmt: skip


def test_an_alarm_for_want_of_data_goes_on_as_one_of_its_condition() -> None:
    state = LevelState()
    state.raise_for_no_data(T0)
    assert led((20.0, RAISE), (40.0, BETWEEN), state=state) == ["active!", "active"]
    assert not state.no_data


def test_it_says_when_its_condition_began_and_when_it_was_last_seen() -> None:
    state = active()
    assert (state.started, state.since, state.seen) == (T0, T0 + 60.0, T0 + 60.0)
    state.shift(3600.0)
    assert (state.started, state.since, state.seen) == (T0 + 3600.0, T0 + 3660.0, T0 + 3660.0)


@pytest.mark.parametrize(("phase", "on"), [("normal", False), ("pending", False), ("active", True), ("clearing", True)])
def test_only_what_was_raised_holds_an_alarm_open(phase: str, on: bool) -> None:
    assert LevelState(Phase(phase)).on is on
