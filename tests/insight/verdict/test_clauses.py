"""Which clauses of a verdict a place has room for: whole ones, the worst first, and a doubt is the last to go."""

from __future__ import annotations

import pytest

from victron_console.insight.verdict.clause import SHORT_CELLS, Clause, Rank, SiteVerdict

EMPTY = Clause("Empty about 04:40.", "Empty about 04:40.", Rank.SUPPLY, "!")
GENSET = Clause("The generator failed: not started.", "Generator failed.", Rank.CAUSE, "!!")
CELL = Clause("Cell 7 is 103 mV low.", "Cell 7 is 103 mV low.", Rank.WRONG, "!")
METER = Clause("1.11 kW unaccounted for: one meter is wrong.", "1.11 kW unaccounted.", Rank.DOUBT, "?")
ALL = SiteVerdict((EMPTY, GENSET, CELL, METER))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (130, ALL.text),
        (96, "Empty about 04:40. Generator failed. 1.11 kW unaccounted for: one meter is wrong. +1"),
        (68, "Empty about 04:40. 1.11 kW unaccounted for: one meter is wrong. +2"),
        (23, "Empty about 04:40. +3?"),
        (22, "Empty about 04:40. +3?"),
        (20, "Empty about 04:40."),
    ],
)
def test_a_clause_is_told_whole_or_not_at_all_and_the_doubt_stays(cells: int, said: str) -> None:
    assert ALL.fitted(cells).text == said


@pytest.mark.parametrize("cells", range(22, 160))
def test_no_clause_is_cut_and_those_that_are_left_out_are_counted(cells: int) -> None:
    fitted = ALL.fitted(cells)
    words = {form for clause in ALL.clauses for form in (clause.text, clause.short)}

    assert len(fitted.text) <= cells
    assert all(said in words for said, _ in fitted.parts)
    left = 4 - len(fitted.parts)
    assert fitted.more == (f"+{left}{'' if METER in [clause for _, clause in fitted.parts] else '?'}" if left else "")


@pytest.mark.parametrize("cells", range(40, 160))
def test_the_worst_and_the_doubt_are_there_as_soon_as_both_fit(cells: int) -> None:
    shown = [clause for _, clause in ALL.fitted(cells).parts]

    assert shown[0] is EMPTY
    assert (METER in shown) is (cells >= len("Empty about 04:40. 1.11 kW unaccounted. +2"))


def test_a_short_form_that_a_table_has_no_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match="22 cells"):
        Clause("x", "x" * (SHORT_CELLS + 1), Rank.WRONG)


def test_nothing_to_say_takes_no_room() -> None:
    assert SiteVerdict().fitted(22).text == ""
