"""One station of the running fleet: its configuration, its poller, and what makes figures of what that found."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from victron_console.collector.poller import StationPoller
from victron_console.config import StationConfig
from victron_console.insight.overview.overview import polled
from victron_console.model.judgement import PollMemory
from victron_console.model.quality import LOST_FAILURES
from victron_console.model.snapshot import Snapshot
from victron_console.sources.tasks import end
from victron_console.store.records import StationUpdate


@dataclass(slots=True)
class PolledStation:
    """A station and what runs for it."""

    config: StationConfig
    poller: StationPoller
    memory: PollMemory
    """What judging its next poll needs."""
    task: asyncio.Task[None] | None = None

    async def end(self) -> None:
        """Stop polling; what was found stays with the poller."""
        if self.task is not None:
            await end(self.task)

    def take(self) -> tuple[StationUpdate, Snapshot] | None:
        """What was found since the last call, with the figures it makes, and the station as it is now; None: nothing.

        A fleet calls it twice a second for each of its stations, of which nearly all have nothing to say.
        """
        if not self.poller.has_news or (update := self.poller.take()).is_empty:
            return None
        snapshot = self.poller.snapshot()
        lost = any(failures >= LOST_FAILURES for failures in update.failures.values())
        if update.services or update.service_changes or lost:
            shown, self.memory = polled(snapshot, self.memory)
            update = replace(update, overview=shown, memory=self.memory)
        return update, snapshot
