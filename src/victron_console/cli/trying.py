"""Tries a rule on the recorded past for the console, in a process of its own: a key never waits for it."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from victron_console.cli.options import Options

DAYS = 30


async def try_rule(options: Options, store: Path, rule: str, station: str, title: str) -> str:
    """How often a rule would have fired at a station in the last 30 days, as a sentence about its alarm's title."""
    configs = [word for path in options.config for word in ("--config", str(path))]
    words = ["--store", str(store), "rules", "backtest", "--rule", rule, "--station", station, "--since", f"{DAYS}d"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "victron_console", *configs, *words, "--json", stdout=PIPE, stderr=PIPE
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:  # the screen was left meanwhile
            process.kill()
            await process.wait()
    if process.returncode:
        return f"{title} could not be tried: {err.decode(errors='replace').strip().splitlines()[-1]}"
    return sentence(title, json.loads(out))


def sentence(title: str, fired: list[dict[str, object]]) -> str:
    """What a back-test said, in the words of an operator."""
    count = sum(int(str(one["count"])) for one in fired)
    short = sum(int(str(one["under_a_minute"])) for one in fired)
    if not count:
        return f"{title}: would not have been raised here in {DAYS} days."
    times = "once" if count == 1 else f"{count} times"
    vain = f", {short} of them under a minute" if short else ", none of them under a minute"
    return f"{title}: would have been raised {times} in {DAYS} days{vain}."
