"""What an agent can read beside the answers: the words used, the alert rules, and what is known of the systems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from victron_console.alerts.alarm_json import STATE_WORDS
from victron_console.contract.agents.asking import Setup
from victron_console.contract.figures import unit_of
from victron_console.contract.rules import rule_in_force
from victron_console.contract.schemas import written_json
from victron_console.contract.stations import Station
from victron_console.resources import documentation

SCHEME = "victron-console:///"
MARKDOWN, JSON = "text/markdown", "application/json"


@dataclass(frozen=True, slots=True)
class Readable:
    """Something to read."""

    name: str
    about: str
    kind: str
    read: Callable[[Setup], str]


def _glossary(_: Setup) -> str:
    return "\n".join(_glossary_lines()) + "\n"


def _glossary_lines() -> Iterator[str]:
    yield from ("# Words", "", "## Figures of a station", "")
    for name, field in Station.model_fields.items():
        if unit := unit_of(name):
            yield f"- `{name}` ({unit}) {field.description or ''}".rstrip()
    for title, words in _WORDS.items():
        yield from ("", f"## {title}", "")
        yield from (f"- `{word}`: {meaning}" for word, meaning in words.items())


_WORDS: Mapping[str, Mapping[str, str]] = {
    "Signs": {
        "battery_power_w": "+ charges, - discharges",
        "grid_power_w": "+ imports, - exports",
        "pv_power_w": "+ produces",
        "load_power_w": "never negative",
    },
    "Quality of a value": {
        "good": "read lately and plausible",
        "absent": "the path is there without a value",
        "implausible": "not finite, of the wrong type or out of physical range: the reason says why",
        "stale": "older than three times the cadence of its service, at least 30 s",
        "lost": "three failed polls in a row and nothing for 60 s",
        "gone": "its service left the bus",
    },
    "State of a station": {
        "starting": "not yet read since the collector started",
        "live": "read as usual",
        "degraded": "read, but a service does not answer",
        "stale": "the last reading is older than it should be",
        "lost": "three failed polls and nothing for 60 s",
        "misconfigured": "it answers, but not as it should",
    },
    "State of an alarm (ISA-18.2)": {str(state): word for state, word in STATE_WORDS.items()},
    "Tier": {
        "act": "somebody has to do something now",
        "plan": "put it on the list of the next visit",
        "watch": "look at it again",
        "ok": "nothing was found and enough was looked at to say so",
        "unknown": "too little is known to say that it is well",
    },
    "Outcome of a check": {
        "pass": "right",
        "warn": "doubtful",
        "fail": "wrong",
        "unknown": "the station does not give what the check needs",
    },
}


def _rules(setup: Setup) -> str:
    return written_json("rules", [rule_in_force(rule, ()) for rule in setup.rules().rules]).decode()


def _page(name: str) -> Callable[[Setup], str]:
    return lambda _: documentation()[name]


def _pages() -> Iterator[tuple[str, Readable]]:
    for name, text in documentation().items():
        title = text.partition("\n")[0].lstrip("# ")
        yield f"{SCHEME}{name}", Readable(name, title, MARKDOWN, _page(name))


RESOURCES: Mapping[str, Readable] = {
    f"{SCHEME}glossary": Readable("glossary", "The words, units and signs that answers use.", MARKDOWN, _glossary),
    f"{SCHEME}rules": Readable("rules", "The alert rules in force, each limit with its source.", JSON, _rules),
    **dict(_pages()),
}
"""By URI."""
