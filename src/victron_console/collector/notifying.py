"""Tells the world outside of alarms: a command of the operator's, or an Apprise address. Off by default.

It runs off the loop that polls, never twice at once, and a failure of it is an alarm of the console itself. What is
shelved, held back or in maintenance is not told.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from victron_console.alerts.alarm_json import as_data, sentence
from victron_console.config import NotifySettings
from victron_console.model.alert import AlertState, AlertView, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import Clock
from victron_console.model.units import HOUR_S
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader

log = logging.getLogger(__name__)

TIMEOUT_S = 30.0
WAITING_AT_MOST = 500
FAMILY = "notify_failed"
NOTIFY_FAILED = (FAMILY, "Notify fails", "mend [notify]; try `victron-console alerts test-notify`")
_QUIET = (AlertState.SHELVED, AlertState.SUPPRESSED, AlertState.OUT_OF_SERVICE)

Trouble = Callable[[str], Awaitable[None]]
"""Takes why nobody could be told, as a sentence; an empty one once it works again."""


class NotifyFailed(Exception):
    """Nobody could be told; the text is a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell."""

    event: str
    """`raised`, `escalated`, `cleared` or `test`."""
    data: Mapping[str, Any]
    """The alarm, as `alerts --json` gives it."""
    text: str
    """The same in one line."""


class Notifier:
    """Tells of each alarm when it is announced and when it is over."""

    def __init__(self, store: Path, clock: Clock, trouble: Trouble) -> None:
        self._store = store
        self._clock = clock
        self._trouble = trouble
        self._settings = NotifySettings()
        self._since = clock.now()
        """What was announced before is taken for told."""
        self._told: dict[int, Severity] = {}
        self._waiting: asyncio.Queue[tuple[str, Occurrence]] = asyncio.Queue(WAITING_AT_MOST)
        self._sent_at: deque[float] = deque()
        self._left_out = 0
        self._failing = False

    def use(self, settings: NotifySettings) -> None:
        """Tell by these from now on."""
        self._settings = settings

    def take(self, changes: AlertChanges) -> None:
        """Take what changed, once it is stored; what is to be told waits for its turn."""
        for occurrence in changes.occurrences:
            event = self._event(occurrence)
            if event and self._settings.wanted:
                try:
                    self._waiting.put_nowait((event, occurrence))
                except asyncio.QueueFull:
                    self._left_out += 1

    async def run(self) -> None:
        """Tell one after another, until cancelled."""
        while True:
            event, occurrence = await self._waiting.get()
            notice = await asyncio.to_thread(self._notice, event, occurrence)
            if notice is not None and self._may_send():
                await self._send(notice)
            self._waiting.task_done()

    def _event(self, it: Occurrence) -> str:
        """What is to be told of an occurrence as it is now; empty: nothing new."""
        if not it.is_alarm or it.key.family == FAMILY or it.severity < Severity(self._settings.severity):
            return ""
        before = self._told.get(it.id)
        if it.active:
            if it.announced_at is None or it.announced_at < self._since or (before and it.severity <= before):
                return ""
            self._told[it.id] = it.severity
            return "escalated" if before else "raised"
        was_told = self._told.pop(it.id, None) or (it.announced_at is not None and it.announced_at < self._since)
        return "cleared" if was_told and self._settings.clear else ""

    def _notice(self, event: str, it: Occurrence) -> Notice | None:
        """The alarm as it stands now; None where it is shelved, held or in maintenance."""
        try:
            with closing(Reader(self._store, self._clock)) as reader:
                view = reader.alert(it.id) or AlertView(it)
                row = reader.station(it.key.station) if it.key.station else None
        except StoreError:
            view, row = AlertView(it), None  # better told without its shelf than not at all
        if view.state in _QUIET:
            return None
        name = row.name if row else None
        return Notice(event, as_data(view, name), sentence(view, name))

    def _may_send(self) -> bool:
        now = self._clock.monotonic()
        while self._sent_at and now - self._sent_at[0] >= HOUR_S:
            self._sent_at.popleft()
        if len(self._sent_at) >= self._settings.per_hour:
            self._left_out += 1
            return False
        self._sent_at.append(now)
        return True

    async def _send(self, notice: Notice) -> None:
        if self._left_out:
            more = f"{notice.text} (and {self._left_out} more that the limit of messages left out)"
            notice, self._left_out = Notice(notice.event, {**notice.data, "left_out": self._left_out}, more), 0
        try:
            await tell(self._settings, notice)
        except NotifyFailed as failure:
            log.warning("notify: %s", failure)
            self._failing = True
            await self._trouble(str(failure))
            return
        if self._failing:
            self._failing = False
            await self._trouble("")


async def tell(settings: NotifySettings, notice: Notice) -> None:
    """Send one notice to all that the settings name.

    Raises:
        NotifyFailed: one of them could not be told; the others were.
    """
    failures = []
    for send in (_by_command, _by_apprise):
        try:
            await send(settings, notice)
        except NotifyFailed as failure:
            failures.append(str(failure))
    if failures:
        raise NotifyFailed(" ".join(failures))


async def _by_command(settings: NotifySettings, notice: Notice) -> None:
    """Run the operator's command: the notice as JSON on its standard input, the main words in its environment."""
    if not settings.command:
        return
    name = settings.command[0]
    body = json.dumps({"event": notice.event, "text": notice.text, **notice.data}, ensure_ascii=False).encode()
    try:
        process = await asyncio.create_subprocess_exec(
            *settings.command, stdin=PIPE, stdout=DEVNULL, stderr=PIPE, env={**os.environ, **_environment(notice)}
        )
    except (OSError, ValueError) as error:
        raise NotifyFailed(f"{name} cannot be run ({error}): correct `command` in [notify].") from error
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, said = await process.communicate(body)
    except TimeoutError:
        raise NotifyFailed(f"{name} did not end within {TIMEOUT_S:.0f} s and was stopped.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise NotifyFailed(f"{name} ended with status {process.returncode}: {last[0][:200]}.")


def _environment(notice: Notice) -> dict[str, str]:
    names = ("station", "name", "severity", "title", "response", "value", "unit", "raised_at", "cleared_at")
    found = {f"VICTRON_{name.upper()}": str(notice.data.get(name) or "") for name in names}
    return {**found, "VICTRON_EVENT": notice.event, "VICTRON_TEXT": notice.text}


async def _by_apprise(settings: NotifySettings, notice: Notice) -> None:
    if settings.apprise is None:
        return
    address = settings.apprise.get_secret_value()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            sent = await asyncio.to_thread(_send_by_apprise, address, notice)
    except TimeoutError:
        raise NotifyFailed(f"Apprise did not answer within {TIMEOUT_S:.0f} s.") from None
    if not sent:
        raise NotifyFailed("Apprise could not deliver: check the address that `apprise` in [notify] points to.")


def _send_by_apprise(address: str, notice: Notice) -> bool:
    try:
        import apprise  # an extra: few want it, and it brings a lot along
    except ImportError:
        raise NotifyFailed(
            "[notify] names an Apprise address, and Apprise is not installed: pip install 'victron-console[notify]'."
        ) from None
    sender = apprise.Apprise()
    if not sender.add(address):
        raise NotifyFailed("Apprise does not understand the address that `apprise` in [notify] points to.")
    title = f"{notice.data.get('priority', '')} {notice.event}: {notice.data.get('title', '')}".strip()
    return bool(sender.notify(title=title, body=notice.text))
