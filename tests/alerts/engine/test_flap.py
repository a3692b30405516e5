"""When an alarm that comes and goes is told once, and when it is steady again."""

from __future__ import annotations

import pytest

from victron_console.alerts.engine.flap import Flap

T0 = 1_800_000_000.0


def flapped(*raises: float) -> list[bool]:
    flap = Flap()
    return [flap.raised(T0 + at) for at in raises]


def test_five_raises_in_half_an_hour_begin_to_flap_and_do_so_once() -> None:
    assert flapped(0, 400, 800, 1200, 1600, 1700) == [False, False, False, False, True, False]


def test_a_raise_half_an_hour_ago_no_longer_counts() -> None:
    assert flapped(0, 400, 800, 1200, 1799)[-1]
    assert not flapped(0, 400, 800, 1200, 1800)[-1]


@pytest.mark.parametrize(("third", "chatters"), [(30, True), (59, True), (60, False), (61, False)])
def test_three_raises_within_a_minute_chatter(third: float, chatters: bool) -> None:
    assert flapped(0, 20, third) == [False, False, chatters]


def test_two_raises_within_a_minute_do_not_chatter() -> None:
    assert flapped(0, 1) == [False, False]


def test_it_is_steady_with_one_raise_left_in_the_half_hour() -> None:
    flap = Flap()
    for at in (0, 20, 40):
        flap.raised(T0 + at)
    assert not flap.steady(T0 + 1819)
    assert flap.on
    assert flap.steady(T0 + 1820)
    assert not flap.on
    assert not flap.steady(T0 + 1821)


def test_an_alarm_that_never_flapped_does_not_become_steady() -> None:
    flap = Flap()
    assert not flap.on and flap.empty
    flap.raised(T0)
    assert not flap.steady(T0 + 10) and not flap.empty
    assert not flap.steady(T0 + 1800) and flap.empty


def test_one_that_flaps_is_remembered_though_its_raises_are_old() -> None:
    flap = Flap()
    flap.on = True
    assert not flap.empty


def test_a_stepped_clock_moves_the_raises_along() -> None:
    flap = Flap()
    for at in (0, 20):
        flap.raised(T0 + at)
    flap.shift(3600)
    assert flap.raised(T0 + 3600 + 40)
