"""How far a figure of the flow can be trusted, from the devices it comes from."""

from __future__ import annotations

from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState, Snapshot


def trust(snapshot: Snapshot, watts: float | None, first: DeviceState | None, *behind: DeviceState | None) -> Quality:
    """The quality of a figure that the first device gives and the others stand behind.

    Where a device behind it no longer answers, `system` goes on showing its last value: that is stale, not live.
    """
    if watts is None:
        return Quality.ABSENT
    own = first.quality_at(snapshot.at) if first else Quality.GOOD
    if own is not Quality.GOOD:
        return own
    fresh = all(each.quality_at(snapshot.at) is Quality.GOOD for each in behind if each)
    return Quality.GOOD if fresh else Quality.STALE
