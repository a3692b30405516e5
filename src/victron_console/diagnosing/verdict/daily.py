"""Everything the diagnoses say of one station, once a day, and what of it the rules may read. Pure; some 2 s a year.

The caller reads the record and keeps what is found; nothing here knows store, clock or screen.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from victron_console.diagnosing.battery.capacity import Capacity, ChargeRecord, capacity
from victron_console.diagnosing.battery.cycles import cycles
from victron_console.diagnosing.battery.imbalance import Cells, imbalance
from victron_console.diagnosing.battery.replacement import replacement
from victron_console.diagnosing.battery.resistance import Resistance, resistance
from victron_console.diagnosing.battery.soc import soc_truth
from victron_console.diagnosing.battery.soh import soh_trend
from victron_console.diagnosing.battery.soh_past import SohPast
from victron_console.diagnosing.battery.stuck_readings import told_stuck, without_stuck
from victron_console.diagnosing.battery.thermal import HeatRecord, thermal
from victron_console.diagnosing.finding import Finding
from victron_console.diagnosing.gx.gx_health import GxRecord, gx_health
from victron_console.diagnosing.power.efficiency import InverterRecord, efficiency
from victron_console.diagnosing.power.energy import Period, Powers, report
from victron_console.diagnosing.power.grid import GridQuality, GridRecord, grid_quality
from victron_console.diagnosing.power.outages import outages
from victron_console.diagnosing.power.pv import may_be_curtailed, pv_yield
from victron_console.diagnosing.power.residual import residual
from victron_console.diagnosing.record.history import History, Site
from victron_console.diagnosing.record.timeline import BoolArray, usual_step_s
from victron_console.diagnosing.verdict.chemistry import applies, chemistry_of_cells, only_of_lfp
from victron_console.diagnosing.verdict.daily_findings import DailyFindings
from victron_console.diagnosing.verdict.risk import Evidence, Risk, Tier, assess, judged, told

OF_BATTERY = ("SOH", "capacity", "replacement", "cells", "resistance", "heat", "cold charging", "configuration")
"""Evidence that goes with a battery when it is replaced."""
PACKS_APART = 5.0
"""Points of SOH between the batteries of a bank that are no rounding (own judgement)."""
RESISTANCE_INSPECT = 2.0
"""Grown this much no date is given: look at the battery (own judgement)."""


def diagnose(
    history: History, site: Site, before: Risk | None = None, soh_before: SohPast | None = None
) -> DailyFindings:
    """Diagnose one station.

    Args:
        history: its record, best a year of five-minute means; at least one moment.
        site: what else is known of it.
        before: the risk found last, so that evidence lost since still counts.
        soh_before: what was remembered of the battery's SOH, however long ago.

    Raises:
        ValueError: the record is empty or its arrays do not belong together.
    """
    if not len(history.at):
        raise ValueError("there is no record to diagnose: give at least one moment")
    (h, stuck), ah, zone = without_stuck(history, site.nominal_ah), site.nominal_ah, site.zone
    powers = Powers(
        at=h.at, pv=h.pv_w, load=h.load_w, grid=h.grid_w, genset=h.genset_w, other=h.other_w, battery=h.battery_w,
        buy=h.buy, sell=h.sell,
    )  # fmt: skip
    trend = soh_trend(h.at, h.or_nothing(h.soh_percent), soh_before)
    # What was recorded of the battery before this one is of another.
    b = h if trend.replaced_at is None else h.since(trend.replaced_at)
    soc, amperes = b.or_nothing(b.soc_percent), b.or_nothing(b.battery_a)
    ohms, own = resistance(b.steps), _capacity(b, site)
    found = DailyFindings(
        at=float(h.at[-1]),
        soh=trend,
        replacement=replacement(trend, _inspect(ohms, site)),
        capacity=own,
        cycles=cycles(b.at, amperes, soc, ah),
        imbalance=imbalance(_cells(b), ah, zone),
        resistance=ohms,
        thermal=thermal(_heat(b), ah, zone),
        soc=soc_truth(b.at, soc, amperes, own.ah.value or ah, _blind_s(b)),
        efficiency=efficiency(_inverter(h)),
        residual=residual(powers),
        pv=pv_yield(h.at, h.or_nothing(h.pv_w), site.array, zone, _curtailed(h)),
        grid=_grid(h, site),
        outages=None if h.grid_connected is None else outages(h.at, h.grid_connected, zone),
        gx=gx_health(_gx(h)),
        days=tuple(report(powers, Period.DAY, zone)),
        months=tuple(report(powers, Period.MONTH, zone)),
        years=tuple(report(powers, Period.YEAR, zone)),
        risk=assess(()),
    )
    site = replace(site, chemistry=site.chemistry or chemistry_of_cells(h.cell_high_v, h.soc_percent))
    found = only_of_lfp(replace(found, **told_stuck(found, stuck)), site.chemistry)
    remembered = _of_present_battery(before, trend.replaced_at)
    return replace(found, risk=assess(_evidence(found, site), remembered, found.at))


def _capacity(h: History, site: Site) -> Capacity:
    record = ChargeRecord(
        at=h.at, current_a=h.or_nothing(h.battery_a), soc_percent=h.or_nothing(h.soc_percent), voltage_v=h.battery_v,
        temperature_c=h.battery_c,
    )  # fmt: skip
    return capacity(record, site.nominal_ah, site.limits)


def _cells(h: History) -> Cells:
    return Cells(
        at=h.at, highest_v=h.or_nothing(h.cell_high_v), lowest_v=h.or_nothing(h.cell_low_v),
        soc_percent=h.or_nothing(h.soc_percent), current_a=h.or_nothing(h.battery_a), lowest_id=h.cell_low_id,
    )  # fmt: skip


def _heat(h: History) -> HeatRecord:
    return HeatRecord(
        at=h.at, celsius=h.or_nothing(h.battery_c), coldest_c=h.coldest_c, current_a=h.battery_a, ambient_c=h.ambient_c
    )


def _inverter(h: History) -> InverterRecord:
    return InverterRecord(
        at=h.at, dc_w=h.or_nothing(h.inverter_dc_w), ac_out_w=h.or_nothing(h.ac_out_w),
        ac_in_w=np.zeros(len(h.at)) if h.ac_in_w is None else h.ac_in_w, state=h.inverter_state,
    )  # fmt: skip


def _gx(h: History) -> GxRecord:
    return GxRecord(
        at=h.at, uptime_s=h.gx_uptime_s, data_free_bytes=h.data_free_bytes, can_errors=h.can_errors,
        wifi_percent=h.wifi_percent, vrm_contact_at=h.vrm_contact_at, polls=h.polls, failed_polls=h.failed_polls,
    )  # fmt: skip


def _blind_s(history: History) -> float:
    """How long one read stands for the current; 0 where the record's means are of many reads."""
    return history.read_every_s if history.read_every_s > usual_step_s(history.at) else 0.0


