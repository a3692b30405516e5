"""A system's state in few cells: the words of the fleet table. Pure."""

from __future__ import annotations

_SHORTER = (
    ("ess ", ""),
    (" (search / aes)", ""),
    ("starting up (wake-up)", "starting up"),
    ("external control", "ext control"),
    ("repeated absorption", "repeated abs"),
    ("auto equalise / recondition", "equalise"),
    ("scheduled charge", "scheduled"),
    ("battery protection", "batt protect"),
)


_SHORTEST = {
    "absorption": "abs",
    "repeated abs": "r abs",
    "inverting": "inv",
    "passthru": "pass",
    "power supply": "psu",
    "power assist": "asst",
    "battery safe": "safe",
    "load detect": "load",
    "blocked": "block",
    "dynamic ess": "dyn",
    "low power": "low p",
    "ext control": "ext c",
    "discharging": "disch",
    "sustain": "sust",
    "recharge": "rech",
    "scheduled": "sched",
    "storage": "stor",
    "equalise": "eq",
    "starting up": "start",
    "batt protect": "prot",
}
"""States that have to do with five cells, as beside `?unbal`."""


def short_state(text: str) -> str:
    """A system's state in the words of the fleet table, which fit in twelve cells."""
    short = text.lower()
    for long, instead in _SHORTER:
        short = short.replace(long, instead)
    return short


def state_word(state: str, room: int) -> str:
    """The state in as few words as `room` cells ask for."""
    text = short_state(state)
    return _SHORTEST.get(text, text) if len(text) > room else text
