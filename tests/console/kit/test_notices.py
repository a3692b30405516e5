"""What is told stands in the key row for a while: long sentences in parts, and what was done can be taken back."""

from __future__ import annotations

import pytest

from victron_console.console.kit.frame.notices import NOTICE_S, UNDO_S, Notice, Notices, draw_notice
from victron_console.console.kit.line import Line

NOW = 100.0
LONG = "Written to /home/operator/Documents/victron/alarms alder-farm 2026-11-23 1432.csv, with all that is listed."


def row(notice: Notice | None, now: float, width: int = 60) -> str:
    line = Line(width)
    if notice is not None:
        draw_notice(line, notice, now)
    return line.text


def test_a_sentence_stands_for_its_time_and_no_longer() -> None:
    notices = Notices()
    notices.tell("Copied.", NOW, 60)

    assert notices.standing(NOW + NOTICE_S - 0.1) is not None
    assert notices.standing(NOW + NOTICE_S) is None


def test_a_sentence_whose_matter_is_over_stands_no_longer_and_another_one_does() -> None:
    notices = Notices()
    notices.tell("Looking ...", NOW, 60)
    notices.end("Looking ...", NOW + 1)
    assert notices.standing(NOW + 1) is None
    notices.tell("Copied.", NOW + 2, 60)
    notices.end("Looking ...", NOW + 2)
    assert notices.standing(NOW + 3) is not None


@pytest.mark.parametrize("width", [34, 60, 80, 107])
def test_every_word_of_a_long_sentence_is_shown_in_the_row_one_part_after_another(width: int) -> None:
    notices = Notices()
    told = notices.tell(LONG, NOW, width)
    rows = []
    for place in range(len(told.parts)):
        at = NOW + place * NOTICE_S + 1
        assert notices.standing(at) is told
        text = row(told, at, width)
        assert text.endswith(f"{place + 1}/{len(told.parts)} ") and "…" not in text
        rows.append(text.rpartition(" ")[0].rpartition(" ")[0].strip())

    assert len(rows) > 1 and "".join(rows).replace(" ", "") == LONG.replace(" ", "")
    assert notices.standing(told.until) is None


def test_what_was_done_is_taken_back_once_also_after_something_else_was_told() -> None:
    notices, undone = Notices(), list[str]()
    notices.tell("Acknowledged: SOC low.", NOW, 60, lambda: undone.append("soc"))
    notices.tell("Shelved: Fuel low.", NOW + 1, 60, lambda: undone.append("fuel"))
    notices.tell("Drawn less often.", NOW + 2, 60)

    assert [notices.undo(NOW + 3) for _ in range(3)] == [True, True, False]
    assert undone == ["fuel", "soc"]


def test_what_is_older_than_its_time_is_not_taken_back() -> None:
    notices, undone = Notices(), list[str]()
    notices.tell("Acknowledged: SOC low.", NOW, 60, lambda: undone.append("soc"))

    assert not notices.undo(NOW + UNDO_S) and undone == []


def test_the_offer_to_take_back_returns_once_another_sentence_has_gone_and_goes_with_the_act() -> None:
    notices = Notices()
    notices.tell("Acknowledged: SOC low.", NOW, 60, lambda: None)
    notices.tell("Copied.", NOW + 1, 60)

    assert "ctrl+z" not in row(notices.standing(NOW + 2), NOW + 2)
    assert "ctrl+z undo, 1 s" in row(notices.standing(NOW + 9.2), NOW + 9.2)
    notices.undo(NOW + 9.3)
    assert notices.standing(NOW + 9.3) is None
