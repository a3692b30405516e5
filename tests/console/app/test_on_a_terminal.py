"""The console on a real pseudo-terminal: what hostile names may not write to it, and how it ends on a signal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
SCRIPT = """
import os, sys
from victron_console.console.app.terminal import prepare_terminal
prepare_terminal(os.environ, low_bandwidth=False)
from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.kit.view import Alarm, FleetView, Mark, Site
from victron_console.insight.verdict.clause import Clause, Rank, SiteVerdict
from victron_console.model.clock import SystemClock
from victron_console.model.overview import Overview
hostile = "A\\x1b]0;pwned\\x07B\\x1b[2JC\\x9b5nD[bold red]E[/nope]"
clock = SystemClock()
app = ConsoleApp(clock=clock, themes=load_themes(), options=ConsoleOptions(theme="dark", notice=hostile))
site = Site("s", hostile, Overview(soc_percent=50, system_state=hostile, firmware=hostile), read_at=clock.now(),
            mark=Mark.NOW, note=hostile, tags=(hostile,),
            verdict=SiteVerdict((Clause(hostile, hostile[:20], Rank.WRONG, "!"),)))
alarm = Alarm("1", Mark.NOW, clock.now(), "s", hostile, hostile, source=hostile, value=hostile, unit=hostile,
              limit=hostile, response=hostile, who=hostile)
app.view = FleetView(clock.now(), (site,), (alarm,))
app.settings.grouped = True
app.settings.filter = "e"
print("READY", flush=True)
app.run()
sys.exit(app.return_code or 0)
"""


class Terminal:
    """A program on a pseudo-terminal of 200x60."""

    def __init__(self, script: str) -> None:
        self.output = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT / "src")},
        )
        os.close(slave)

    def read_until(self, wanted: bytes, after: int = 0) -> None:
        """Read what is written until something stands in it, behind so many bytes."""
        deadline = time.monotonic() + PATIENCE_S
        while wanted not in self.output[after:]:
            ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"{wanted!r} never came; the end was {self.output[-500:]!r}")
            self.output += os.read(self._master, 65536)

    def read_to_end(self) -> int:
        """Read until the program ends; gives its exit status."""
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                break
            if not data:
                break
            self.output += data
        return self.process.wait(PATIENCE_S)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def hang_up(self) -> None:
        """Take the terminal away, as a dropped connection does."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        """Let the terminal go; the program gets SIGHUP where it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)
        if self._master >= 0:
            os.close(self._master)


def test_nothing_in_a_name_reaches_the_terminal_as_a_command() -> None:
    terminal = Terminal(SCRIPT)
    try:
        terminal.read_until(b"ALARMS")
        terminal.type(b"\x10")
        terminal.read_until(b"earch for commands")
        seen = len(terminal.output)
        terminal.type(b"site ")
        terminal.read_until(b"[bold red]", after=seen)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.read_to_end() == 128 + signal.SIGTERM
    finally:
        terminal.close()

    written = terminal.output.decode("utf-8", "surrogateescape")
    assert "\x1b]0;pwned" not in written
    assert "\x9b" not in written
    assert "\x1b[2JC" not in written
    assert re.search(r"\[bold red\]E", written)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131)]
)
def test_a_signal_ends_the_console_with_the_terminal_as_it_was(number: signal.Signals, status: int) -> None:
    terminal = Terminal(SCRIPT)
    try:
        terminal.read_until(b"ALARMS")
        terminal.process.send_signal(number)
        assert terminal.read_to_end() == status
    finally:
        terminal.close()

    assert terminal.output.rstrip().count(b"\x1b[?1049l") == 1
    assert b"\x1b[?25h" in terminal.output
    assert terminal.output.rfind(b"\x1b[?1000l") > terminal.output.rfind(b"\x1b[?1000h")


def test_a_terminal_that_goes_away_while_it_is_drawn_on_ends_the_console() -> None:
    terminal = Terminal(SCRIPT)
    try:
        terminal.read_until(b"ALARMS")
        terminal.type(b"o" * 50)
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE_S) != 0
    finally:
        terminal.close()
