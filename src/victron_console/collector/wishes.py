"""What operators ask of the collector: a closer look, pinned values, devices whose going they accept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from victron_console.collector.poller import StationPoller
from victron_console.model.clock import Clock
from victron_console.model.device import DeviceKey
from victron_console.store.operator.wanted import Wanted, WantedKind
from victron_console.store.read.reader import Reader

FOCUS_CADENCE_S = 2.0
"""Between two reads of a station that somebody looks at closely."""


def read_wishes(store: Path, clock: Clock) -> Sequence[Wanted]:
    """The wishes for all stations that hold now.

    Raises:
        StoreError: the store cannot be read.
    """
    with closing(Reader(store, clock)) as reader:
        return reader.wanted()


def follow_wishes(poller: StationPoller, wishes: Sequence[Wanted]) -> None:
    """Poll a station as the wishes for it say."""
    focus_s = FOCUS_CADENCE_S if any(wish.kind is WantedKind.FOCUS for wish in wishes) else None
    poller.want(focus_s, _pinned_services(poller, wishes))
    poller.table.accept(_accepted(wishes))


def _accepted(wishes: Sequence[Wanted]) -> dict[DeviceKey, float]:
    """The devices that operators accepted as gone, and when."""
    return {DeviceKey.parse(wish.pattern): wish.at for wish in wishes if wish.kind is WantedKind.ACCEPT}


def _pinned_services(poller: StationPoller, wishes: Sequence[Wanted]) -> frozenset[str]:
    """The bus names of the devices of which a value is pinned."""
    patterns = [wish.pattern for wish in wishes if wish.kind is WantedKind.PIN]
    return frozenset(
        device.service
        for key, device in poller.table.devices.items()
        if any(pattern.startswith((f"{key}/", "*")) for pattern in patterns)
    )
