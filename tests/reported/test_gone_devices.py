"""Every topology and each of its devices that leaves: it keeps its place, and nothing else on the page changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from tests.exhaustive import enough
from tests.reported.gallery import Roles, Topology, possible, site

from victron_console.console.kit.state_line import site_type
from victron_console.console.site.phases import phase_table
from victron_console.insight.flow.model import Flow, Node, NodeKind
from victron_console.insight.flow.site_flow import flow
from victron_console.insight.overview.balance import BalanceVerdict, balance
from victron_console.insight.overview.overview import overview
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

UNITS = ("vebus", "multi", "inverter", "acsystem")
OF_INVERTER = (
    "VebusService",
    "Ac/ActiveIn/",
    "Ac/In/",
    "Ac/Consumption",
    "Dc/Vebus",
    "Dc/InverterCharger",
)
FORGOTTEN = {
    **dict.fromkeys(UNITS, (*OF_INVERTER, "SystemState/State")),
    "vebus": (*OF_INVERTER, "SystemState/State", "SystemType"),
    "battery": ("Dc/Battery/", "ActiveBatteryService"), "grid": ("Ac/Grid/",), "genset": ("Ac/Genset/",),
    "pvinverter": ("Ac/PvOn",), "solarcharger": ("Dc/Pv/",), "alternator": ("Dc/Alternator/",),
    "charger": ("Dc/Charger/",), "fuelcell": ("Dc/FuelCell/",), "dcsystem": ("Dc/System/",),
    "dcgenset": (), "dcsource": (), "dcdc": (), "dcload": (), "motordrive": ("MotorDrive/",),
}  # fmt: skip
"""What `system` no longer gives once a device of a class left the bus (dbus-systemcalc-py); before, it stands."""

SHOWN = (Quality.GOOD, Quality.STALE, Quality.IMPLAUSIBLE)


def left(before: Snapshot, key: DeviceKey, *, forgotten: bool, accepted: bool = False) -> Snapshot:
    """The station after a device left, when `system` has or has not yet noticed."""
    devices = dict(before.devices)
    devices[key] = replace(devices[key], state=ServiceState.GONE, since=before.at - 60, accepted=accepted)
    hub = DeviceKey("system", "0")
    if forgotten:
        readings = {
            path: Reading(None, before.at) if path.startswith(FORGOTTEN[key.cls]) else reading
            for path, reading in devices[hub].readings.items()
        }
        devices[hub] = replace(devices[hub], readings=readings)
    return replace(before, devices=devices)


def monitors(shown: Overview, device: DeviceState) -> bool:
    """Whether `system` takes its battery figures from the device."""
    return shown.made_of["soc_percent"][1:2] == (str(device.key),)


@dataclass(frozen=True, slots=True)
class SitePage:
    """What the page of a station says."""

    shown: Overview
    flow: Flow
    title: str
    phases: frozenset[str]


def page_of(snapshot: Snapshot) -> SitePage:
    shown = overview(snapshot)
    wired = flow(snapshot, shown)
    phases = frozenset(row.label for row in phase_table(snapshot, wired.rating_w).rows)
    return SitePage(shown, wired, site_type(snapshot, shown), phases)


def changed(before: SitePage, key: DeviceKey, after: SitePage) -> Iterator[str]:
    """What the page says otherwise than before, but that the device is gone."""
    was, now = before.shown, after.shown
    if before.title != after.title:
        yield f"title {before.title} became {after.title}"
    if (was.mains, was.ac_input.type) != (now.mains, now.ac_input.type):
        yield f"{was.mains}, fed by {was.ac_input.type}, became {now.mains}, fed by {now.ac_input.type}"
    yield from _changed_flow(before.flow, after.flow, key)
    if before.flow.box is not None and after.flow.rating_w != before.flow.rating_w:
        yield f"a rating of {before.flow.rating_w} W became {after.flow.rating_w} W"
    if strange := after.phases - before.phases:
        yield f"phases of {', '.join(strange)}"
    if balance(now).verdict is BalanceVerdict.UNBALANCED or "balance" in now.flags:
        yield "a balance is made without the device"
    yield from _invented(was, now)


def _changed_flow(was: Flow, now: Flow, key: DeviceKey) -> Iterator[str]:
    if (was.box and was.box.names) != (now.box and now.box.names):
        yield "the box is another"
    before, after = _by_place(was.nodes), _by_place(now.nodes)
    if before.keys() != after.keys():
        yield f"{sorted(before.keys() - after.keys())} became {sorted(after.keys() - before.keys())}"
    for place in before.keys() & after.keys():
        one, other = before[place], after[place]
        if other.quality in SHOWN and other.power_w not in (one.power_w, None):
            yield f"{place} of {one.power_w} W shows {other.power_w} W"
        if key in one.devices and other.quality in (Quality.GOOD, Quality.IMPLAUSIBLE):
            yield f"{place} is {other.quality} though {key} is gone"
    drawn = Counter(it for node in now.nodes if not node.part for it in node.devices)
    if any(key in node.devices for node in was.nodes) and not any(key in node.devices for node in now.nodes):
        yield f"{key} is no longer drawn"
    twice = [str(it) for it, count in drawn.items() if count > 1]
    if twice:
        yield f"drawn twice: {', '.join(twice)}"


def _by_place(nodes: tuple[Node, ...]) -> dict[tuple[NodeKind, str], Node]:
    return {(node.kind, node.name): node for node in nodes if node.kind is not NodeKind.UNMEASURED}


def _invented(was: Overview, now: Overview) -> Iterator[str]:
    for name in ("soc_percent", "battery_power_w", "pv_power_w", "load_power_w", "dc_load_power_w", "grid_power_w",
                 "genset_power_w", "other_dc_power_w", "motor_power_w", "battery_voltage_v"):  # fmt: skip
        one, other = getattr(was, name), getattr(now, name)
        if other not in (one, None) and now.quality(name, 0.0) is Quality.GOOD:
            yield f"{name} {one} became {other}"


TOPOLOGIES = [topology for topology in possible() if topology.phases == 1]


@pytest.mark.slow
@pytest.mark.parametrize("forgotten", [False, True], ids=["system stands", "system forgets"])
@pytest.mark.parametrize("source", sorted({topology.source for topology in TOPOLOGIES}))
def test_a_device_that_left_keeps_its_place_and_changes_no_other(source: str, forgotten: bool) -> None:
    found = []
    for topology in [each for each in TOPOLOGIES if each.source == source][:: enough(7, 1)]:
        before = site(topology, Roles("shunt", "other", 1))[0].at(0.0)
        page = page_of(before)
        for key, device in before.devices.items():
            if key.cls in FORGOTTEN and (key.cls != "battery" or monitors(page.shown, device)):
                after = page_of(left(before, key, forgotten=forgotten))
                found += [f"{topology}, {key}: {said}" for said in changed(page, key, after)]
    assert found == []


HOUSE = Topology("grid", "vebus", "mppt", "measured", 3)


def test_of_an_inverter_that_left_no_figure_is_shown_and_no_word_of_what_feeds_it() -> None:
    made, _ = site(HOUSE)
    before = made.at(0.0)
    (key,) = [key for key in before.devices if key.cls == "vebus"]
    after = left(before, key, forgotten=True)
    shown = overview(after)
    drawn = flow(after, shown)
    assert drawn.box and drawn.box.state == "Inverter gone" and drawn.box.load_percent is None
    assert [
        bus.trunk for bus in (drawn.ac_in, drawn.ac_out) if bus and bus.trunk and bus.trunk.power_w is not None
    ] == []
    assert shown.ac_input.connected is None


def test_one_that_is_accepted_leaves_its_place() -> None:
    made, _ = site(HOUSE)
    before = made.at(0.0)
    (key,) = [key for key in before.devices if key.cls == "vebus"]
    after = left(before, key, forgotten=True, accepted=True)
    assert flow(after, overview(after)).box is None
