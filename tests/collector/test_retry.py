"""When a station that failed is tried again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import le

from hypothesis import given
from hypothesis import strategies as st

from victron_console.collector.retry import RETURN_CAP_S, Retry, next_delay


@given(st.integers(1, 40), st.floats(0, 1))
def test_backoff_grows_to_five_minutes_and_never_beyond(failures: int, jitter: float) -> None:
    delay_s = next_delay(failures, 10.0, jitter)
    assert 7.5 <= delay_s <= 300.0
    assert failures < 6 or delay_s >= 225.0


def tries_and_looks(
    until: float, listens: Callable[[float], bool | None], works: Callable[[float], bool], base_s: float = 2.0
) -> tuple[list[float], list[float]]:
    """When an outage that began at 0 s was tried and looked at, until a try works."""
    retry, now, failures = Retry(lambda: 0.0), 0.0, 1
    retry.failed(failures, base_s, now)
    tries, looks = [], []
    while now < until:
        now = retry.next_moment()
        if retry.look_is_due(now):
            looks.append(now)
            retry.looked(listens(now), now)
        if retry.take(now):
            tries.append(now)
            if works(now):
                break
            failures += 1
            retry.failed(failures, base_s, now)
    return tries, looks


def test_a_broker_that_returns_is_tried_within_five_seconds_however_long_it_was_away() -> None:
    for back_at in (3.0, 42.0, 700.0, 3000.0):
        is_back = partial(le, back_at)
        tries, _ = tries_and_looks(back_at + 60, is_back, is_back)
        assert back_at <= tries[-1] <= back_at + 5.0
        assert len(tries) <= 6 + back_at / (0.75 * RETURN_CAP_S)


def test_a_station_that_gives_nothing_is_tried_each_half_minute_and_a_login_that_is_refused_ever_more_seldom() -> None:
    def tries(base_s: float, *, is_refusal: bool) -> int:
        retry, now, failures = Retry(lambda: 0.0), 0.0, 0
        while now < 3600.0:
            failures += 1
            now += retry.failed(failures, base_s, now, is_refusal=is_refusal)
        return failures

    assert 3600 / RETURN_CAP_S <= tries(2.0, is_refusal=False) <= 3600 / (0.7 * RETURN_CAP_S)
    assert tries(30.0, is_refusal=True) < 24
    assert tries(600.0, is_refusal=False) <= 3600 / (0.7 * 600.0)


def test_where_looking_would_cost_the_station_something_it_is_not_looked_again() -> None:
    tries, looks = tries_and_looks(3600.0, lambda now: None, lambda now: False, base_s=10.0)
    assert len(looks) == len(tries)  # once for each wait, to learn that there is no look


def test_after_an_hour_it_is_looked_each_half_minute_only() -> None:
    _, looks = tries_and_looks(7200.0, lambda now: False, lambda now: False)
    assert len([at for at in looks if at > 3700.0]) <= 3500 / 25
