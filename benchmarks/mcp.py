"""What agents wait for: every tool called over a real stdin and stdout, on many stations; and the server's memory."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from victron_console.model.clock import SystemClock
from victron_console.simulator.past.opened import open_past
from victron_console.simulator.past.stories import story_specs
from victron_console.store.connection import open_writable, transaction

ONLY_BY_NAME = True
STATIONS = 300
COPIED = ("summary", "station_state", "overview5", "poll_minute", "diagnosis", "judgement")
CALLS = 1000
WARM = 100
SITE = "cedar-house"
LIMIT_MS = 300.0
ASKED: dict[str, dict[str, object]] = {
    "fleet": {},
    "station_now": {"station": SITE},
    "why": {"station": SITE},
    "alarms": {},
    "alarm_life": {"id": 15},
    "find_series": {"station": SITE, "pattern": "soc"},
    "read_series": {"station": SITE, "series": "system/0/Dc/Battery/Soc", "since": "30d"},
    "diagnosis": {"station": SITE},
    "explain_figure": {"station": SITE, "figure": "soh.level"},
    "peers": {},
    "log": {},
    "audit": {"station": SITE},
    "advice": {"station": SITE},
    "jobs": {},
    "link": {"station": SITE},
}
"""All but the report of a month and the back-tests, which are work of seconds."""


def main() -> None:
    """Print how long each tool takes and how the server's memory grows; the numbers of calls may be given by CALLS."""
    calls = int(os.environ.get("CALLS", CALLS))
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        open_past(store, len(story_specs()), SystemClock().now())
        _multiply(store, STATIONS)
        asyncio.run(_measure(store, calls))


def _multiply(store: Path, count: int) -> None:
    """The stations again and again under other names: rows, states, five minutes, polls and diagnoses, no series."""
    with closing(open_writable(store)) as db, transaction(db):
        conn = db.conn
        known = conn.execute("SELECT no, id FROM station ORDER BY no").fetchall()
        for n in range(count - len(known)):
            no, name = known[n % len(known)]
            _copy(conn, "station", {"no": None, "id": f"'{name}-{n}'"}, f"no = {no}")
            new = conn.execute("SELECT max(no) FROM station").fetchone()[0]
            for table in COPIED:
                _copy(conn, table, {"id": None, "station_no": str(new)}, f"station_no = {no}")


def _copy(conn: sqlite3.Connection, table: str, given: Mapping[str, str | None], where: str) -> None:
    """Rows of a table once more, some columns of them with other values; None: as the table numbers them."""
    columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
    kept = {column: given.get(column, column) for column in columns if given.get(column, column) is not None}
    taken = f"SELECT {', '.join(map(str, kept.values()))} FROM {table} WHERE {where}"
    conn.execute(f"INSERT INTO {table} ({', '.join(kept)}) {taken}")


async def _measure(store: Path, calls: int) -> None:
    command = ["-m", "victron_console", "--store", str(store), "mcp"]
    took: dict[str, list[float]] = {name: [] for name in ASKED}
    server = StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
        await session.initialize()
        process, memory = _child(), [0.0]
        for n in range(WARM + calls):
            name = list(ASKED)[n % len(ASKED)]
            began = time.perf_counter()
            result = await session.call_tool(name, ASKED[name])
            assert not result.isError, (name, result.content)
            if n >= WARM:
                took[name].append(time.perf_counter() - began)
            if n == WARM:
                memory = [_megabytes(process)]
            elif n > WARM and (n - WARM) % max(1, calls // 4) == 0:
                memory.append(_megabytes(process))
        memory.append(_megabytes(process))
    print(f"{STATIONS} stations, a month of five minutes each, {calls} calls over stdio")
    for name, seconds in took.items():
        middle, high = (1000 * np.percentile(seconds, share) for share in (50, 95))
        print(f"  {name:<16}{middle:7.0f} ms in the middle {high:7.0f} ms at the 95th percentile")
    every = [second for seconds in took.values() for second in seconds]
    whole = 1000 * float(np.percentile(every, 95))
    print(f"  {'all':<16}{1000 * float(np.median(every)):7.0f} ms in the middle {whole:7.0f} ms at the 95th percentile "
          f"({'within' if whole <= LIMIT_MS else 'BEYOND'} {LIMIT_MS:.0f})")  # fmt: skip
    print(f"  memory of the server, MB: {', '.join(f'{each:.0f}' for each in memory)}")


def _child() -> int:
    """The process of the server: the newest child of this one."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return int(children[-1])


def _megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
