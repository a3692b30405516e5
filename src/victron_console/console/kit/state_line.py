"""What a site's devices do, in words: its state first and bright, what feeds it, and how old it all is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from victron_console.catalogue import catalogue
from victron_console.console.kit.format import age, duration, number, round_trip
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run
from victron_console.console.kit.view import Site
from victron_console.insight.gx_clock import gx_clock_skew_s
from victron_console.insight.overview.ac_side import inverter_gone, inverter_units
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.insight.overview.figures import last
from victron_console.insight.overview.site_kind import SiteKind, site_kind
from victron_console.model.limits import SKEW_LIMIT_S
from victron_console.model.overview import Overview
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

GENSET_RUNS_FROM_W = 40.0
_GENSET_RUNNING = 8
OLD_WORDS = "STALE, figures are the last known"
_NOMINAL_V = (12, 24, 48)


@dataclass(frozen=True, slots=True)
class Told:
    """What the words are made of."""

    snapshot: Snapshot
    shown: Overview
    site: Site
    now: float
    checks: int = 0
    """Sentences of doubt that are told elsewhere on the screen."""
    focus_until: float | None = None


def state_facts(told: Told) -> list[Run]:
    """What its devices do and how it is reached, each a run; what is wrong with it, its verdict says."""
    return list(_parts(told))


def _parts(told: Told) -> Iterator[Run]:
    site, shown = told.site, told.shown
    if shown.system_state:
        yield Run(shown.system_state, Role.TEXT1 if site.fresh else Role.TEXT3)
    if told.focus_until is not None and told.focus_until > told.now:
        yield Run(f"FOCUS {duration(told.focus_until - told.now)}", Role.TEXT1)
    if told.checks:
        yield Run(f"? {told.checks} to check", Role.LINK_TEXT)
    yield from (Run(word) for word in _words(told.snapshot, shown))
    if (skew_s := gx_clock_skew_s(told.snapshot)) is not None and abs(skew_s) > SKEW_LIMIT_S:
        yield Run(f"GX clock {age(abs(skew_s))} {'ahead' if skew_s > 0 else 'behind'}", Role.LINK_TEXT)
    yield from (Run(word, Role.TEXT3) for word in _link(site, shown, told.now))


def _words(snapshot: Snapshot, shown: Overview) -> Iterator[str]:
    """What runs, what feeds, and settings that matter."""
    yield from _genset(snapshot, shown)
    system = snapshot.device("system")
    if last(system, "DynamicEss/Active"):
        target = last(system, "DynamicEss/TargetSoc")
        yield "Dynamic ESS auto" + (f", target {number(target)} %" if target else "")
    source = shown.ac_input
    if inverter_gone(snapshot):
        return  # what it was connected to, it no longer says
    if source.type is None:
        kind = site_kind(snapshot)
        yield "no AC input" if kind is SiteKind.INVERTER else f"{kind.value} only"
    elif source.type != "genset":
        word = "on grid" if source.type == "grid" else "shore connected"
        yield word + _phases(snapshot) if source.connected else f"{source.type} off"
    # Without a solar charger to be told, or without a Multi to tell it, DVCC has nothing to do.
    if last(system, "Control/Dvcc") == 0 and snapshot.fitted("solarcharger") and snapshot.fitted("vebus"):
        yield "DVCC off"


def _genset(snapshot: Snapshot, shown: Overview) -> Iterator[str]:
    genset = next(iter(snapshot.fitted("genset", "dcgenset")), None)
    started = next((words for control in snapshot.of_class("generator") if (words := _started(control))), "")
    if genset is not None and genset.state is ServiceState.GONE:
        yield f"genset {started or 'gone'}"
        return
    running = last(genset, "StatusCode") == _GENSET_RUNNING or (shown.genset_power_w or 0.0) > GENSET_RUNS_FROM_W
    if running:
        hours = last(genset, "Engine/OperatingHours")
        yield "genset running" + (f", {number(hours / 3600)} h in all" if hours else "")
    elif genset is not None or started:
        yield f"genset {started or 'off'}"


def _started(control: DeviceState) -> str:
    """What a start/stop has its genset do, which it may switch by a relay; empty while it stands still."""
    state = last(control, "State")
    metric = catalogue().metric("generator", "State")
    return (catalogue().enum_text(metric, state) or "").lower() if state and metric else ""


def _phases(snapshot: Snapshot) -> str:
    count = last(snapshot.device("system"), "Ac/ActiveIn/NumberOfPhases") or 0
    return f", {number(count)} phases" if count > 1 else ""


def _link(site: Site, shown: Overview, now: float) -> Iterator[str]:
    if site.read_at is not None:
        yield f"age {age(now - site.read_at)}"
    if site.round_trip_s is not None:
        yield f"RTT {round_trip(site.round_trip_s)}"
    if site.vrm_age_s is not None:
        yield "VRM never reached" if site.vrm_age_s == math.inf else f"VRM {age(site.vrm_age_s)}"
    if shown.firmware:
        yield f"GX {shown.firmware}"


_ESS_ASSISTANT = 5


def _runs_ess(unit: DeviceState | None) -> bool:
    """Whether a VE.Bus unit has the ESS assistant (`/Hub4/AssistantId`; an RS needs none and is called by itself)."""
    return last(unit, "Hub4/AssistantId") == _ESS_ASSISTANT


def _voltage_of_missed(snapshot: Snapshot) -> float | None:
    """The last voltage of a battery that left: good enough to tell 12 V from 48 V."""
    monitor = battery_roles(snapshot).monitor
    return last(monitor, "Dc/0/Voltage")


def site_type(snapshot: Snapshot, shown: Overview) -> str:
    """What kind of site it is, in two or three words: `ESS 48 V`, `off-grid 24 V  genset`, `RS 48 V`."""
    unit = next(iter(inverter_units(snapshot)), None)
    system = snapshot.device("system")
    reading = system.readings.get("SystemType") if system else None
    if (reading is not None and reading.text == "ESS") or (inverter_gone(snapshot) and _runs_ess(unit)):
        kind = "ESS"
    elif unit is not None and unit.key.cls in ("multi", "acsystem"):
        kind = "RS"
    elif unit is None:
        kind = site_kind(snapshot).value
    else:
        kind = {"shore": "shore", "grid": "grid"}.get(shown.ac_input.type or "", "off-grid")
    volts = shown.battery_voltage_v or _voltage_of_missed(snapshot)
    nominal = min(_NOMINAL_V, key=lambda each: abs(each * 1.08 - volts)) if volts else None
    words = f"{kind} {nominal} V" if nominal else kind
    return f"{words}  genset" if kind == "off-grid" and shown.ac_input.type == "genset" else words
