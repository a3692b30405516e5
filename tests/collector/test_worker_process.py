"""Worker processes start wherever the collector runs, and work that breaks off beside the polls is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

IN_A_CONSOLE = """
import io, sys
from concurrent.futures import ProcessPoolExecutor
from victron_console.collector.background.worker_process import be_worker, spawn_context

class Captured(io.StringIO):
    def fileno(self):
        return -1  # as Textual's own, while its screen runs

if __name__ == "__main__":
    sys.stderr = Captured()
    with ProcessPoolExecutor(1, mp_context=spawn_context(), initializer=be_worker, initargs=(0,)) as pool:
        print(pool.submit(int, "7").result())
"""


WITH_A_WORKER_THAT_HANGS = """
import os, signal
from concurrent.futures import ProcessPoolExecutor
from victron_console.collector.background.worker_process import be_worker, end_pool, spawn_context

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, mp_context=spawn_context(), initializer=be_worker, initargs=(0,))
    worker = pool.submit(os.getpid).result()
    os.kill(worker, signal.SIGSTOP)
    os.waitid(os.P_PID, worker, os.WSTOPPED | os.WNOWAIT)
    pool.submit(os.getpid)
    end_pool(pool, 0.2)
    print(worker)
"""


def test_a_worker_starts_where_the_screen_has_taken_stderr(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(IN_A_CONSOLE)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.stdout.strip(), done.stderr) == ("7", "")


def test_a_worker_that_hangs_does_not_keep_its_parent_from_ending(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(WITH_A_WORKER_THAT_HANGS)
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        worker, _ = parent.communicate(timeout=PATIENCE_S)
        with pytest.raises(ProcessLookupError):
            os.kill(int(worker), 0)
    finally:
        if parent.returncode is None:
            os.killpg(parent.pid, signal.SIGKILL)
    assert parent.returncode == 0
