"""How a worker process beside the collector behaves: behind everything else, and never longer than its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr
from multiprocessing import connection, resource_tracker
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic

GRACE_S = 3.0
"""How long a worker that is no longer wanted may finish what it does."""
_STDERR = 2


def spawn_context() -> SpawnContext:
    """What worker processes are made with; to be asked for before each pool.

    Where the console's screen runs, `sys.stderr` is Textual's and has no file descriptor (it says -1), which Python's
    resource tracker cannot be started with: so it is started here with the real one.
    """
    with redirect_stderr(sys.__stderr__):
        resource_tracker.ensure_running()
    return multiprocessing.get_context("spawn")


def be_worker(nice: int) -> None:
    """In the worker: run at low priority, leave Ctrl+C and the terminal to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(nice)
    if os.isatty(_STDERR):  # the console draws there; what goes wrong is told to the parent
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), _STDERR)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(0)


def end_pool(pool: ProcessPoolExecutor, grace_s: float = GRACE_S) -> None:
    """Give a pool up without waiting for it: a worker that goes on for longer than the grace (s) is killed.

    Python waits for every pool before it exits; for one whose worker hangs it would wait for ever.
    """
    processes = tuple((pool._processes or {}).values())  # shutdown forgets them
    pool.shutdown(wait=False, cancel_futures=True)
    threading.Thread(target=_kill_late, args=(processes, monotonic() + grace_s), daemon=True).start()


def _kill_late(processes: Sequence[BaseProcess], deadline: float) -> None:
    for process in processes:
        if not connection.wait([process.sentinel], max(0.0, deadline - monotonic())):
            process.kill()
