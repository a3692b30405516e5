from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.store.value_encoding import Entry, body_of, entries_in, entry_from, entry_of, judged, same, tidy

scalars = st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)


@pytest.mark.parametrize(
    ("value", "decimals", "stored"),
    [
        (13.24999, 2, 13.25),
        (13.0, 1, 13.0),
        (412.6, 0, 413),
        (-0.0, 2, 0.0),
        (13.199999809265137, None, 13.2),
        (1_763_899_200.5, None, 1_763_899_200.5),
        (1e300, None, 1e300),
        (1e300, 0, 1e300),
        (True, None, 1),
        (2**70, None, float(2**70)),
        (10**400, None, None),
        (math.inf, 2, None),
        ("text", 2, "text"),
    ],
)
def test_value_is_kept_at_its_decimals_without_float32_noise(
    value: Scalar, decimals: int | None, stored: Scalar
) -> None:
    kept = tidy(value, decimals)
    assert kept == stored
    assert type(kept) is type(stored)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_value_without_decimals_stays_the_same_32_bit_number(value: float) -> None:
    kept = tidy(value, None)
    assert isinstance(kept, float)
    assert struct.pack("<f", kept) == struct.pack("<f", value + 0.0)


def test_number_that_is_not_finite_is_implausible() -> None:
    assert judged(entry_of(Reading(math.nan, 0.0), 1)) == (None, Quality.IMPLAUSIBLE, "not a finite number")


def test_int_and_float_of_one_value_differ() -> None:
    assert same(1, 1)
    assert not same(1, 1.0)
    assert not same((1, "too high"), (1.0, "too high"))
    assert not same(None, 0)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.integers(1, 2**31), scalars.filter(lambda v: not isinstance(v, str)) | st.tuples(scalars, st.text())
    )
)
def test_body_gives_back_every_entry(entries: dict[int, Entry]) -> None:
    back = entries_in(body_of(entries))
    assert back.keys() == entries.keys()
    assert all(same(back[no], entry) for no, entry in entries.items())


@given(scalars | st.tuples(scalars, st.text()))
def test_entry_survives_being_taken_apart(entry: Entry) -> None:
    value, quality, reason = judged(entry)
    assert same(entry_from(value, quality, reason), entry)
