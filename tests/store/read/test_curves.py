from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.store.read.curves import Curve, Pieces, columns, in_order, means, split, stretches
from victron_console.store.read.trace import merged
from victron_console.store.sealed.codec import CannotDecode
from victron_console.store.sealed.rollup import decoded_hours, encoded_hours, hourly

pytestmark = pytest.mark.slow

moments = st.integers(0, 40).map(float)
spans = st.lists(st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))), max_size=5)
lines = st.lists(st.tuples(moments, st.none() | st.integers(-5, 5)), max_size=12, unique_by=lambda p: p[0]).map(sorted)


def curve_of(line: list[tuple[float, int | None]]) -> Curve:
    return Curve(
        np.array([at for at, _ in line], np.float64),
        np.array([np.nan if v is None else v for _, v in line], np.float64),
    )


@given(lines, spans, st.integers(1, 7))
def test_means_of_running_totals_are_those_of_the_columns(
    line: list[tuple[float, int | None]], silent: list[tuple[float, float]], count: int
) -> None:
    edges = np.linspace(0.0, 6.0 * count, count + 1)
    curve, spans = curve_of(line), merged([*silent, (38.0, np.inf)])
    quick, exact = means(curve, spans, edges), columns(stretches(curve, spans, edges), edges)
    assert quick.mean == pytest.approx(exact.mean, nan_ok=True)
    assert np.array_equal(quick.last, exact.last, equal_nan=True)


@given(lines, spans, st.integers(1, 7))
def test_columns_agree_with_a_second_by_second_count(
    line: list[tuple[float, int | None]], silent: list[tuple[float, float]], count: int
) -> None:
    edges = np.linspace(0.0, 6.0 * count, count + 1)
    found = columns(stretches(curve_of(line), merged(silent), edges), edges)
    for i in range(count):
        values = []
        for second in range(i * 6, i * 6 + 6):
            held = [v for at, v in line if at <= second][-1:]
            if held and held[0] is not None and not any(b <= second < e for b, e in silent):
                values.append(held[0])
        assert found.covered_s[i] == len(values)
        if values:
            assert (found.low[i], found.high[i], found.last[i]) == (min(values), max(values), values[-1])
            assert found.mean[i] == pytest.approx(sum(values) / len(values))


@given(lines, spans, st.lists(st.integers(1, 39), unique=True).map(sorted))
def test_pieces_keep_their_sums_when_they_are_split(
    line: list[tuple[float, int | None]], silent: list[tuple[float, float]], cuts: list[int]
) -> None:
    whole = np.array([0.0, 40.0])
    edges = np.array([0, *cuts, 40], np.float64)
    pieces = stretches(curve_of(line), merged(silent), whole)
    parts = in_order([split(pieces, edges)])
    assert np.sum(parts.covered_s) == pytest.approx(np.sum(pieces.covered_s))
    assert np.sum(parts.mean * parts.covered_s) == pytest.approx(np.sum(pieces.mean * pieces.covered_s))
    assert np.sum(parts.changes) == np.sum(pieces.changes)
    assert len(columns(parts, edges)) == len(edges) - 1


numbers = st.one_of(
    st.integers(-3000, 3000).map(float), st.integers(-3000, 3000).map(lambda v: v / 100), st.floats(-1e5, 1e5)
)


@given(st.lists(st.tuples(st.integers(-1000, 80_000).map(float), numbers), max_size=30).map(sorted), spans)
def test_hours_come_back_as_they_were(line: list[tuple[float, float]], silent: list[tuple[float, float]]) -> None:
    made = hourly(
        Curve(np.array([at for at, _ in line], np.float64), np.array([v for _, v in line], np.float64)),
        merged(silent),
        0.0,
        86_400.0,
    )
    stored = encoded_hours(made)
    back = decoded_hours(stored)
    for name in ("begins", "ends", "low", "high", "last", "changes"):
        assert np.array_equal(getattr(back, name), getattr(made, name), equal_nan=True)
    assert np.allclose(back.mean, made.mean, atol=0.006, equal_nan=True)
    assert np.allclose(back.covered_s, made.covered_s, atol=1.0)
    with pytest.raises(CannotDecode):
        decoded_hours(stored[:-1] + bytes([stored[-1] ^ 1]))
    assert isinstance(back, Pieces)
