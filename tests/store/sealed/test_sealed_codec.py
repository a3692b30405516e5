from __future__ import annotations

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from victron_console.store.sealed.codec import (
    CannotDecode,
    column_of,
    decoded,
    decoded_clock,
    encoded,
    encoded_clock,
    equal,
)
from victron_console.store.value_encoding import Entry, same

numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False).map(lambda v: v + 0.0)
rounded = st.tuples(st.floats(-1e6, 1e6), st.integers(0, 4)).map(lambda pair: round(*pair) + 0.0)
odd = st.none() | st.tuples(st.none() | st.integers(-5, 5) | st.text(max_size=3), st.sampled_from(["", "out of range"]))
entries = st.one_of(
    st.lists(rounded, min_size=1, max_size=200),
    st.lists(st.integers(0, 3), min_size=1, max_size=200),
    st.lists(numbers | odd | rounded, min_size=1, max_size=100),
)


@pytest.mark.slow
@settings(max_examples=400)
@given(entries, st.data())
def test_every_entry_comes_back_bit_for_bit(values: list[Entry], data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(0, 50), min_size=len(values), max_size=len(values)))
    positions = np.cumsum(steps).tolist()
    column = column_of(positions, values)
    back = decoded(encoded(column))
    assert equal(back, column)
    assert back.positions.tolist() == positions
    assert all(map(same, back.entries(), values))
    assert all(same(back.entry(i), value) for i, value in enumerate(values))
    assert all(math.copysign(1, e) == 1 for e in back.entries() if e == 0 and isinstance(e, float))


@pytest.mark.slow
@given(st.lists(st.floats(-1e11, 1e11), min_size=1, max_size=50))
def test_clock_comes_back_exactly(times: list[float]) -> None:
    assert decoded_clock(encoded_clock(np.array(times))).tolist() == times
    whole = [round(time, 3) for time in times]
    assert decoded_clock(encoded_clock(np.array(whole))).tolist() == whole


@pytest.mark.parametrize("damage", [b"", b"X123", b"J[[", b"J[[1,2],[3]]", b"P", b"P" + bytes(40)])
def test_bytes_that_are_no_column_are_refused(damage: bytes) -> None:
    with pytest.raises(CannotDecode):
        decoded(damage)


@pytest.mark.slow
@settings(max_examples=150)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_damage_never_does_worse_than_a_wrong_or_refused_column(at: int, flip: int) -> None:
    body = bytearray(encoded(column_of(list(range(100)), [float(i * i % 17) for i in range(100)])))
    body[at % len(body)] ^= flip
    with contextlib.suppress(CannotDecode):
        decoded(bytes(body))
