"""What a run of polls says: the mean of a minute, what breaks it off, and when an imbalance is stated anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from victron_console.insight.overview.balance import unmeasured
from victron_console.insight.overview.overview import overview, polled
from victron_console.model.judgement import PollMemory
from victron_console.model.overview import Overview
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]

T0 = 1_763_900_000.0
Poll = tuple[float, float | None]
"""Seconds, and the watts of load beside a grid of 1000 W; None: nothing measures the loads."""


def site(build: Build, load_w: float | None, at: float) -> Snapshot:
    loads = {} if load_w is None else {"Ac/Consumption/L1/Power": load_w}
    return build({"system/0": {"Ac/Grid/L1/Power": 1000.0, "Dc/Battery/Power": 0.0, **loads}}, at=at)


def judged(build: Build, polls: Sequence[Poll], memory: PollMemory | None = None) -> list[float | None]:
    """The imbalance after each poll."""
    memory, found = memory or PollMemory(), []
    for seconds, load_w in polls:
        shown, memory = polled(site(build, load_w, T0 + seconds), memory)
        found.append(shown.imbalance_w)
    return found


def test_an_imbalance_is_judged_once_a_minute_was_seen(build: Build) -> None:
    assert judged(build, [(0, 2000.0), (30, 2000.0), (59, 2000.0), (60, 2000.0)]) == [None, None, None, -1000.0]
    assert judged(build, [(0, 950.0), (60, 950.0)]) == [None, 0.0]


def test_a_mean_moves_by_the_share_of_the_minute_that_passed(build: Build) -> None:
    memory = PollMemory()
    _, memory = polled(site(build, 1000.0, T0), memory)
    _, memory = polled(site(build, 1600.0, T0 + 15), memory)
    assert (memory.in_w, memory.out_w) == (1000.0, 1150.0)
    _, memory = polled(site(build, 2000.0, T0 + 75), memory)
    assert (memory.in_w, memory.out_w) == (1000.0, 2000.0)


def test_an_imbalance_is_stated_anew_once_it_moved_by_100_w_and_a_tenth(build: Build) -> None:
    begin = [(0.0, 2000.0), (60.0, 2000.0)]
    assert judged(build, [*begin, (120, 2100.0), (180, 2101.0), (240, 2106.0)])[1:] == [
        -1000.0, -1000.0, -1100.0, -1100.0,
    ]  # fmt: skip
    assert judged(build, [(0, 5000.0), (60, 5000.0), (120, 5400.0), (180, 5401.0)])[1:] == [-4000.0, -4000.0, -4400.0]
    assert judged(build, [*begin, (120, 1000.0), (180, 2050.0)])[1:] == [-1000.0, 0.0, -1050.0]
    assert judged(build, [*begin, (120, 20.0)])[1:] == [-1000.0, 980.0]


def test_a_side_that_is_not_measured_ends_the_mean(build: Build) -> None:
    assert judged(build, [(0, 2000.0), (60, 2000.0), (70, None), (80, 2000.0), (140, 2000.0)]) == [
        None, -1000.0, None, None, -1000.0,
    ]  # fmt: skip


@pytest.mark.parametrize(("gap", "forgotten"), [(60.0, False), (61.0, True)])
def test_after_a_gap_of_a_minute_what_was_before_says_nothing(build: Build, gap: float, forgotten: bool) -> None:
    found = judged(build, [(0, 2000.0), (60, 2000.0), (60 + gap, 2000.0)])
    assert found == [None, -1000.0, None if forgotten else -1000.0]


def test_an_older_reading_changes_nothing(build: Build) -> None:
    _, memory = polled(site(build, 2000.0, T0), PollMemory())
    assert polled(site(build, 900.0, T0 - 5), memory)[1] == memory
    assert polled(site(build, 900.0, T0), memory)[1] == memory


def test_of_a_station_without_system_the_battery_is_what_is_polled(build: Build) -> None:
    tree = {"Soc": 50.0, "Dc/0/Power": 238.0, "Dc/0/Voltage": 26.4, "Dc/0/Current": -9.4}
    memory = PollMemory()
    for n in range(3):
        station = build({"battery/1": tree}, at=T0 + 10 * n)
        late = build({"battery/1": tree, "tank/2": {}}, at=T0 + 10 * n + 3, read_at=T0 + 10 * n)
        shown, memory = polled(station, memory)
        assert polled(late, memory)[1] == memory
    assert "battery_current_a" in shown.flags


@pytest.mark.parametrize(
    ("power_w", "volts", "amperes", "conflict"),
    [
        (51.0, 52.0, -1.0, True), (50.0, 52.0, -2.0, False), (200.0, 50.0, -1.0, False), (200.0, 50.1, -1.0, True),
        (200.0, 50.0, 4.0, False), (-200.0, 50.0, 4.0, True), (200.0, None, -4.0, False), (200.0, 50.0, None, False),
        (None, 50.0, -4.0, False),
    ],
)  # fmt: skip
def test_signs_conflict_above_50_w_on_both_sides(
    build: Build, power_w: float | None, volts: float | None, amperes: float | None, conflict: bool
) -> None:
    values = {"Power": power_w, "Voltage": volts, "Current": amperes}
    tree = {f"Dc/Battery/{name}": value for name, value in values.items() if value is not None}
    memory = PollMemory()
    for n in range(3):
        _, memory = polled(build({"system/0": tree}, at=T0 + 10 * n), memory)
    assert memory.judgement.signs_conflict is conflict


def test_conflicting_polls_are_counted_in_a_row(build: Build) -> None:
    opposite = {"Dc/Battery/Power": 238.0, "Dc/Battery/Voltage": 26.4, "Dc/Battery/Current": -9.4}
    memory, counts = PollMemory(), []
    for n, sign in enumerate((1, 1, -1, 1, 1, 1)):
        tree = opposite | {"Dc/Battery/Power": sign * 238.0}
        _, memory = polled(build({"system/0": tree}, at=T0 + 10 * n), memory)
        counts.append(memory.conflicting_polls)
    assert counts == [1, 2, 0, 1, 2, 3]


@pytest.mark.parametrize(
    ("figures", "missing"),
    [
        ({"battery_voltage_v": 52.0, "load_power_w": 1.0}, "the battery's power"),
        ({"battery_power_w": 1.0}, "any load"),
        ({"load_power_w": 1.0}, "what evens it out: a battery, the mains or a genset"),
        ({"load_power_w": 1.0, "grid_power_w": 1.0}, ""),
        ({"dc_load_power_w": 1.0, "battery_power_w": 1.0}, ""),
        ({"load_power_w": 1.0, "genset_power_w": 1.0}, ""),
    ],
)
def test_what_a_balance_lacks_is_named(figures: dict[str, float], missing: str) -> None:
    assert unmeasured(replace(Overview(), **figures)) == missing  # type: ignore[arg-type]


def test_what_left_is_named_in_what_a_balance_lacks(build: Build) -> None:
    devices = {"system/0": {"Ac/Consumption/L1/Power": 1.0, "Dc/Battery/Power": 1.0}, "grid/30": {}, "tank/1": {}}
    assert unmeasured(overview(build(devices, gone=("grid/30",)))) == "what grid/30 gave, which is gone"
    assert unmeasured(overview(build(devices, gone=("tank/1",)))) == ""
