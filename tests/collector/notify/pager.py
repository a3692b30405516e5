"""A pager that writes down what it is told, and a notifier that runs on a store by a clock of the test's."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from victron_console.collector.notify.notifier import Notifier
from victron_console.collector.notify.outbox import SETTLE_S
from victron_console.config import NotifySettings
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.errors import StoreFull
from victron_console.store.write.writer import Writer

T0 = 1_800_000_000.0
LOW = Occurrence(
    1, AlertKey("alder", "soc"), "soc_island", Severity.WARNING, "Battery low", "cut loads", T0, T0 + 60,
    announced_at=T0 + 70, last_value=18.5, unit="%", limit="< 20",
)  # fmt: skip
SENTENCE = "Alder Farm: Battery low, 18.5 % (<20.0). cut loads"
WRITE_DOWN = """
import json, os, sys
told, notice = sys.argv[1], sys.stdin.read()
if os.path.exists(told + ".off"):
    open(told + ".off", "a").write("x")
    sys.exit("the pager is off")
if os.path.exists(told + ".refused") and open(told + ".refused").read() in notice:
    sys.exit("refused")
with open(told, "a") as file:
    file.write(json.dumps([json.loads(notice), os.environ["VICTRON_EVENT"], os.environ["VICTRON_TEXT"]]) + "\\n")
"""


class Pager:
    """A command that writes down what it is told, and can be out of order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "write_down.py").write_text(WRITE_DOWN)

    def settings(self, **more: object) -> NotifySettings:
        command = [sys.executable, "-S", "-E", str(self._folder / "write_down.py"), str(self._folder / "told")]
        return NotifySettings.model_validate({"command": command, "repeat": "off", **more})

    def off(self) -> None:
        (self._folder / "told.off").touch()

    def on(self) -> None:
        (self._folder / "told.off").unlink()

    def refuse(self, word: str) -> None:
        (self._folder / "told.refused").write_text(word)

    def tries(self) -> int:
        """How often it was run while it was off."""
        return (self._folder / "told.off").stat().st_size

    def told(self) -> list[tuple[str, str]]:
        """What it was told so far: event and sentence."""
        with suppress(FileNotFoundError):
            lines = (self._folder / "told").read_text().splitlines()
            return [(event, text) for _, event, text in map(json.loads, lines)]
        return []


class Running:
    """A collector's notifier on a store, and what trouble it told of."""

    def __init__(self, writer: Writer, clock: ManualClock, settings: NotifySettings) -> None:
        self.troubles: list[str] = []
        self.full = False
        """The disk is."""
        self._writer = writer
        self._clock = clock
        self.notifier = Notifier(writer.path, clock, self._write, self._trouble)
        self.use(settings)

    def use(self, settings: NotifySettings) -> None:
        self.notifier.use(settings, {"alder": ["farm"], "birch": ["mill"]})

    async def _write(self, work: Callable[[Writer], None]) -> None:
        if self.full:
            raise StoreFull("the disk is full")
        work(self._writer)

    async def _trouble(self, problem: str) -> None:
        if problem or self.troubles:
            self.troubles.append(problem)

    async def take(self, *occurrences: Occurrence) -> None:
        """Hand these in at once, and tell what is due when they have settled."""
        changes = self.notifier.plan(AlertChanges(occurrences))
        if not self.full:
            record_alerts(self._writer.db, changes, self._clock.now())
        await self.after(SETTLE_S)

    async def after(self, seconds: float) -> None:
        """Let time pass and tell what is due then."""
        self._clock.advance(seconds)
        await self.notifier.tell_due()


def low(number: int, **changes: object) -> Occurrence:
    """One of many alarms; those of one `title` say the same."""
    key = AlertKey(f"site{number}", "soc")
    return replace(LOW, id=number, key=key, announced_at=T0 + 70, **changes)  # type: ignore[arg-type]


def critical(number: int, title: str) -> Occurrence:
    return low(number, title=title, severity=Severity.CRITICAL)
