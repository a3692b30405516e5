from __future__ import annotations

import pytest
from benchmarks.site_refresh import MOST_CALLS, refresh


@pytest.mark.slow
def test_a_refresh_of_a_station_takes_no_more_calls_than_it_may() -> None:
    read, draw = refresh()
    assert 2 * (read.total() + draw.total()) <= MOST_CALLS, (read + draw).most_common(8)
