"""The alarms that the store is damaged (what was moved aside, and what is lost of it) and that nothing is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from victron_console.collector.recorder import Recorder
from victron_console.model.console_alarm import ConsoleAlarm, TellTroubleOf
from victron_console.store.files.set_aside import stores_set_aside

STORE_DAMAGED = ConsoleAlarm(
    "store_damaged", "Store damaged", "run `victron-console store verify`, then `store salvage`"
)
RECORDING_FAILS = ConsoleAlarm(
    "recording_fails", "Recording fails", "make room on the disk, or mend what `status` names"
)


class StoreAlarm:
    """Stands as long as a damaged store lies beside the one that is written, also after a restart."""

    def __init__(
        self, store: Path, recorder: Recorder, alarm: TellTroubleOf, *, blocks: Callable[[], int] = int
    ) -> None:
        """`blocks` counts the blocks of the sealed history that were found damaged since the start."""
        self._store = store
        self._blocks = blocks
        self._recorder = recorder
        self._alarm = alarm
        self._told: dict[ConsoleAlarm, str] = {}

    async def tell(self) -> None:
        """Raise, change or clear an alarm where what is wrong is not what it was."""
        problems = {RECORDING_FAILS: self._recorder.trouble, STORE_DAMAGED: await asyncio.to_thread(self._damage)}
        for alarm, problem in problems.items():
            if problem != self._told.get(alarm):
                self._told[alarm] = problem
                await self._alarm(alarm, problem)

    def _damage(self) -> str:
        sentences = [
            f"a damaged store was moved to {file.name} and a new one was begun: "
            f"`victron-console store salvage {file.name}` brings over what can be read"
            for file in stores_set_aside(self._store)
        ]
        if self._recorder.lost_rows:
            sentences.append(f"{self._recorder.dropped} updates could not be recorded: {self._recorder.lost_rows}")
        if blocks := self._blocks():
            sentences.append(f"{blocks} blocks of the sealed history are damaged and were set aside")
        return "; ".join(sentences)
