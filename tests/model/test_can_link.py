from __future__ import annotations

import json

import pytest

from victron_console.model.can_link import can_link

LINK = {
    "ifname": "can0",
    "linkinfo": {"info_data": {"state": "ERROR-PASSIVE"}, "info_xstats": {"bus_off": 2}},
    "stats64": {"rx": {"packets": 26137134, "errors": 3}, "tx": {"packets": 7467428, "errors": 649}},
}


def test_the_counters_of_a_can_interface_are_numbers() -> None:
    link = can_link(json.dumps([LINK]))
    assert link is not None
    assert (link.errors, link.bus_off) == (652.0, 2.0)
    assert link.text == "ERROR-PASSIVE  rx 26137134, 3 errors  tx 7467428, 649 errors  bus-off 2"


def test_what_is_not_counted_is_not_zero() -> None:
    link = can_link(json.dumps({"stats64": {"rx": {"errors": 5}}}))
    assert link is not None
    assert (link.errors, link.bus_off, link.text) == (None, None, "rx 5 errors")


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "7", '[{"stats64": []}]', "[" * 100_000])
def test_another_text_is_no_can_interface(text: str) -> None:
    assert can_link(text) is None
