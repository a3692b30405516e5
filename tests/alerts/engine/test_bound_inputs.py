"""Several paths as one input: what they give together, and what of them cannot be told."""

from __future__ import annotations

import pytest

from victron_console.alerts.engine.bound_inputs import DeviceWatch, Extreme, FirstValid, PathInput, WorstAlarm
from victron_console.alerts.language.values import NEVER, Truth, Value
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading

GONE, OLD, NULL, UNSEEN = "gone", "old", "null", "unseen"
Part = float | str


def part(value: Part) -> PathInput:
    """A path with a value; or gone or old after a value, null after a value, or without one ever."""
    watch = DeviceWatch(DeviceKey("battery", "1"))
    watch.quality = {GONE: Quality.GONE, OLD: Quality.STALE}.get(str(value), Quality.GOOD)
    made = PathInput(watch, "X", "")
    if value != UNSEEN:
        made.take(Reading(1.0 if isinstance(value, str) else value, 0.0), 0.0)
    if value in (NULL, UNSEEN):
        made.take(Reading(None, 1.0, Quality.ABSENT), 1.0)
    return made


@pytest.mark.parametrize(
    ("values", "read", "with_default"),
    [
        ((5.0, 7.0), 5.0, 5.0),
        ((NULL, 7.0), 7.0, 7.0),
        ((OLD, 7.0), 7.0, 7.0),
        ((NULL, UNSEEN), None, 9.0),
        ((UNSEEN, UNSEEN), NEVER, 9.0),
        ((OLD, UNSEEN), None, None),
    ],
)
def test_the_first_that_has_a_value_speaks(values: tuple[Part, ...], read: Value, with_default: Value) -> None:
    several = FirstValid([part(value) for value in values])
    assert (several.read(), several.or_default(9.0)) == (read, with_default)


@pytest.mark.parametrize(
    ("values", "highest", "lowest", "with_default"),
    [
        ((5.0, 7.0), 7.0, 5.0, 7.0),
        ((NULL, 7.0), 7.0, 7.0, 7.0),
        ((OLD, 7.0), None, None, None),
        ((NULL, UNSEEN), None, None, 9.0),
        ((UNSEEN, UNSEEN), NEVER, NEVER, 9.0),
    ],
)
def test_the_worst_of_all_that_have_a_value_counts(
    values: tuple[Part, ...], highest: Value, lowest: Value, with_default: Value
) -> None:
    parts = [part(value) for value in values]
    assert (Extreme(parts, max).read(), Extreme(parts, min).read()) == (highest, lowest)
    assert Extreme(parts, max).or_default(9.0) == with_default


@pytest.mark.parametrize(
    ("values", "read", "with_default"),
    [
        ((0.0, 2.0), 2.0, 2.0),
        ((0.0, 0.0), 0.0, 0.0),
        ((OLD, 1.0), 1.0, 1.0),
        ((OLD, 0.0), None, None),
        ((NULL, 0.0), None, 0.0),
        ((UNSEEN, 0.0), 0.0, 0.0),
        ((UNSEEN, UNSEEN), NEVER, 0.0),
        ((OLD, UNSEEN), None, None),
    ],
)
def test_the_highest_alarm_counts_and_none_is_none_only_where_all_are_told(
    values: tuple[Part, ...], read: Value, with_default: Value
) -> None:
    several = WorstAlarm([part(value) for value in values])
    assert (several.read(), several.or_default(0.0)) == (read, with_default)


@pytest.mark.parametrize(
    ("values", "null", "gone", "stale"),
    [
        ((5.0, NULL), False, False, False),
        ((NULL, NULL), True, False, False),
        ((NULL, OLD), None, None, True),
        ((5.0, GONE), False, True, True),
        ((NULL, UNSEEN), True, False, False),
    ],
)
def test_several_are_null_only_all_together_and_gone_where_one_is(
    values: tuple[Part, ...], null: Truth, gone: Truth, stale: bool
) -> None:
    several = WorstAlarm([part(value) for value in values])
    assert (several.null(), several.gone(), several.stale) == (null, gone, stale)


def test_the_first_that_speaks_says_whether_it_is_old() -> None:
    assert not FirstValid([part(OLD), part(5.0)]).stale
    assert FirstValid([part(OLD), part(UNSEEN)]).stale
    assert not FirstValid([part(NULL), part(UNSEEN)]).stale


@pytest.mark.parametrize(("seconds", "old"), [(29.0, False), (30.0, False), (31.0, True)])
def test_a_device_becomes_stale_by_time_alone_and_says_so_once(seconds: float, old: bool) -> None:
    watch = DeviceWatch(DeviceKey("battery", "1"))
    watch.quality, watch.evidence, watch.stale_after_s = Quality.GOOD, 1000.0, 30.0
    assert watch.age(1000.0 + seconds) is old
    assert not watch.age(1000.0 + seconds)


def test_a_stepped_clock_moves_a_devices_age_along() -> None:
    watch = DeviceWatch(DeviceKey("battery", "1"))
    watch.quality, watch.evidence, watch.stale_after_s = Quality.GOOD, 1000.0, 30.0
    watch.shift(3600.0)
    assert not watch.age(4620.0) and watch.age(4631.0)
