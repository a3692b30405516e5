"""What is said of a site of every topology: whole clauses in any room, nothing that its own figures contradict."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.exhaustive import enough
from tests.reported.gallery import Topology, possible, site
from tests.reported.made import T0, Made

from victron_console.insight.verdict.clause import SHORT_CELLS, SiteVerdict
from victron_console.insight.verdict.site_verdict import Known, site_verdict
from victron_console.model.alert import AlertView
from victron_console.model.station import StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.store.answers import StationRow


def verdict_of(made: Made, alerts: tuple[AlertView, ...] = ()) -> SiteVerdict:
    snapshot, shown = made.shown(70.0)
    status = StationStatus(StationState.LIVE, T0)
    row = StationRow("made", "Made", (), StationInfo(), status, shown, snapshot.at, 10.0)
    return site_verdict(row, alerts, Known(), snapshot.at)


def wrong(topology: Topology) -> Iterator[str]:
    verdict = verdict_of(site(topology)[0])
    if topology.inverter == "none" and "inverter" in verdict.text.lower():
        yield f"has no inverter: {verdict.text}"
    if verdict.wrong:
        yield f"is well, and is said to be: {verdict.text}"
    for cells in (SHORT_CELLS, 40, 74, 110):
        fitted = verdict.fitted(cells)
        if len(fitted.text) > cells or (verdict.clauses and not fitted.parts):
            yield f"in {cells} cells {fitted.text!r}"


@pytest.mark.slow
def test_a_site_of_any_topology_that_is_well_is_said_to_be_nothing_else() -> None:
    found = {str(topology): faults for topology in [*possible()][:: enough(7, 1)] if (faults := list(wrong(topology)))}

    assert not found
