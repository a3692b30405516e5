"""Opens the past that ships with the package: its times are moved to now, and the stations go on from where it ends.

It was lived at a date of its own by `benchmarks/demo_past.py`: moved by whole days the hours of the day stay what they
were, and the stations keep the sun and weather of that date. It reaches a day beyond what is ever shown: what would lie
in the future is taken away, and the part of an hour that is missing is lived through.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any

from victron_console.model.units import DAY_S
from victron_console.simulator.history import record_on
from victron_console.simulator.past.plant_state import restore
from victron_console.simulator.past.stories import ADVISED, TARIFF, story_specs, story_troubles
from victron_console.simulator.scenario import Scenario
from victron_console.simulator.simulated import SteppedFleet, Troubles
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import Station
from victron_console.store.connection import open_writable
from victron_console.store.file_rights import make_private
from victron_console.store.files.moved_times import Move, move_times
from victron_console.store.files.rewind import rewind
from victron_console.store.schema import migrate

FILE = Path(__file__).with_name("past.zip")
STORE, STATES, TIMES = "store.db", "states.json", "times.json"
LIVED_UNTIL = 1_600_668_000.0
"""2020-09-21 06:00 UTC: nearly an equinox, so that the sun of the past is at most two hours from that of any day."""
JUDGED_AT = LIVED_UNTIL - DAY_S
"""Up to here alarms and diagnoses were made; the live ones go on from there."""
SPAN = (LIVED_UNTIL - 75 * DAY_S, LIVED_UNTIL + 15 * DAY_S)
"""All times of the past lie within (UTC epoch, s), what is told of its future too."""
TARIFF_FILE = "tariff.toml"


def with_tariff(station: str, table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A station's table; the one that has a tariff names the file of it in a folder."""
    if station != ADVISED:
        return dict(table)
    ess = {"tariff_file": str(folder / TARIFF_FILE), "charge_kw": 1.7, "discharge_kw": 2.4}
    return {**table, "ess": ess}


def open_past(store: Path, count: int, now: float, more: Troubles | None = None) -> SteppedFleet:
    """Put the past where the demonstration's store shall be, moved to end now.

    Args:
        store: the file to make; none may be there.
        count: how many of its stations go on, the first ones.
        now: the moment (UTC epoch, s), well after the date at which the past was lived.
        more: what goes wrong besides, by station id.

    Returns:
        The stations, to go on with: their sun and weather are those of the date of the past. The others stay in the
        store as they were.

    Raises:
        StoreError: the store cannot be written.
    """
    move = Move(*SPAN, ceil((now - LIVED_UNTIL) / DAY_S))
    with zipfile.ZipFile(FILE) as archive:
        make_private(store)
        store.write_bytes(archive.read(STORE))
        states, times = json.loads(archive.read(STATES)), json.loads(archive.read(TIMES))
    begin = max(float(at) for at in states if float(at) + move.seconds <= now)
    with closing(open_writable(store)) as db:
        migrate(db, store)
        move_times(db, move, times)
        rewind(db, begin + move.seconds)
    store.with_name(TARIFF_FILE).write_text(TARIFF, "utf-8")
    troubles = _moved(story_troubles(JUDGED_AT), move)
    wrong = {spec.id: (*troubles.get(spec.id, ()), *(more or {}).get(spec.id, ())) for spec in story_specs()}
    at = states[f"{begin:.0f}"]
    stations = [
        _resumed(spec, move.in_data(at[spec.id]), wrong[spec.id], -float(move.seconds))
        for spec in story_specs()[:count]
    ]
    fleet = SteppedFleet.resumed(stations, begin + move.seconds)
    record_on(fleet, store, now)
    return fleet


def _resumed(spec: StationSpec, state: Mapping[str, Any], troubles: Sequence[Scenario], world_s: float) -> Station:
    station = Station(spec, state["plant"]["at"], troubles, warm_up_s=0.0, world_s=world_s)
    restore(station.plant, state)
    return station


def _moved(troubles: Troubles, move: Move) -> dict[str, tuple[Scenario, ...]]:
    return {
        station: tuple(
            replace(one, starts_at=one.starts_at + move.seconds, ends_at=one.ends_at + move.seconds) for one in wrong
        )
        for station, wrong in troubles.items()
    }
