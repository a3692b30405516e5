"""The console on a real pseudo-terminal, on a store that another process writes: for measuring from outside."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_CONSOLE = """
import os, sys
from pathlib import Path
from victron_console.console.app.terminal import prepare_terminal
low = sys.argv[2] == "low"
prepare_terminal(os.environ, low_bandwidth=low)
from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.live.watch import StoreWatch
from victron_console.model.clock import SystemClock
clock = SystemClock()
app = ConsoleApp(clock=clock, themes=load_themes(), options=ConsoleOptions(theme="dark", low_bandwidth=low),
                 watch=StoreWatch(Path(sys.argv[1]), clock))
app.run()
sys.exit(app.return_code or 0)
"""
_QUIET_S, _PIECE_BYTES = 1.5, 200
"""A key's drawing is over when nothing was drawn for so long."""
_WRITER = "import sys; from benchmarks._simulated import main_writer; main_writer(sys.argv[1:])"


def environment(*, remote: bool) -> dict[str, str]:
    """A terminal with true colour, at the other end of SSH or here; the program is byte-compiled, as installed."""
    found = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    for name in ("PYTHONDONTWRITEBYTECODE", "SSH_TTY", "SSH_CONNECTION", "NO_COLOR"):
        found.pop(name, None)
    return {**found, "SSH_TTY": "/dev/pts/0"} if remote else found


class Screen:
    """The console on a terminal of so many columns and rows."""

    def __init__(
        self, store: Path, size: tuple[int, int], *, low_bandwidth: bool = False, remote: bool = False
    ) -> None:
        self.total = 0
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CONSOLE, str(store), "low" if low_bandwidth else "usual"],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, cwd=ROOT, env=environment(remote=remote),
        )  # fmt: skip
        os.close(slave)

    def read_for(self, seconds: float) -> int:
        """Read what is written for so long; gives the bytes."""
        before, end = self.total, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)
        return self.total - before

    def read_until(self, wanted: bytes, seconds: float = 30.0) -> None:
        """Read until something is written.

        Raises:
            RuntimeError: it never came.
        """
        end, seen = time.monotonic() + seconds, b""
        while wanted not in seen:
            if time.monotonic() > end:
                raise RuntimeError(f"{wanted!r} was not written in {seconds:.0f} s")
            seen = seen[-200:] + self._read(0.5)

    def answer_s(self, key: bytes) -> float:
        """Seconds from a key to the first byte that it paints, at a moment when nothing else is painted."""
        while self._read(0.02):
            pass
        began = time.perf_counter()
        os.write(self._master, key)
        if not self._read(2.0):
            raise RuntimeError(f"{key!r} painted nothing")
        return time.perf_counter() - began

    def drawn_s(self, key: bytes) -> float:
        """Seconds from a key to the last piece of what it draws; small pieces are the clock of the header."""
        while self._read(0.02):
            pass
        began = last = time.perf_counter()
        os.write(self._master, key)
        while time.perf_counter() - last < _QUIET_S:
            if len(self._read(0.02)) >= _PIECE_BYTES:
                last = time.perf_counter()
        if last == began:
            raise RuntimeError(f"{key!r} drew nothing")
        return last - began

    def cpu_s(self) -> float:
        """CPU time that the console has taken, s (Linux: /proc)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _read(self, seconds: float) -> bytes:
        if not select.select([self._master], [], [], max(0.0, seconds))[0]:
            return b""
        data = os.read(self._master, 65536)
        self.total += len(data)
        return data

    def close(self) -> None:
        """End the console."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)


@contextlib.contextmanager
def living_store(stations: int, share: float, cadence_s: int, seconds: float) -> Iterator[Path]:
    """A store that another process writes each second, for so long."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        arguments = [str(store), str(stations), str(share), str(cadence_s), str(seconds)]
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, *arguments], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            yield store
        finally:
            writer.terminate()
            writer.wait()
            assert writer.stdout is not None
            writer.stdout.close()
