"""The commissioning review: how a site is set up, check by check, and what to change. Changes nothing itself."""

from __future__ import annotations

from collections.abc import Iterable

from victron_console.insight.audit import power as audit_power
from victron_console.insight.audit import setup as audit_setup
from victron_console.insight.audit.finding import Finding, Outcome, Site, site_of
from victron_console.model.overview import Overview
from victron_console.model.snapshot import Snapshot

__all__ = ["Finding", "Outcome", "audit", "worst_outcome"]

_CHECKS = (
    audit_power.ac_inputs,
    audit_power.grid_meter,
    audit_power.meter_agrees_with_inverter,
    audit_power.pv_position,
    audit_power.pv_direction,
    audit_power.ev_position,
    audit_power.balance,
    audit_setup.dvcc,
    audit_setup.battery_roles,
    audit_setup.battery_limits,
    audit_setup.battery_bank,
    audit_setup.grid_code,
    audit_setup.alarms,
    audit_setup.vrm,
    audit_setup.clock,
    audit_setup.time_zone,
)
_ORDER = (Outcome.PASS, Outcome.UNKNOWN, Outcome.WARN, Outcome.FAIL)


def audit(snapshot: Snapshot, shown: Overview, *, zone_name: str | None = None) -> list[Finding]:
    """The findings on a site in the order of its energy; a check that does not concern it gives none.

    Args:
        snapshot: the station, with its `settings` service.
        shown: its figures, with what is doubtful about them.
        zone_name: the time zone of the station file, such as `Europe/Kyiv`; None where it names none.
    """
    site: Site = site_of(snapshot, shown, zone_name)
    return [finding for check in _CHECKS if (finding := check(site))]


def worst_outcome(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of what checks came to; a site without any passes."""
    return max(outcomes, key=_ORDER.index, default=Outcome.PASS)