def _inspect(ohms: Resistance, site: Site) -> list[str]:
    reasons = list(site.inspect_now or ())
    if ohms.ratio.value is not None and ohms.ratio.value >= RESISTANCE_INSPECT:
        reasons.append(f"the resistance has grown to {ohms.ratio.value:.1f} times its beginning")
    return reasons


def _curtailed(history: History) -> BoolArray | None:
    return None if history.soc_percent is None else may_be_curtailed(history.soc_percent, history.grid_w)


def _grid(history: History, site: Site) -> GridQuality | None:
    if site.supply is None or not history.grid_v:
        return None
    connected = history.or_nothing(history.grid_connected)
    with np.errstate(invalid="ignore"):
        on_grid = connected > 0.5
    return grid_quality(
        GridRecord(at=history.at, hertz=history.or_nothing(history.grid_hz), volts=history.grid_v, on_grid=on_grid,
                   amperes=history.grid_a, polls=history.grid_polls),
        site.supply,
    )  # fmt: skip


def _evidence(found: DailyFindings, site: Site) -> list[Evidence]:
    early = found.replacement.windows[0]
    clamp = found.residual.unbalanced.confidence or "sources and uses differ by more than losses can"
    unbalanced = found.residual.is_unbalanced
    doubt = found.capacity.doubt or ""
    evidence: list[Evidence] = [
        judged("SOH", found.soh.level, 85.0, 80.0, 70.0),
        judged("capacity", found.capacity.relative, 90.0, 80.0, 70.0),
        # Planned by the early end; a worn battery is no emergency.
        judged("replacement", replace(early, value=early.low), 24.0, 12.0, -1.0),
        judged("cells", found.imbalance.spread, 30.0, 100.0, 150.0),
        judged("resistance", found.resistance.ratio, 1.25, 1.5, RESISTANCE_INSPECT),
        judged("heat", found.thermal.stress, 1.5, 2.5, 4.0),
        judged("cold charging", found.thermal.cold_charging, 1.0, 10.0, 50.0),
        judged("inverter", found.efficiency.drop, 1.0, 2.0, 4.0),
        judged("link", found.gx.link, 95.0, 80.0, 50.0),
        told("alarms", site.inspect_now, Tier.ACT, found.at),
        _found_or_not("meters", found.residual.unbalanced, clamp if unbalanced else "", Tier.PLAN, found.at),
        _found_or_not("configuration", found.capacity.of_nominal, doubt, Tier.WATCH, found.at),
        *_packs(found, site),
    ]  # fmt: skip
    if found.grid is not None:
        evidence.append(_supply(found.grid, found.at))
    if early.reason.startswith("no date: healthy"):
        healthy = Evidence(name="replacement", tier=Tier.OK, words=early.reason, seen_at=found.at)
        evidence = [healthy if one.name == "replacement" else one for one in evidence]
    return [one for one in evidence if applies(one.name, site.chemistry)]


