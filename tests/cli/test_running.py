"""How a process that records for years looks for garbage."""

from __future__ import annotations

import subprocess
import sys

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
