"""The log of a fault that repeats itself stays small, and hides no other."""

from __future__ import annotations

import logging

from victron_console.cli.log_limit import LINES_A_MINUTE, MESSAGES_KEPT, LogLimit


def written(limit: LogLimit, at: float, text: str, *args: object) -> str:
    """The line as it is written; empty where it is not."""
    record = logging.LogRecord("any", logging.ERROR, "", 0, text, args, None)
    record.created = at
    return record.getMessage() if limit.filter(record) else ""


def test_a_message_that_repeats_is_written_five_times_a_minute_and_counted() -> None:
    limit = LogLimit()
    lines = [written(limit, 1000.0 + second / 100, "bad %s", "topic") for second in range(600)]
    assert [line for line in lines if line] == ["bad topic"] * LINES_A_MINUTE
    assert written(limit, 1061.0, "bad %s", "topic") == "bad topic (and 595 times more, not written)"
    assert written(limit, 1062.0, "bad %s", "topic") == "bad topic"


def test_the_same_fault_of_each_station_is_written() -> None:
    limit = LogLimit()
    lines = [written(limit, 1000.0, "%s: refused", f"s{number}") for number in range(2 * MESSAGES_KEPT)]
    assert all(lines) and len(set(lines)) == 2 * MESSAGES_KEPT


def test_a_clock_set_back_silences_nothing() -> None:
    limit = LogLimit()
    for _ in range(10):
        written(limit, 5000.0, "bad")
    assert written(limit, 1000.0, "bad")


def test_it_remembers_no_more_than_a_fixed_number_of_messages() -> None:
    limit = LogLimit()
    for number in range(3 * MESSAGES_KEPT):
        written(limit, 1000.0, f"message {number}")
    assert len(limit._messages) == MESSAGES_KEPT
