"""What a poller hands over: all that it found since it was last asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from victron_console.model.device import DeviceKey
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationStatus
from victron_console.store.records import Event, LinkState, PollSample, ServiceChange


@dataclass(slots=True)
class Findings:
    """What a poller found since it was last asked."""

    readings: list[ServiceReading] = field(default_factory=list)
    polls: list[PollSample] = field(default_factory=list)
    service_changes: list[ServiceChange] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    cadences: dict[DeviceKey, float] = field(default_factory=dict)
    failures: dict[DeviceKey, int] = field(default_factory=dict)
    status: StationStatus | None = None
    """The new status, where it changed."""
    link: LinkState | None = None
    """How the link stands, where that changed."""

    def __bool__(self) -> bool:
        return bool(self.readings or self.polls or self.service_changes or self.events or self.status or self.link)
