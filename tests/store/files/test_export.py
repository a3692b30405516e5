from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest

from victron_console.model.clock import ManualClock, iso_utc
from victron_console.store.errors import UnknownStation
from victron_console.store.files.export import ExportRow, export, write_csv, write_json_lines
from victron_console.store.read.reader import Reader

Poll = Callable[..., None]
DAY_S = 86_400.0


def offsets(rows: list[ExportRow], begin: float) -> list[tuple[float, object, str]]:
    return [(row.at - begin, row.value, row.quality.value) for row in rows]


def test_rows_are_the_changes_and_the_gaps(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    begin = clock.now()
    for value, pause_s in ((1, 10), (2, 10), (2, 100), (2, 10), (3, 200), (4, 10), (None, 10)):
        poll({"P": value})
        clock.advance(pause_s)
    rows = list(export(reader, ["alder"], ["system/0/P"], 0, clock.now()))
    assert offsets(rows, begin) == [
        (0, 1, "good"),
        (10, 2, "good"),
        (20, None, "lost"),
        (120, 2, "good"),
        (130, 3, "good"),
        (130, None, "lost"),
        (330, 4, "good"),
        (340, None, "absent"),
    ]
    cut = list(export(reader, ["alder"], ["system/0/P"], begin + 50, begin + 125))
    assert offsets(cut, begin) == [(50, None, "lost"), (120, 2, "good")]
    cut = list(export(reader, ["alder"], ["system/0/P"], begin + 15, begin + 100))
    assert offsets(cut, begin) == [(15, 2, "good"), (20, None, "lost")]


def test_steps_carry_what_held(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    begin = clock.now()  # a multiple of 60
    for value, pause_s in ((1, 50), (2, 130), (3, 20), (4, 0)):
        poll({"P": value})
        clock.advance(pause_s)
    rows = list(export(reader, ["alder"], ["*"], 0, clock.now(), every_s=60))
    assert offsets(rows, begin) == [(0, 1, "good"), (60, None, "lost"), (120, None, "lost"), (180, 3, "good")]


def test_days_join_without_a_seam(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    begin = clock.now()
    changes = [0.0, DAY_S / 2, DAY_S, DAY_S * 1.5, DAY_S * 3, DAY_S * 3 + 60]
    for value, at in enumerate(changes):
        clock.at = begin + at
        poll({"P": value, "Fixed": 1})
    rows = list(export(reader, ["alder"], ["system/0/P"], 0, clock.now()))
    assert [(row.at - begin, row.value) for row in rows if row.value is not None and row.quality == "good"] == [
        (at, value) for value, at in enumerate(changes)
    ]


def test_series_are_chosen_by_glob(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    poll({"Dc/0/Voltage": 52.1, "Soc": 81.0}, device="battery/258")
    poll({"Soc": 79.0}, device="battery/259")
    chosen = [row.series for row in export(reader, ["alder"], ["battery/*/Soc", "battery/258/*"], 0, clock.now())]
    assert chosen == ["battery/258/Dc/0/Voltage", "battery/258/Soc", "battery/259/Soc"]
    with pytest.raises(UnknownStation):
        list(export(reader, ["birch"], ["*"], 0, clock.now()))


def test_written_as_csv_and_json_lines(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    poll({"Name": 'a "pack", here', "None": None, "P": 1.5})
    rows = list(export(reader, ["alder"], ["*"], 0, clock.now()))
    table = io.StringIO()
    write_csv(rows, table)
    when = iso_utc(clock.now())
    assert list(csv.reader(io.StringIO(table.getvalue()))) == [
        ["time", "station", "series", "value", "quality"],
        [when, "alder", "system/0/Name", 'a "pack", here', "good"],
        [when, "alder", "system/0/None", "", "absent"],
        [when, "alder", "system/0/P", "1.5", "good"],
    ]
    lines = io.StringIO()
    write_json_lines(rows, lines)
    assert [json.loads(line)["value"] for line in lines.getvalue().splitlines()] == ['a "pack", here', None, 1.5]
