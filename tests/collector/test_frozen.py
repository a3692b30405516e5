"""A device whose values stand while the system's own copy of them moves is not alive, whatever its bus says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from victron_console.collector.polling.frozen import FrozenDevices
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading, Scalar
from victron_console.model.snapshot import DeviceState

SYSTEM, BATTERY = DeviceKey("system", "0"), DeviceKey("battery", "258")
SERVICE = "com.victronenergy.battery.ttyO0"
CADENCE_S = 10.0


def device(key: DeviceKey, service: str, at: float, values: Mapping[str, Scalar]) -> DeviceState:
    return DeviceState(key, service, {path: Reading(value, at) for path, value in values.items()}, at, CADENCE_S)


class Site:
    """A battery and the system's copy of it, read each 10 s one after the other."""

    def __init__(self, named: str = SERVICE) -> None:
        self.frozen = FrozenDevices()
        self.named = named
        self.now = 0.0

    def read(self, own_a: float, copied_a: float, others: Mapping[DeviceKey, DeviceState] | None = None) -> bool:
        """Whether the battery stands still after it gave `own_a` and the system `copied_a`."""
        self.now += CADENCE_S
        own = {"Dc/0/Voltage": 52.0, "Dc/0/Current": own_a, "Dc/0/Power": 52.0 * own_a}
        copied: dict[str, Scalar] = {
            "Dc/Battery/BatteryService": self.named,
            "Dc/Battery/Current": copied_a,
            "Dc/Battery/Power": 52.0 * copied_a,
        }
        devices = {
            BATTERY: device(BATTERY, SERVICE, self.now - 1.0, own),
            SYSTEM: device(
                SYSTEM, "com.victronenergy.system", self.now, {**copied, "Dc/Battery/Power": 52.0 * copied_a}
            ),
        }
        return BATTERY in self.frozen.judge({**devices, **(others or {})})


@pytest.mark.parametrize("named", [SERVICE, "com.victronenergy.battery/258"])
def test_values_that_stand_while_the_copy_moves_are_found_within_a_minute_and_freed_with_the_first_move(
    named: str,
) -> None:
    site = Site(named)
    assert not any(site.read(amps, amps) for amps in (10.0, 11.0, 12.0))
    found = [site.read(12.0, copied) for copied in (13.0, 14.5, 16.0, 17.0, 18.0, 19.0)]
    assert found == [False, False, False, True, True, True]
    assert not site.read(19.5, 19.5)


def test_a_battery_at_rest_is_no_frozen_one() -> None:
    site = Site()
    assert not any(site.read(0.0, 0.0) for _ in range(50))


def test_a_last_digit_that_wavers_between_two_reads_is_no_frozen_battery() -> None:
    site = Site()
    assert not any(site.read(10.0, copied) for copied in (10.1, 10.0, 10.2, 9.9, 10.1) * 20)


def test_a_coarse_reading_that_wavers_between_two_steps_is_none_either() -> None:
    site = Site()
    assert not any(site.read(10.0, copied) for copied in (12.0, 10.0) * 30)


def test_a_copy_that_is_a_moment_older_or_younger_is_none_either() -> None:
    site = Site()
    amps = [10.0, 40.0, 5.0, 5.0, 5.0, -30.0, -30.0, 20.0, 20.0, 10.0]
    assert not any(site.read(own, copied) for own, copied in zip(amps, [*amps[1:], 0.0], strict=True))


def test_a_battery_that_the_system_does_not_copy_is_not_held_against_it() -> None:
    site = Site(named="com.victronenergy.battery.another")
    assert not any(site.read(12.0, float(copied)) for copied in range(20))


def test_one_of_several_chargers_is_not_held_against_the_sum_of_all() -> None:
    site = Site()
    keys = [DeviceKey("solarcharger", str(number)) for number in (1, 2)]
    for tick in range(20):
        chargers = {key: device(key, f"c.{key.instance}", site.now + 9, {"Dc/0/Current": 3.0}) for key in keys}
        site.read(float(tick), float(tick), chargers)
        assert site.frozen.judge(chargers) == frozenset()
