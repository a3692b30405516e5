"""Diagnoses are kept a day each and read as of any moment; the list of jobs is a log of which the newest row holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from victron_console.store.diagnoses import DiagnosisRow, StepRow, record_diagnosis
from victron_console.store.errors import UnknownStation
from victron_console.store.operator.jobs import add_job, edit_job, finish_job
from victron_console.store.operator.wishes import open_for_operator
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

NOON = 1_763_899_200.0
DAY_S = 86_400.0


def test_the_last_diagnosis_of_a_day_holds_and_every_day_can_be_looked_back_to(writer: Writer, reader: Reader) -> None:
    for at, soh in ((NOON - DAY_S, 90), (NOON - 3600, 89), (NOON, 88)):
        record_diagnosis(writer.db, DiagnosisRow("alder", at, {"soh": soh, "text": "<ä>"}))
    assert reader.diagnoses()["alder"] == DiagnosisRow("alder", NOON, {"soh": 88, "text": "<ä>"})
    assert reader.diagnoses(NOON - 60)["alder"].body["soh"] == 90
    assert not reader.diagnoses(NOON - 2 * DAY_S)
    assert [row.body["soh"] for row in reader.diagnosis_course("alder", 0, NOON)] == [90, 88]


def test_load_steps_are_kept_by_battery_and_span(writer: Writer, reader: Reader) -> None:
    steps = [StepRow("battery/1", NOON, NOON + DAY_S, b"abc"), StepRow("battery/2", NOON, NOON + DAY_S, b"")]
    record_diagnosis(writer.db, DiagnosisRow("alder", NOON, {}), steps)
    record_diagnosis(writer.db, DiagnosisRow("alder", NOON, {}), steps[:1])
    assert reader.load_steps("alder", "battery/1") == steps[:1]
    assert reader.load_steps("alder", "battery/2") == steps[1:]


def test_a_station_that_was_never_registered_has_no_diagnosis(writer: Writer) -> None:
    with pytest.raises(UnknownStation):
        record_diagnosis(writer.db, DiagnosisRow("nobody", NOON, {}))


def test_a_job_is_added_edited_and_done_and_every_row_stays(writer: Writer, reader: Reader, path: Path) -> None:
    operator = open_for_operator(path)
    assert add_job(
        operator, "alder", " Look at the cells ", due_at=NOON + DAY_S, reason="cells", now=NOON, who="NB"
    ) == ("On the list: Look at the cells.")
    assert "already" in add_job(operator, "alder", "Again", reason="cells", now=NOON, who="NB")
    add_job(operator, "alder", "Tighten the busbars", now=NOON + 1, who="NB")
    (cells, busbars) = reader.jobs()
    assert (cells.what, cells.due_at, cells.reason, cells.who) == ("Look at the cells", NOON + DAY_S, "cells", "NB")
    assert edit_job(operator, cells.id, note="bring the meter", now=NOON + 2, who="MK") == "Changed."
    assert finish_job(operator, cells.id, now=NOON + 3, who="MK") == "Done: Look at the cells."
    assert finish_job(operator, cells.id, now=NOON + 4, who="MK") == "That job is done already."
    assert [job.id for job in reader.jobs()] == [busbars.id]
    (done,) = (job for job in reader.jobs(done_since=NOON) if job.done)
    assert done.note == "bring the meter" and done.who == "MK"
    assert [job.note for job in reader.jobs(NOON + 2.5)] == ["bring the meter", ""]
    assert writer.db.conn.execute("SELECT count(*) FROM job").fetchone() == (4,)
    operator.close()


def test_a_job_must_say_what_is_to_be_done(writer: Writer) -> None:
    with pytest.raises(ValueError, match="what is to be done"):
        add_job(writer.db, "alder", "  ", now=NOON, who="NB")
