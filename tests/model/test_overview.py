"""What becomes of an overview that is read back, whatever stands there."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.model.overview import AcInput, Origin, Overview
from victron_console.model.quality import Quality
from victron_console.model.station import ServiceState

GONE = ServiceState.GONE
NAMES = [field.name for field in fields(Overview)]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


ORIGINS = st.sampled_from(
    [Origin(995.0, 10.0), Origin(900.0, 10.0), Origin(None, 10.0), Origin(800.0, 10.0, 5), Origin(999.0, 10.0, 0, GONE)]
)


@given(st.fixed_dictionaries({"a": ORIGINS, "b": ORIGINS}))
def test_the_older_figures_are_those_whose_own_quality_is_not_good(origins: dict[str, Origin]) -> None:
    made_of = {"soc_percent": ("a",), "load_power_w": ("a", "b"), "pv_power_w": ("b", "a"), "grid_power_w": ("c",)}
    shown = Overview(made_of=made_of, origins=origins)

    each = {name: shown.quality(name, 1000.0) for name in made_of}
    assert shown.older(1000.0) == {name: quality for name, quality in each.items() if quality is not Quality.GOOD}


def test_a_figure_is_as_old_as_who_gives_it_and_stale_where_another_device_behind_it_is_lost() -> None:
    fresh, lost = Origin(995.0, 10.0), Origin(800.0, 10.0, 5)
    made_of = {"soc_percent": ("a",), "load_power_w": ("a", "b"), "pv_power_w": ("b", "a"), "grid_power_w": ("b",)}
    shown = Overview(made_of=made_of, origins={"a": fresh, "b": lost})
    assert shown.older(1000.0) == {
        "load_power_w": Quality.STALE,
        "pv_power_w": Quality.LOST,
        "grid_power_w": Quality.LOST,
    }


def test_an_overview_comes_back_as_it_was() -> None:
    shown = Overview(
        1_800_000_000.5,
        soc_percent=70,
        grid_power_w=-12.5,
        ac_input=AcInput("grid", connected=False),
        system_state="Bulk",
        device_alarms={"warning": 2},
        flags={"balance": "It does not add up."},
    )
    assert Overview.from_json(json.loads(shown.to_text())) == shown
    assert json.loads(shown.to_text()) == json.loads(json.dumps(shown.to_json()))


def test_fields_of_a_wrong_type_are_left_out_and_the_others_stay() -> None:
    damaged = {
        "soc_percent": "70",
        "pv_power_w": float("nan"),
        "load_power_w": True,
        "grid_power_w": 10**400,
        "ac_input": [1],
        "flags": {"balance": 3},
        "device_alarms": {"warning": "two"},
        "firmware": {"v": 3},
        "later": 1,
        "battery_power_w": 5,
    }
    assert Overview.from_json(damaged) == Overview(battery_power_w=5)
    assert Overview.from_json([]) == Overview()


@pytest.mark.slow
@given(data=st.dictionaries(st.sampled_from(NAMES), JSON) | JSON)
def test_no_json_value_is_refused_and_every_number_is_finite(data: object) -> None:
    shown = Overview.from_json(data)
    json.dumps(shown.to_json(), allow_nan=False)
    assert Overview.from_json(shown.to_json()) == shown
