"""The GX's notification ring: whose alarm an entry is, how severe several of one alarm are, and when it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.alerts.conftest import SHORT, T0, Player, Site, restarted

from victron_console.model.reading import Scalar

Play = Callable[[str], Player]

HOUSE: dict[str, Scalar] = {"battery/279/CustomName": "House", "battery/279/Soc": 50, "battery/280/CustomName": "Bow"}


def notice(site: Site, slot: int, *, at: float = T0, **given: Scalar) -> None:
    """An entry: a low voltage of the battery on ttyO2, active, unless said otherwise."""
    entry: dict[str, Scalar] = {
        "DateTime": at, "Description": "Low voltage", "DeviceName": "", "Service": "com.victronenergy.battery.ttyO2",
        "Type": 0, "AlarmValue": 1, "Trigger": "/Alarms/LowVoltage", "Active": 1, "Acknowledged": 0,
    }  # fmt: skip
    site.values |= {f"platform/0/Notifications/{slot}/{key}": value for key, value in (entry | given).items()}


@pytest.mark.parametrize(
    ("service", "name", "device"),
    [
        ("com.victronenergy.battery.ttyO2", "", "battery/279"),
        ("com.victronenergy.battery.ttyO2", "Bow", "battery/279"),
        ("com.victronenergy.battery.ttyO9", "Bow", "battery/280"),
        ("com.victronenergy.system", "House", "battery/279"),
        ("com.victronenergy.system", "Nobody", "system/0"),
        ("com.victronenergy.battery.ttyO9", "Nobody", "battery/ttyO9"),
        ("com.victronenergy.battery", "", "battery/0"),
    ],
    ids=["bus name", "bus name before name", "name", "the GX for a device", "the GX itself", "neither", "no suffix"],
)
def test_a_notice_is_of_the_device_on_the_bus_name_else_of_that_name(
    play: Play, service: str, name: str, device: str
) -> None:
    player = play("")
    player.site.values |= {**HOUSE, SHORT["soc"]: 50}
    player.site.services |= {"battery/279": "com.victronenergy.battery.ttyO2", "system/0": "com.victronenergy.system"}
    notice(player.site, 0, Service=service, DeviceName=name)
    player.run(30)
    assert [it.rule for it in player.alerts.open] == [f"notification:{device}/Alarms/LowVoltage"]
    assert [str(it.severity) for it in player.alerts.open] == ["warning"]


def test_two_devices_of_one_name_are_not_chosen_from(play: Play) -> None:
    player = play("")
    player.site.values |= {**HOUSE, "battery/280/CustomName": "House"}
    notice(player.site, 0, Service="com.victronenergy.battery.ttyO9", DeviceName="House")
    player.run(30)
    assert [it.rule for it in player.alerts.open] == ["notification:battery/ttyO9/Alarms/LowVoltage"]


def test_of_two_active_entries_of_an_alarm_the_worse_counts_and_it_ends_with_the_last(play: Play) -> None:
    player = play("")
    player.site.values |= HOUSE
    notice(player.site, 0, AlarmValue=2)
    notice(player.site, 1, at=T0 + 1, AlarmValue=1)
    player.run(30)
    assert [str(it.severity) for it in player.alerts.open] == ["critical"]
    notice(player.site, 0, AlarmValue=2, Active=0)
    player.run(60)
    assert [str(it.severity) for it in player.alerts.open] == ["warning"]
    notice(player.site, 1, at=T0 + 1, Active=0)
    player.run(60)
    assert player.alerts.open == ()
    assert [event.kind for event in player.events] == ["raised", "eased", "cleared"]


def test_each_entry_is_kept_once_with_its_words_and_its_state(play: Play) -> None:
    player = play("")
    player.site.values |= HOUSE
    notice(player.site, 0, AlarmValue=2, DeviceName="House", Acknowledged=1)
    notice(player.site, 1, at=T0 + 1, Active=0, AlarmValue=0, Type=2)
    kept = player.poll(10.0).notices
    assert [(it.station, it.service, it.trigger, it.at, it.text, it.device) for it in kept] == [
        ("alder", "com.victronenergy.battery.ttyO2", "Alarms/LowVoltage", T0, "Low voltage", "House"),
        ("alder", "com.victronenergy.battery.ttyO2", "Alarms/LowVoltage", T0 + 1, "Low voltage", ""),
    ]
    assert [(str(it.severity), it.acknowledged) for it in kept] == [("critical", True), ("info", False)]
    assert player.poll(10.0).notices == ()


def test_what_the_device_gives_itself_is_raised_by_the_device_and_only_annotated_by_the_notice(play: Play) -> None:
    player = play("")
    player.site.values |= HOUSE | {"battery/279/Alarms/LowVoltage": 0}
    player.site.services["battery/279"] = "com.victronenergy.battery.ttyO2"
    notice(player.site, 0)
    player.run(30)
    before = player.alerts.open
    player.site.values["battery/279/Alarms/LowVoltage"] = 1
    player.run(30)
    (low,) = player.alerts.open
    assert before == ()
    assert low.rule == "device:battery/279/Alarms/LowVoltage"
    assert low.origins == (low.rule, "notification:battery/279/Alarms/LowVoltage")


def test_a_notice_from_before_a_restart_closes_when_its_platform_no_longer_tells_of_it(play: Play) -> None:
    before = play("")
    before.site.values |= HOUSE
    notice(before.site, 0)
    before.run(30)
    (told,) = before.alerts.open
    notice(before.site, 0, Active=0)
    after = restarted(before)
    after.run(120)
    assert after.alerts.open == () and after.kinds()[-1] == "cleared" and "raised" not in after.kinds()
    assert after.stored[told.id].reason == ""
