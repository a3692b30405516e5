"""Whether time mode tells the truth: every screen at random moments of a long past, against what was live then."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.console.every_screen import differences, opened
from tests.console.lived import Lived, Plan

from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.scenario import SCENARIOS, Scenario, fits
from victron_console.simulator.simulated import Troubles
from victron_console.simulator.spec import StationSpec

ONLY_BY_NAME = True
"""It lives through a month: half an hour."""
DAYS = float(os.environ.get("PAST_DAYS", "30"))
STATIONS = int(os.environ.get("PAST_STATIONS", "12"))
MOMENTS = int(os.environ.get("PAST_MOMENTS", "50"))
SHOWN = int(os.environ.get("PAST_SHOWN", "3"))
"""Stations of which the screens about one station are opened at each moment."""
SEED = int(os.environ.get("PAST_SEED", "1"))
SIZES = ((120, 40), (80, 24))
"""Taken in turn."""
JUMP_EVERY = 5
"""At so many moments the screens of one station are opened a little earlier, and the moment is gone to from there."""
DAY_S = 86_400.0
BEGIN = 1_773_900_000.0
"""March 19th, 2026: in the 30 days that follow the clocks of Europe are put forward."""
FIRST_AFTER_S = 6 * 3600.0


def main() -> None:
    """Print how many screens were compared, and every one that differs."""
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder) / "store.db"))


def troubles(specs: list[StationSpec], random: Random, begin: float, days: float) -> Troubles:
    """Three troubles a day in the whole fleet, each for some minutes to hours."""
    found: dict[str, list[Scenario]] = {spec.id: [] for spec in specs}
    names = list(SCENARIOS)
    for turn in range(max(len(names), int(days * 3))):
        name = names[turn % len(names)]
        spec = random.choice([spec for spec in specs if fits(name, spec)] or specs)
        at = begin + random.uniform(0.0, days) * DAY_S
        found[spec.id].append(Scenario(name, at, at + random.uniform(600, 6 * 3600)))
    return found


async def compare(store: Path) -> None:
    """Live through it and look at it, then look back."""
    random = Random(SEED)
    specs = demo_specs(STATIONS)
    until = BEGIN + DAYS * DAY_S
    moments = sorted(round(random.uniform(BEGIN + FIRST_AFTER_S, until - 60), 3) for _ in range(MOMENTS))
    wrong = troubles(specs, random, BEGIN, DAYS)
    plan = Plan(specs, BEGIN, wrong, fine_at=moments, diagnosed=[s.id for s in specs[:2]], seed=SEED,
                diagnose_every_s=max(DAY_S, DAYS * DAY_S / 8))  # fmt: skip
    shown = {moment: random.sample([spec.id for spec in specs], min(SHOWN, len(specs))) for moment in moments}
    began = time.perf_counter()
    lived = Lived(store, plan)
    await lived.start()
    live: dict[float, dict[str, str]] = {}
    looking_s = 0.0
    for place, moment in enumerate(moments):
        await lived.live_until(moment)
        looked = time.perf_counter()
        async with opened(store, lived.clock, SIZES[place % len(SIZES)]) as screens:
            live[moment] = await screens.all(shown[moment])
        looking_s += time.perf_counter() - looked
    await lived.live_until(until)
    await lived.stop()
    wrote_s = time.perf_counter() - began - looking_s
    print(f"  lived {DAYS:g} days of {STATIONS} stations in {wrote_s:.0f} s; looked for {looking_s:.0f} s; "
          f"operators: {lived.actions}")  # fmt: skip
    await _look_back(store, lived, live, shown)


async def _look_back(
    store: Path, lived: Lived, live: dict[float, dict[str, str]], shown: dict[float, list[str]]
) -> None:
    compared = equal = 0
    differing: Counter[str] = Counter()
    for turn, size in enumerate(SIZES):
        async with opened(store, lived.clock, size) as screens:
            for place, moment in enumerate(sorted(live)[turn :: len(SIZES)]):
                await screens.look(moment)
                past = await screens.all(shown[moment])
                if place % JUMP_EVERY == 0:
                    past |= await screens.all(shown[moment][:1], by_way_of=moment - 200.0)
                for name, text in live[moment].items():
                    compared += 1
                    if not (found := differences(text, past[name], long_ago=lived.clock.at - moment > 14 * DAY_S)):
                        equal += 1
                        continue
                    differing[name.split()[0]] += 1
                    print(f"\n  {name} at {moment:.3f}, {size[0]}x{size[1]}", *found, sep="\n    ")
    print(f"  {len(live)} moments x {compared // max(1, len(live))} screens: {compared} compared, {equal} equal, "
          f"{compared - equal} differ {dict(differing)}")  # fmt: skip
