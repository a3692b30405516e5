"""Signs of life for others, as long as stations are polled: an address called, a command run, a file written anew."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from victron_console.collector.operator_command import TIMEOUT_S, CommandFailed, run_command
from victron_console.collector.watch.file_thread import FileThread
from victron_console.collector.watch.web_call import CallFailed, call
from victron_console.config import HeartbeatSettings
from victron_console.model.clock import Clock, iso_utc
from victron_console.model.console_alarm import ConsoleAlarm, TellTrouble

log = logging.getLogger(__name__)

HEARTBEAT_FAILS = ConsoleAlarm("heartbeat_fails", "Heartbeat fails", "mend [heartbeat], or the place that it reaches")
LOOK_S = 10.0
AGAIN_S = 60.0
"""After a failure, if beats are not more frequent anyhow."""
FAILURES_IN_A_ROW = 2
"""Then it is told: one call that fails is the network's."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a sign of life says."""

    started_at: float
    stations: int
    trouble: str
    """Why nothing can be recorded at the moment; empty while all is well."""

    def to_json(self, at: float, every_s: float) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "at": iso_utc(at),
            "every_s": every_s,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "started_at": iso_utc(self.started_at),
            "stations": self.stations,
            "trouble": self.trouble,
        }


class Heartbeat:
    """Beats until cancelled, but never while the loop that polls stands still."""

    def __init__(self, clock: Clock, beat: Callable[[], Beat | None], alarm: TellTrouble) -> None:
        """`beat` gives what to say; None while the loop stands still."""
        self._clock = clock
        self._beat = beat
        self._alarm = alarm
        self._settings = HeartbeatSettings()
        self._file = FileThread()
        self._due_at = float("-inf")
        self._failures = 0

    def use(self, settings: HeartbeatSettings) -> None:
        """Beat by these from now on."""
        if settings.file != self._settings.file:
            self._file = FileThread()  # the one before may hang for ever
        if settings != self._settings:
            self._settings, self._due_at = settings, float("-inf")

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await self.turn()
            await asyncio.sleep(LOOK_S)

    async def turn(self) -> None:
        """Beat if that is due."""
        now = self._clock.monotonic()
        if now < self._due_at:
            return
        beat = self._beat()
        if beat is None:
            log.warning("no heartbeat: the loop that polls stands still")
            return
        failures = await self._say(beat.to_json(self._clock.now(), self._settings.every))
        self._due_at = now + (min(AGAIN_S, self._settings.every) if failures else self._settings.every)
        self._failures = self._failures + 1 if failures else 0
        if failures:
            log.warning("heartbeat: %s", " ".join(failures))
        if not failures or self._failures >= FAILURES_IN_A_ROW:
            await self._alarm(" ".join(failures))

    async def _say(self, said: dict[str, Any]) -> list[str]:
        """Why which of the places could not be reached."""
        body, settings = json.dumps(said, ensure_ascii=False), self._settings
        failures = []
        if settings.file is not None:
            try:
                await self._file.run(partial(_write, settings.file, body), TIMEOUT_S)
            except OSError as error:
                failures.append(f"{settings.file} cannot be written ({error.strerror or 'it does not answer'}).")
        if settings.url is not None:
            try:
                await call(settings.url.get_secret_value())
            except CallFailed as unheard:
                failures.append(f"The address of [heartbeat] {unheard}.")
        if settings.command:
            try:
                await run_command(settings.command, body.encode(), {}, "[heartbeat]")
            except CommandFailed as unheard:
                failures.append(str(unheard))
        return failures


def _write(file: Path, body: str) -> None:
    unfinished = file.with_name(f"{file.name}.part")
    unfinished.write_text(body + "\n", encoding="utf-8")
    unfinished.replace(file)