def _found_or_not(name: str, finding: Finding, words: str, tier: Tier, at: float) -> Evidence:
    """Evidence from a figure that is judged by words; unknown with its reason where there is no figure."""
    if not finding.known:
        return Evidence(name=name, tier=None, words=finding.reason)
    return told(name, [words] if words else [], tier, at)


def _packs(found: DailyFindings, site: Site) -> list[Evidence]:
    """Whether the batteries of a bank have aged alike; one alone has nothing to differ from."""
    if len(site.packs_soh) < 2:
        return []
    worst, best = (pick(site.packs_soh, key=site.packs_soh.__getitem__) for pick in (min, max))
    low, high = site.packs_soh[worst], site.packs_soh[best]
    words = f"{worst} stands at {low:.0f} %, {best} at {high:.0f} %: of different age, the older one limits the bank"
    return [told("packs", [words] if high - low >= PACKS_APART else [], Tier.WATCH, found.at)]


def _of_present_battery(before: Risk | None, replaced_at: float | None) -> Risk | None:
    """What is remembered, without what was seen of a battery that is no longer there."""
    if before is None or replaced_at is None:
        return before
    gone = [one for one in before.evidence if one.name in OF_BATTERY and (one.seen_at or 0.0) < replaced_at]
    return replace(before, evidence=tuple(one for one in before.evidence if one not in gone))


def _supply(grid: GridQuality, at: float) -> Evidence:
    """A supply that does not keep its standard: nothing to repair here, but to know and to tell the utility."""
    if grid.kept is None:
        return Evidence(name="grid", tier=None, words=grid.voltage_out.reason or grid.frequency_out.reason)
    words = "; ".join(grid.broken) or "the supply keeps its standard"
    return Evidence(name="grid", tier=Tier.WATCH if grid.broken else Tier.OK, words=words, seen_at=at)
