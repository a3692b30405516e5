"""Time from the start of the process to the first painted screen, against a Textual app with one label."""

from __future__ import annotations

import os
import pty
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from victron_console.model.clock import SystemClock
from victron_console.store.write.writer import Writer

ROUNDS = 7
PATIENCE_S = 30.0
STATION = 'name = "Alder Farm"\nurl = "http://127.0.0.1:9"\n'
"""A station that answers nothing: what is measured is the console, with the fleet as its first screen."""
EMPTY = """
from textual.app import App
from textual.widgets import Label
class Empty(App):
    def compose(self):
        yield Label("Fleet")
Empty().run()
"""


def _seconds(command: Sequence[str], cache: Path) -> float:
    """Until the word Fleet is written to the terminal.

    Raises:
        RuntimeError: it never came.
    """
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    # An installed package is byte-compiled once, as Textual here is: ours must not be compiled at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(cache)
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    seen = b""
    try:
        while b"Fleet" not in seen:
            left = began + PATIENCE_S - time.perf_counter()
            if left <= 0 or not select.select([master], [], [], left)[0]:
                raise RuntimeError(f"{' '.join(command)} did not paint its first screen in {PATIENCE_S:.0f} s")
            seen += os.read(master, 65536)
        return time.perf_counter() - began
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(master)


def main() -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        Writer(store, SystemClock()).close()
        (Path(folder) / "alder-farm.toml").write_text(STATION)
        console = [sys.executable, "-m", "victron_console", "--config", folder, "--store", str(store)]
        empty_app = [sys.executable, "-c", EMPTY]
        cache = Path(folder) / "bytecode"
        pairs = [(_seconds(empty_app, cache), _seconds(console, cache)) for _ in range(ROUNDS + 1)][1:]
    empty, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"  empty Textual app {empty * 1000:6.0f} ms   console {ours * 1000:6.0f} ms   {ratio:4.2f} x (at most 2.5)")
