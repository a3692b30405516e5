"""Several looks in one row of a sheet: whatever has no room is cut where one sees it."""

from __future__ import annotations

import pytest

from victron_console.console.kit.sheet import Run, Sheet

RUNS = (Run("06:30 "), Run("~"), Run("empty about 04:33"))


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (24, "06:30 ~empty about 04:33"),
        (23, "06:30 ~empty about 04:>"),
        (8, "06:30 ~>"),
        (7, "06:30 >"),
        (6, "06:30>"),
        (0, ""),
    ],
)
def test_what_has_no_room_ends_in_a_mark(width: int, text: str) -> None:
    sheet = Sheet(width)
    assert sheet.runs(0, 0, RUNS) == 24, "where it would end"
    assert sheet.text == text


def test_blanks_past_the_edge_are_no_loss() -> None:
    sheet = Sheet(5)
    sheet.runs(0, 0, (Run("06:30"), Run("  ")))
    assert sheet.text == "06:30"
