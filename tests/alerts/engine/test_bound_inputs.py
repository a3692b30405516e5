"""Several paths as one input: what they give together, and what of them cannot be told."""

from __future__ import annotations

import math

import pytest

from victron_console.alerts.engine.bound_inputs import DeviceWatch, PathInput
from victron_console.alerts.engine.several_inputs import Extreme, FirstValid, WorstAlarm
from victron_console.alerts.language.values import NEVER, Truth, Value
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState
from victron_console.model.station import ServiceState

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


def test_what_is_not_possible_is_no_want_of_a_value_and_no_value() -> None:
    watch = DeviceWatch(DeviceKey("battery", "1"))
    watch.quality = Quality.GOOD
    made = PathInput(watch, "Soc", "")
    assert made.null() is True and made.read() is NEVER and made.or_default(9.0) == 9.0
    assert not made.take(None, 0.0) and made.null() is True
    made.take(Reading(480.0, 0.0, Quality.IMPLAUSIBLE), 0.0)
    assert made.null() is False and made.read() is None and made.or_default(9.0) is None
    assert not made.seen and not made.valid


def test_a_path_says_whether_it_changed_and_when_but_not_of_its_first_value() -> None:
    watch = DeviceWatch(DeviceKey("battery", "1"))
    made = PathInput(watch, "Soc", "")
    told = [made.take(Reading(value, at), at) for at, value in ((1.0, 50.0), (2.0, 50.0), (3.0, 51.0), (4.0, None))]
    assert told == [True, False, True, True]
    assert made.changed_at == 4.0 and made.seen
    again = PathInput(watch, "Soc", "")
    again.take(Reading(50.0, 1.0), 1.0)
    assert again.changed_at is None


@pytest.mark.parametrize(
    ("path", "value", "usable"),
    [
        ("Dc/0/Temperature", -273.0, False), ("Dc/0/Temperature", -40.0, True), ("Dc/0/Voltage", -273.0, True),
        ("Dc/0/Voltage", float("nan"), False), ("Dc/0/Voltage", float("inf"), False), ("Mode", "on", True),
    ],
)  # fmt: skip
def test_a_sensor_that_is_not_there_and_what_is_no_number_give_no_value(
    path: str, value: float | str, usable: bool
) -> None:
    watch = DeviceWatch(DeviceKey("battery", "1"))
    watch.quality = Quality.GOOD
    made = PathInput(watch, path, "")
    made.take(Reading(value, 0.0), 0.0)
    assert made.valid is usable
    assert made.null() is (value == -273.0 and not usable)


def test_of_a_json_text_its_field_is_read_now_and_in_the_past() -> None:
    watch = DeviceWatch(DeviceKey("platform", "0"))
    watch.quality = Quality.GOOD
    made = PathInput(watch, "CanBus/Interface/can0/Statistics", "rx_packets")
    text = '[{"stats64": {"rx": {"packets": 7, "errors": 3}}, "linkinfo": {"info_data": {"state": "ERROR-ACTIVE"}}}]'
    made.take(Reading(text, 0.0), 0.0)
    assert made.read() == 7.0 and made.history_s == 3600.0
    assert made.parsed([(1.0, text), (2.0, 5.0), (3.0, None)]) == [(1.0, 7.0), (2.0, None), (3.0, None)]
    made.take(Reading(5.0, 1.0), 1.0)
    assert made.read() is None and made.null() is False
    plain = PathInput(watch, "X", "")
    assert plain.history_s == math.inf and plain.parsed([(1.0, "on")]) == [(1.0, "on")]


def test_a_reading_older_than_the_last_is_no_news_unless_the_clock_was_set_back() -> None:
    watch = DeviceWatch(DeviceKey("battery", "1"))

    def read(at: float, now: float) -> bool:
        return watch.take(DeviceState(watch.key, "x", {}, at), now)

    assert [read(1000.0, 1000.0), read(1000.0, 1010.0), read(990.0, 1010.0), read(1010.0, 1010.0)] == [
        True, False, False, True,
    ]  # fmt: skip
    watch.shift(-500.0)
    assert watch.evidence == 510.0
    assert [read(600.0, 520.0), read(515.0, 520.0), read(510.0, 520.0)] == [False, True, False]
    assert read(2000.0, 530.0) and watch.evidence == 530.0


def test_that_a_device_has_gone_is_itself_seen() -> None:
    watch = DeviceWatch(DeviceKey("battery", "1"))
    gone = DeviceState(watch.key, "x", {}, 1000.0, state=ServiceState.GONE)
    watch.take(gone, 1500.0)
    assert (watch.quality, watch.evidence) == (Quality.GONE, 1000.0)
    watch.take(gone, 1510.0)
    assert watch.evidence == 1510.0
    made = PathInput(watch, "X", "")
    assert made.gone() is True and made.null() is True and made.stale
    watch.accepted = True
    assert made.gone() is False
    watch.quality = Quality.LOST
    assert made.gone() is None and made.null() is None
