from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.catalogue import TIER_S, Tier
from victron_console.collector.polling.schedule import Schedule, tier_of

SYSTEM = "com.victronenergy.system"
BATTERY = "com.victronenergy.battery.ttyO0"
TANK = "com.victronenergy.tank.adc0"
SETTINGS = "com.victronenergy.settings"
PATHS = {SYSTEM: ["Dc/Battery/Soc"], TANK: ["Level"], SETTINGS: ["Settings/SystemSetup/AcInput1"]}


def schedule_of(*services: str, jitter: float = 0.0) -> Schedule:
    schedule = Schedule(TIER_S, lambda: jitter)
    schedule.discovered(services, 0.0)
    return schedule


def run(schedule: Schedule, until: float, take_s: float = 0.05) -> dict[str, list[float]]:
    """Read whatever is due until the moment; when each service was read."""
    now, reads = 0.0, {service: list[float]() for service in PATHS}
    while now < until:
        service = schedule.next_service(now)
        if service is None:
            now = max(now + 0.01, min(plan.due for plan in schedule.plans.values()))
            continue
        now += take_s
        reads[service].append(now)
        schedule.was_read(service, now, PATHS[service])
    return reads


def test_first_picture_begins_with_the_system_and_ends_with_the_settings() -> None:
    schedule = schedule_of(SETTINGS, TANK, SYSTEM)
    order = []
    for now in (0.1, 0.2, 0.3):
        service = schedule.next_service(now)
        assert service is not None
        order.append(service)
        schedule.was_read(service, now, PATHS[service])
    assert order == [SYSTEM, TANK, SETTINGS]


def test_each_service_is_read_at_the_cadence_of_its_fastest_value() -> None:
    reads = run(schedule_of(SYSTEM, TANK, SETTINGS), 901.0)
    assert len(reads[SYSTEM]) == pytest.approx(91, abs=2)
    assert len(reads[TANK]) == pytest.approx(16, abs=2)
    assert len(reads[SETTINGS]) == pytest.approx(4, abs=1)


def test_a_slow_station_gets_the_cadence_it_manages_and_starves_no_service() -> None:
    schedule = schedule_of(SYSTEM, TANK)
    reads = run(schedule, 600.0, take_s=15.0)
    assert len(reads[TANK]) >= 8
    assert schedule.plans[SYSTEM].effective_s >= 15.0


def test_a_hung_service_waits_ever_longer_and_the_others_do_not() -> None:
    schedule = schedule_of(SYSTEM, TANK)
    assert [schedule.set_aside(TANK, 0.0) for _ in range(8)] == [10, 20, 40, 80, 160, 320, 600, 600]
    assert schedule.next_service(400.0) == SYSTEM
    schedule.was_read(SYSTEM, 400.0, PATHS[SYSTEM])
    assert schedule.next_service(401.0) is None
    schedule.was_read(TANK, 600.0, PATHS[TANK])
    assert schedule.aside == []
    assert schedule.set_aside(TANK, 600.0) == 10


def test_what_all_figures_hang_on_is_asked_within_a_minute_of_its_return_however_long_it_hung() -> None:
    schedule = schedule_of(SYSTEM, BATTERY)
    assert [schedule.set_aside(BATTERY, 0.0) for _ in range(10)] == [10] * 8 + [45, 45]
    assert [schedule.set_aside(SYSTEM, 0.0) for _ in range(20)] == [10] * 20


def test_a_hold_that_ended_early_calls_for_another_try_at_once() -> None:
    schedule = schedule_of(SYSTEM, TANK)
    for _ in range(6):
        schedule.set_aside(TANK, 0.0)
    assert schedule.set_aside(TANK, 0.0, held_s=15.0) == 10


def test_a_return_makes_everything_due_and_what_hung_too() -> None:
    schedule = schedule_of(SYSTEM, TANK, SETTINGS)
    for service in PATHS:
        schedule.was_read(service, 1.0, PATHS[service])
    schedule.set_aside(TANK, 2.0)
    schedule.hurry(3.0)
    assert {p.service for p in schedule.plans.values() if p.due <= 3.0} == {SYSTEM, TANK, SETTINGS}


def test_focus_quickens_fast_services_and_pins_quicken_theirs() -> None:
    schedule = schedule_of(SYSTEM, TANK)
    for service in (SYSTEM, TANK):
        schedule.was_read(service, 0.0, PATHS[service])
    schedule.refocus(2.0, {TANK}, 1.0)
    assert schedule.plans[SYSTEM].due == 2.0
    assert schedule.plans[TANK].due == 2.0
    schedule.refocus(None, (), 3.0)
    assert schedule.cadence_s(schedule.plans[TANK]) == TIER_S[Tier.MEDIUM]


def test_a_service_that_left_is_forgotten_and_one_that_came_is_due() -> None:
    schedule = schedule_of(SYSTEM, TANK)
    came, left = schedule.discovered([SYSTEM, SETTINGS], 10.0)
    assert (came, left) == ([SETTINGS], [TANK])
    assert schedule.plans[SETTINGS].due == 10.0


@given(st.floats(0, 1, exclude_max=True))
def test_no_jitter_makes_a_service_late(jitter: float) -> None:
    schedule = schedule_of(SYSTEM, jitter=jitter)
    schedule.was_read(SYSTEM, 0.05, PATHS[SYSTEM])
    assert schedule.plans[SYSTEM].due <= 10.05


@pytest.mark.parametrize("jitter", [0.0, 0.37, 0.99])
def test_what_is_due_about_a_time_is_read_in_one_round(jitter: float) -> None:
    reads = run(schedule_of(SYSTEM, TANK, SETTINGS, jitter=jitter), 901.0)
    rounds = [at for at in reads[SYSTEM] if at > 10.1]
    for at in (at for service in (TANK, SETTINGS) for at in reads[service] if at > 10.1):
        assert min(at - begin for begin in rounds if begin < at) < 0.2


def test_a_service_that_answers_again_comes_back_into_the_round() -> None:
    schedule = schedule_of(SYSTEM, BATTERY, jitter=0.5)
    for service in (SYSTEM, BATTERY):
        schedule.was_read(service, 0.1, ["Dc/Battery/Soc", "Soc"])
    schedule.set_aside(BATTERY, 7.0)
    for at in (5.1, 15.1):
        schedule.was_read(SYSTEM, at, ["Dc/Battery/Soc"])
    schedule.was_read(BATTERY, 17.3, ["Soc"])
    assert schedule.plans[BATTERY].due == pytest.approx(schedule.plans[SYSTEM].due) == pytest.approx(25.0)


def test_a_service_that_is_slow_and_comes_first_leaves_room_for_the_others() -> None:
    other = "com.victronenergy.grid.cgwacs"
    schedule = schedule_of(SYSTEM, BATTERY, other)
    now, reads = 0.0, dict.fromkeys((SYSTEM, BATTERY, other), 0)
    while now < 600.0:
        service = schedule.next_service(now)
        if service is None:
            now = schedule.next_moment()
            continue
        now += 9.9
        reads[service] += 1
        schedule.was_read(service, now, ["Dc/Battery/Soc", "Soc", "Ac/Power"])
    assert min(reads.values()) >= 18


def test_an_unknown_class_is_read_each_minute_and_settings_never_fast() -> None:
    assert tier_of("com.victronenergy.espresso.1", ["Temperature"]) is Tier.MEDIUM
    assert tier_of(SETTINGS, ["Settings/CGwacs/AcPowerSetPoint"]) is Tier.SLOW
