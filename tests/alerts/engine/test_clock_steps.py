"""A clock that is set moves no timer: every wait takes as long as without the step, whichever way it goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.alerts.conftest import CRIT_ONLY, POLL_S, SHORT, T0, Site

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import parse_rules
from victron_console.model.reading import Scalar

JUMPS = [-86_400.0, -3600.0, 3600.0, 86_400.0]

Values = Callable[[float], Scalar]


def rule(condition: str, extra: str = "") -> str:
    """A rule on the state of charge that raises at once."""
    text = CRIT_ONLY.replace("last(m) < 10", condition).replace('clear = "last(m) > 12"\n', "")
    return text.replace('for = "30s"', 'for = "0s"').replace('unit = "%"', f'unit = "%"\n{extra}')


def turns(rules: str, soc: Values, seconds: float, jump: float, jump_at: float) -> list[tuple[float, str]]:
    """What happened after how many seconds of the clock that only runs, polled each 10 s."""
    engine, site = AlertEngine(parse_rules(rules)), Site()
    told = []
    for n in range(round(seconds / POLL_S)):
        running = n * POLL_S
        now = T0 + running + (jump if running >= jump_at else 0.0)
        site.values[SHORT["soc"]] = soc(running)
        changes = engine.step({site.id: site.poll(now)}, now, running)
        told += [(running, event.kind) for event in changes.events]
    return told


CASES: dict[str, tuple[str, Values, float]] = {
    "a wait for a value": (rule("last(m) < 10", 'no_data = "alert"\nno_data_for = "2m"'),
                           lambda s: 50 if s < 30 else None, 300.0),
    "a value that changed": (rule("changed(m, '3m')"), lambda s: 50 if s < 30 else 51, 400.0),
    "a mean": (rule("avg(m, '20m') < 30"), lambda s: 50 if s < 600 else 5, 2400.0),
    "a share of the time": (rule("frac(last(m) < 20, '20m') > 0.3"), lambda s: 50 if s < 600 else 5, 2400.0),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("case", CASES)
def test_what_is_waited_for_comes_when_it_would_have_come(case: str, jump: float) -> None:
    rules, soc, seconds = CASES[case]
    expected = turns(rules, soc, seconds, 0.0, jump_at=0.0)
    assert expected and expected[0][1] == "raised"
    assert turns(rules, soc, seconds, jump, jump_at=70.0) == expected
