"""A store whose rows hold what the program never writes: a sentence with its name, never another error."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from victron_console.model.clock import ManualClock
from victron_console.model.overview import Overview
from victron_console.store.errors import StoreDamaged
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationUpdate
from victron_console.store.write.writer import Writer

Poll = Callable[..., None]


def damage(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        assert conn.execute(statement).rowcount


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE station SET info = '[[]]'",
        "UPDATE station SET info = '{'",
        'UPDATE station SET info = \'{"location": "north"}\'',
        "UPDATE station SET info = '{\"notes\": [1]}'",
        "UPDATE station SET tags = '7'",
        "UPDATE station SET name = CAST(X'fffe' AS TEXT)",
        "UPDATE summary SET overview = '{\"soc'",
        "UPDATE summary SET overview = CAST(X'22ff22' AS TEXT)",
        "UPDATE summary SET state = 'asleep'",
    ],
)
def test_a_damaged_station_is_said_with_the_name_of_the_store(poll: Poll, path: Path, statement: str) -> None:
    poll({"P": 1})
    damage(path, statement)
    with closing(Reader(path)) as reader:
        for read in (reader.stations, lambda: reader.station("alder")):
            with pytest.raises(StoreDamaged, match=r"store\.db is damaged: .+put a backup"):
                read()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE latest SET value = X'00ff'",
        "UPDATE latest SET value = CAST(X'ff' AS TEXT)",
        "UPDATE latest SET quality = 'splendid'",
    ],
)
def test_damaged_values_are_said_with_the_name_of_the_store(poll: Poll, path: Path, statement: str) -> None:
    poll({"P": 1})
    damage(path, statement)
    with closing(Reader(path)) as reader:
        for read in (reader.snapshot, reader.series):
            with pytest.raises(StoreDamaged, match=r"store\.db is damaged"):
                read("alder")


@pytest.mark.parametrize("body", ["[]", "7", '{"x":1}', '{"1":{"a":1}}', '{"1":[]}', "{"])
def test_damaged_history_is_said_with_the_name_of_the_store(
    poll: Poll, path: Path, clock: ManualClock, body: str
) -> None:
    poll({"P": 1})
    damage(path, f"UPDATE hot SET body = '{body}'")
    with closing(Reader(path, clock)) as reader, pytest.raises(StoreDamaged, match=r"store\.db is damaged"):
        reader.snapshot("alder", as_of=clock.now() + 1)


def test_damage_is_said_among_several_questions_and_an_error_of_who_asks_is_no_damage(poll: Poll, path: Path) -> None:
    poll({"P": 1})
    with closing(Reader(path)) as reader:
        with pytest.raises(ValueError, match="no tariff"), reader.at_once():
            assert reader.station("alder") is not None
            raise ValueError("no tariff is configured")
        damage(path, "UPDATE summary SET state = 'asleep'")
        with pytest.raises(StoreDamaged, match=r"store\.db is damaged"), reader.at_once():
            reader.station("alder")


def test_the_writer_says_too_that_what_it_goes_on_from_is_damaged(poll: Poll, path: Path, clock: ManualClock) -> None:
    poll({"P": 1})
    damage(path, "UPDATE latest SET value = X'00ff'")
    with closing(Writer(path, clock)) as writer, pytest.raises(StoreDamaged, match=r"store\.db is damaged"):
        writer.record(StationUpdate("alder", clock.now()))


def test_a_damaged_overview_costs_no_more_than_its_figures(poll: Poll, path: Path, reader: Reader) -> None:
    poll({"P": 1})
    for overview, expected in (("[]", Overview()), ('{"soc_percent":"x","pv_power_w":3}', Overview(pv_power_w=3))):
        damage(path, f"UPDATE summary SET overview = '{overview}'")
        (row,) = reader.stations()
        assert row.overview == expected


def test_a_name_that_is_wrong_is_no_damage(reader: Reader) -> None:
    for ask in (reader.history, partial(reader.buckets, count=5), reader.integral, reader.rollup):
        with pytest.raises(ValueError, match="is no series"):
            ask("alder", "nonsense", 0, 7200)
    with pytest.raises(ValueError, match="five-minute rows"):
        reader.overview_history("alder", "nonsense", 0, 7200, 5)
