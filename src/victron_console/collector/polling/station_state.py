"""The state that a station is in, and why, from its link, its devices and what does not answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.collector.device_table import DeviceTable
from victron_console.collector.polling.link_judge import LinkJudge
from victron_console.model.device import class_of
from victron_console.model.station import StationState


def station_state(
    link: LinkJudge, table: DeviceTable, unanswered: Sequence[str], waiting_for: str | None
) -> tuple[StationState, str]:
    """The state and its reason, a sentence for the operator that is empty while all is well.

    Args:
        link: what is known of the link.
        table: its devices.
        unanswered: the services that do not answer, by bus name.
        waiting_for: the class of the service that holds the station's server now; None where it is free.
    """
    outage = link.outage()
    if outage is not None and outage[0] is not StationState.STALE:
        return outage
    if not table.read_now:
        return StationState.STARTING, link.reason
    if waiting_for is not None:
        return StationState.DEGRADED, f"the {waiting_for} service does not answer; waiting for the server"
    if outage is not None:
        return outage
    if table.has_lost("system"):
        return StationState.DEGRADED, "the system service left the bus: the figures are the last it gave"
    if aside := [*unanswered, *(table.devices[key].service for key in table.frozen)]:
        names = ", ".join(sorted({class_of(service) for service in aside}))
        return StationState.DEGRADED, f"{names} service not responding"
    return StationState.LIVE, ""
