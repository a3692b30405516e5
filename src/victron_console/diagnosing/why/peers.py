"""Whether other stations of the store have the same cause at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.insight.moment import station_moment
from victron_console.insight.why.answer import Question, Reasons, Sentence
from victron_console.insight.why.reasons import reasons
from victron_console.model.text import clean
from victron_console.store.answers import StationRow

if TYPE_CHECKING:
    from victron_console.store.read.reader import Reader

PEERS_AT_MOST = 12
"""Stations that are looked at: those that share most tags with it first."""
NAMED = 4
NAME_AT_MOST = 40


def same_elsewhere(reader: Reader, row: StationRow, found: Reasons, as_of: float | None) -> Sentence | None:
    """Which other stations have the limiting cause too; None where there is no cause, or no other station."""
    if found.first is None or found.question is Question.ALARM:
        return None
    others = [each for each in reader.stations(as_of) if each.id != row.id]
    if not others:
        return None
    others.sort(key=lambda each: (-len(set(each.tags) & set(row.tags)), each.name))
    same, known = list[str](), 0
    for each in others[:PEERS_AT_MOST]:
        moment = station_moment(reader, each.id, as_of)
        then = reasons(moment, found.question) if moment is not None else None
        if then is None or then.holds is None:
            continue
        known += 1
        if then.holds and found.first.id in {cause.id for cause in then.causes}:
            same.append(clean(each.name, NAME_AT_MOST))
    if not known:
        return Sentence("Whether other stations have it is not known: none of them is read.")
    if known == 1:
        told = f"The other station, {same[0]}, has the same." if same else "The other station does not have it."
        return Sentence(told)
    if not same:
        return Sentence(f"None of {known} other stations has the same.")
    told = ", ".join(same[:NAMED]) + (f" and {len(same) - NAMED} more" if len(same) > NAMED else "")
    return Sentence(f"Of {known} other stations {len(same)} {'has' if len(same) == 1 else 'have'} the same: {told}.")
