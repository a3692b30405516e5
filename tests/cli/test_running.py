"""How a process that records for years looks for garbage, and in which event loop it turns."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from victron_console.cli.running import event_loop_factory, run_until_stopped

_HOARDS = """
import asyncio, weakref
from victron_console.cli.running import run_until_stopped

class Node:
    pass

alive = weakref.WeakSet()

async def work():
    for n in range({nodes}):
        node = Node()
        node.itself = node
        alive.add(node)

run_until_stopped(work)
print(len(alive))
"""


def left_of(nodes: int) -> int:
    """How many of so many objects in cycles are left when a program has made them."""
    done = subprocess.run(
        [sys.executable, "-c", _HOARDS.format(nodes=nodes)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_what_comes_with_an_answer_starts_no_search_and_what_gathers_is_found() -> None:
    assert left_of(10_000) == 10_000
    assert left_of(200_000) < 150_000


def test_the_loop_is_the_fast_one_where_it_is_installed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = pytest.importorskip("uvloop").Loop
    found: list[asyncio.AbstractEventLoop] = []

    async def look() -> None:
        found.append(asyncio.get_running_loop())

    monkeypatch.setattr("victron_console.cli.running.look_for_garbage_rarely", lambda: None)
    run_until_stopped(look)
    monkeypatch.setitem(sys.modules, "aiohappyeyeballs", None)
    run_until_stopped(look)
    assert [isinstance(loop, fast) for loop in found] == [True, False]


def test_without_it_the_loop_is_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert event_loop_factory() is None
