"""Tiers from evidence: more evidence never lowers them, lost data never heals. Visits and their times. GX health."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.diagnosing.finding import Finding, Method, Status
from victron_console.diagnosing.gx.gx_health import GxRecord, gx_health
from victron_console.diagnosing.verdict.maintenance import Job, visits
from victron_console.diagnosing.verdict.risk import Evidence, Tier, assess, from_json, judged, to_json, told
from victron_console.model.units import DAY_S

METHOD = Method("a", (), "b")
T0 = 1_760_000_000.0
TIERS = st.sampled_from([None, *Tier])
EVIDENCE = st.dictionaries(st.sampled_from("abcdefgh"), TIERS, max_size=8).map(
    lambda found: [Evidence(name=name, tier=tier, words="") for name, tier in found.items()]
)


@given(EVIDENCE, TIERS)
def test_adding_evidence_never_lowers_the_tier(evidence: list[Evidence], tier: Tier | None) -> None:
    more = [*evidence, Evidence(name="z", tier=tier, words="")]
    assert assess(more).tier >= assess(evidence).tier


@pytest.mark.slow
@given(EVIDENCE, st.sets(st.sampled_from("abcdefgh")), st.booleans())
def test_losing_data_never_raises_health(evidence: list[Evidence], lost: set[str], silently: bool) -> None:
    before = assess(evidence)
    left = [one for one in evidence if one.name not in lost]
    if not silently:
        left += [Evidence(name=one.name, tier=None, words="lost") for one in evidence if one.name in lost]
    after = assess(left, before)
    assert after.tier >= before.tier and after.coverage <= before.coverage
    assert before.healthy or not after.healthy


@pytest.mark.slow
@given(EVIDENCE, EVIDENCE)
def test_a_kept_risk_comes_back_as_it_was(earlier: list[Evidence], later: list[Evidence]) -> None:
    risk = assess(later, assess(earlier))
    assert from_json(json.loads(json.dumps(to_json(risk)))) == risk


def test_nothing_known_is_unknown_not_healthy() -> None:
    risk = assess([Evidence(name=name, tier=None, words="not reported") for name in "abc"])
    assert (risk.word, risk.healthy, risk.coverage) == ("unknown", False, 0.0)
    assert assess([]).word == "unknown"


def test_what_nothing_has_confirmed_for_half_a_year_is_unknown_again_not_well() -> None:
    seen = assess([Evidence(name="replacement", tier=Tier.PLAN, words="4 months", seen_at=T0)])
    nothing = [Evidence(name="replacement", tier=None, words="no date")]
    later = assess(nothing, seen, T0 + 90 * DAY_S)
    assert later.tier is Tier.PLAN and "remembered" in later.evidence[0].words
    much_later = assess(nothing, later, T0 + 200 * DAY_S)
    assert (much_later.word, much_later.evidence[0].words) == ("unknown", "no date")
    assert assess([], seen, T0 + 200 * DAY_S).word == "unknown"


def test_what_was_never_known_is_not_remembered() -> None:
    nothing = [Evidence(name="capacity", tier=None, words="0 segments, 20 needed")]
    risk = assess(nothing, assess(nothing))
    assert risk.evidence[0].words == "0 segments, 20 needed"


def test_the_worst_evidence_makes_the_tier_and_stands_first() -> None:
    def figure(value: float | None) -> Finding:
        return Finding(title="SOH", unit="%", method=METHOD, value=value, reason="" if value else "no SOH")

    rows = [judged("soh", figure(78.0), 85, 80, 70), judged("cells", figure(None), 30, 100, 150), told("modules", [])]
    risk = assess(rows)
    assert (risk.tier, risk.evidence[0].name, risk.evidence[-1].tier) == (Tier.PLAN, "soh", None)
    assert "plan down to 80" in risk.evidence[0].words
    assert risk.coverage == pytest.approx(2 / 3)
    assert judged("r", figure(1.6), 1.25, 1.5, 2.0).tier is Tier.PLAN
    assert judged("r", figure(1.0), 1.25, 1.5, 2.0).tier is Tier.OK
    assert assess([*rows, told("modules", ["1 of 3 offline"])]).word == "act"
    assert told("modules", None).tier is None


def job(site: str, what: str, tier: Tier, due_days: float | None) -> Job:
    due = None if due_days is None else T0 + due_days * DAY_S
    return Job(site=site, what=what, tier=tier, found_at=T0, due_at=due)


def test_visits_bundle_a_months_jobs_of_a_site_and_the_urgent_come_first() -> None:
    found = visits([
        job("farm", "tighten the link of cell 7", Tier.PLAN, 40), job("farm", "clean the panels", Tier.WATCH, 65),
        job("farm", "replace the battery", Tier.PLAN, 300), job("hut", "replace the fan", Tier.ACT, None),
    ])  # fmt: skip
    assert [(visit.site, len(visit.jobs)) for visit in found] == [("hut", 1), ("farm", 2), ("farm", 1)]
    assert found[0].deadline == T0 + 3 * DAY_S


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(Tier)), st.floats(0, 400)), max_size=20))
def test_every_job_is_in_exactly_one_visit(rows: list[tuple[str, Tier, float]]) -> None:
    jobs = [job(site, str(n), tier, due) for n, (site, tier, due) in enumerate(rows)]
    assert sorted(j.what for visit in visits(jobs) for j in visit.jobs) == sorted(j.what for j in jobs)


def test_restarts_errors_space_and_link_of_a_gx_device() -> None:
    at = T0 + np.arange(0, 61 * DAY_S, 3600.0)
    uptime = (at - T0) % (20 * DAY_S)
    errors = np.floor((at - T0) / 3600 * 0.5) % 1000
    found = gx_health(GxRecord(
        at=at, uptime_s=uptime, data_free_bytes=6e8 - 5e6 * (at - T0) / DAY_S, can_errors={"can0": errors},
        polls=np.full(len(at), 360.0), failed_polls=np.full(len(at), 3.6),
    ))  # fmt: skip
    assert found.restarts.value == pytest.approx(3 / 61 * 30.44, rel=0.02)
    assert found.can_weekly.value == pytest.approx(84, abs=1)
    assert found.disk_days.value == pytest.approx(59, abs=2)
    assert found.link.value == pytest.approx(99.0)


def test_weak_wifi_and_days_without_vrm_are_told() -> None:
    at = T0 + np.arange(0, 40 * DAY_S, 300.0)
    days = (at - T0) / DAY_S
    contact = np.where(days < 37, at - 60.0, T0 + 37 * DAY_S)
    signal = np.where(days < 30, 80.0, 34.0 + 10 * np.sin(days))
    found = gx_health(GxRecord(at=at, wifi_percent=signal, vrm_contact_at=contact))
    assert found.wifi.value == pytest.approx(34, abs=8) and found.wifi.low is not None and found.wifi.low < 27
    assert found.vrm.value == pytest.approx(90.0, abs=0.5) and "71.9 h before the end" in found.vrm.confidence
    never = gx_health(GxRecord(at=at, wifi_percent=signal * np.nan, vrm_contact_at=0.0 * at))
    assert never.wifi.status is Status.UNKNOWN and never.vrm.status is Status.UNKNOWN


def test_a_silent_gx_device_is_unknown() -> None:
    found = gx_health(GxRecord(at=T0 + np.arange(5.0)))
    figures = (found.restarts, found.can_weekly, found.disk_days, found.wifi, found.vrm, found.link)
    assert {figure.status for figure in figures} == {Status.UNKNOWN}
