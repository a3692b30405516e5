"""What a diagnosis says of the comparison with the portal."""

from __future__ import annotations

from victron_console.catalogue.vrm import EnergyKind
from victron_console.diagnosing.external.portal_figures import TITLES, _figure
from victron_console.diagnosing.external.validation import KindVerdict
from victron_console.diagnosing.finding import Status, Window

WINDOW = Window(since=0.0, until=30 * 86_400.0)


def test_the_share_is_of_the_days_that_agree_and_the_others_are_counted() -> None:
    found = _figure(KindVerdict(EnergyKind.PV, 21, 16, 4, 97.0, 100.0), WINDOW, "")
    assert found.value is not None and round(found.value, 3) == -3.0
    assert found.confidence == "16 of 21 days agree, 4 differ for a known reason, 1 differ for none"
    assert (found.window.count, found.window.what) == (21, "days")


def test_a_share_of_nothing_is_none() -> None:
    found = _figure(KindVerdict(EnergyKind.EXPORTED, 5, 5, 0, 0.1, 0.2), WINDOW, "their days begin 6 h later")
    assert (found.status, found.value) == (Status.INSUFFICIENT, None)
    assert "their days begin 6 h later" in found.reason


def test_every_kind_has_a_title() -> None:
    assert set(TITLES) == set(EnergyKind)
