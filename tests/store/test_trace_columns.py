from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.model.quality import Quality
from victron_console.store.rows import Point
from victron_console.store.trace import bucketed, merged, without

moments = st.integers(0, 40).map(float)
spans = st.lists(st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))), max_size=5)
lines = st.lists(st.tuples(moments, st.none() | st.integers(-5, 5)), max_size=12, unique_by=lambda p: p[0]).map(sorted)


@given(lines, spans, st.integers(1, 7))
def test_columns_agree_with_a_second_by_second_count(
    line: list[tuple[float, int | None]], silent: list[tuple[float, float]], count: int
) -> None:
    points = [Point(at, v, Quality.ABSENT if v is None else Quality.GOOD) for at, v in line]
    columns = bucketed(points, silent, 0.0, 6.0 * count, count)
    for i, column in enumerate(columns):
        values = []
        for second in range(i * 6, i * 6 + 6):
            held = [v for at, v in line if at <= second][-1:]
            if held and held[0] is not None and not any(b <= second < e for b, e in silent):
                values.append(held[0])
        if not values:
            assert column is None
        else:
            mean = sum(values) / len(values)
            assert column is not None
            assert (column.low, column.high, column.last) == (min(values), max(values), values[-1])
            assert column.mean == pytest.approx(mean)


@given(spans, moments, moments)
def test_masks_take_away_what_they_cover(masks: list[tuple[float, float]], begin: float, end: float) -> None:
    left = list(without(begin, end, merged(masks)))
    for second in range(41):
        inside = begin <= second < end and not any(b <= second < e for b, e in masks)
        assert any(b <= second < e for b, e in left) == inside
