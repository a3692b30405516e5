"""Version order and channels, decoding, fleet comparison; ranks and outliers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.diagnosing.gx.firmware import (
    Standing,
    compare,
    decode,
    standing,
    written,
)
from victron_console.diagnosing.verdict.peers import ranked
from victron_console.model.version import Channel, Version, parse_version


def version(text: str) -> Version:
    found = parse_version(text)
    assert found is not None
    return found


def test_versions_are_ordered_as_they_were_released() -> None:
    course = ["v2.94", "v3.00~1", "v3.70~2", "v3.70~33", "v3.70", "v3.70.1", "v3.71~1", "v3.71", "v10.01"]
    assert sorted(course, key=version) == course
    assert version("v3.70~33").channel is Channel.BETA and str(version("3.70~33")) == "v3.70~33"


@pytest.mark.parametrize(
    ("value", "device", "expected"),
    [
        (225331, "platform", "v3.70~33"),
        (73983, "multi", "v1.20"),
        (222721, "platform", "v3.66~1"),
        (225314, "platform", "v3.70~22"),
        (0x0159, "solarcharger", "v1.59"),
        ("v3.70", "", "v3.70"),
    ],
)
def test_numbers_are_read_by_their_hexadecimal_figures(value: int | str, device: str, expected: str) -> None:
    assert str(decode(value, device)) == expected


def test_a_vebus_version_is_written_without_a_point() -> None:
    found = decode(1362, "vebus")
    assert found is not None and written(found, "vebus") == "552"


@pytest.mark.parametrize("value", [None, 0, -1, 0x0A1F, 1.5, "unknown", "", 2**32])
def test_what_is_no_version_is_none(value: int | float | str | None) -> None:
    assert decode(value) is None


def test_a_beta_is_no_outdated_release() -> None:
    assert standing(version("v3.70~33"), version("v3.65")) is Standing.AHEAD
    assert standing(version("v3.70~33"), version("v3.70")) is Standing.BEHIND
    assert standing(version("v3.70~33"), version("v3.70~40")) is Standing.BEHIND
    assert standing(version("v3.65"), version("v3.70~40")) is Standing.UNKNOWN
    assert standing(version("v3.65"), version("v3.70")) is Standing.BEHIND
    assert standing(None, version("v3.70")) is Standing.UNKNOWN


def test_a_fleet_is_compared_with_what_is_offered_else_with_its_own_highest() -> None:
    rows = compare(
        {"a": "v3.65", "b": "v3.70", "c": "v3.80~2", "d": "", "e": "v3.70"}, offered={"e": "v3.72", "b": "v3.70"}
    )
    assert {row.station: row.standing for row in rows} == {
        "a": Standing.BEHIND, "b": Standing.SAME, "c": Standing.SAME, "d": Standing.UNKNOWN, "e": Standing.BEHIND,
    }  # fmt: skip
    assert [row.station for row in rows][:2] == ["a", "e"]


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_what_is_decoded_reads_as_it_was_written(major: int, minor: int, beta: int) -> None:
    number = int(f"{major:02d}{minor:02d}{beta:02d}", 16)
    found = decode(number, "platform")
    if number > 0xFFFF:
        assert found is not None and (found.major, found.minor, found.beta) == (major, minor, beta)


def test_peers_are_ranked_and_outliers_found_beyond_three_deviations() -> None:
    values: dict[str, float | None] = {f"s{n}": 95.0 + 0.2 * (n % 3) for n in range(9)}
    rows = ranked(values | {"bad": 80.0, "silent": None, "broken": float("nan")})
    assert [row.station for row in rows if row.outlier] == ["bad"]
    assert rows[-1].station == "bad" and rows[-1].rank == 10 and rows[-1].percentile == pytest.approx(10)
    assert rows[0].rank == rows[1].rank == rows[2].rank == 1


def test_a_few_stations_have_a_rank_but_no_outliers() -> None:
    rows = ranked({"a": 1.0, "b": 100.0, "c": 2.0}, higher_is_better=False)
    assert [row.station for row in rows] == ["a", "c", "b"]
    assert not any(row.outlier for row in rows) and rows[0].percentile is None
    assert ranked({"a": None}) == []


def test_equal_peers_have_no_outlier() -> None:
    assert all(row.deviation is None and not row.outlier for row in ranked(dict.fromkeys("abcdef", 5.0)))


def test_what_reads_as_equal_does_not_stand_out_however_near_the_others_lie() -> None:
    values: dict[str, float | None] = {f"s{n}": 97.0 + 0.001 * (n % 3) for n in range(11)}
    assert not any(row.outlier for row in ranked(values | {"last": 97.02}))
    assert [row.station for row in ranked(values | {"last": 92.0}) if row.outlier] == ["last"]
