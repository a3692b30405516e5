"""How often the first-named cause is the true one, over causes put into simulated stations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tests.insight.why.injected import CAUSES, Injected, moment, moment_of, pairs

from victron_console.insight.why.answer import Question, Reasons
from victron_console.insight.why.reasons import CHAINS, reasons
from victron_console.simulator.rarer import EVERY
from victron_console.simulator.station import Station

MIDSUMMER = 1_782_000_000.0
HOUR_S = 3600.0
FAULTS = frozenset({
    "bms_lost", "bms_off", "inverter_gone", "inverter_fault", "switch_no_charge", "switch_no_inverter", "no_grid_meter",
    "charger_current_zero", "ac_input_ignored", "mains_lost", "solar_charger_gone", "solar_charger_error",
    "solar_charger_off", "pv_no_power", "charge_limit_zero", "discharge_limit_zero", "generator_failed",
    "generator_not_remote", "generator_tank", "charge_blocked_unsaid", "charge_blocked_alarm", "charge_blocked_cold",
    "charge_blocked_hot", "charge_blocked_cell_high", "discharge_blocked_unsaid", "discharge_blocked_alarm",
})  # fmt: skip
"""Causes that no healthy station has."""


@dataclass(frozen=True, slots=True)
class Score:
    """What the answers to some injected causes were."""

    name: str
    asked: int
    right: int
    """The first-named cause is one that was put in, of several the one that the system applies first; where none is
    told, that no other fault is named."""
    cannot_tell: int
    wrong: tuple[str, ...]
    """What was asked and first named, where it is none that was put in."""

    @property
    def share(self) -> float:
        """Right ones, 0 to 1."""
        return self.right / self.asked if self.asked else 0.0


def singles(seed: int = 0) -> Score:
    """Each cause alone."""
    return _score("one cause", ((cause,) for cause in CAUSES), seed)


def in_pairs(seed: int = 0) -> Score:
    """Each two that can be together."""
    return _score("two causes", pairs(), seed)


def _score(name: str, sets: Iterable[Sequence[Injected]], seed: int) -> Score:
    asked, right, cannot, wrong = 0, 0, 0, list[str]()
    for causes in sets:
        asked += 1
        found = reasons(moment(*causes, seed=seed), causes[0].question)
        if found.first is None:
            cannot += 1
        elif _is_right(found, causes):
            right += 1
        else:
            wrong.append(f"{'+'.join(cause.id for cause in causes)}: {found.first.id}")
    return Score(name, asked, right, cannot, tuple(wrong))


def _is_right(found: Reasons, causes: Sequence[Injected]) -> bool:
    """Whether the first-named was put in, and of those that are named it is the one that is applied first."""
    order = [rule.id for rule in CHAINS[found.question]]
    ids = [cause.id for cause in found.causes]
    named = [cause.id for cause in causes if cause.id in ids]
    return bool(named) and ids[0] == min(named, key=order.index)


def untold(seed: int = 0) -> Score:
    """Causes whose own values are hidden: what is left must not be taken for another fault."""
    asked, cannot, wrong = 0, 0, list[str]()
    for cause in CAUSES:
        kept = {key: value for key, value in cause.laid.items() if key.startswith("?") or ":Pv/" in key}
        if kept == dict(cause.laid) or cause.told:
            continue
        asked += 1
        found = reasons(moment(replace(cause, laid=kept, gone=()), seed=seed), cause.question)
        if found.first is None:
            cannot += 1
        elif found.first.id in FAULTS - {"mains_lost", "pv_no_power"}:
            wrong.append(f"{cause.id} untold: {found.first.id}")
    return Score("cause untold", asked, asked - len(wrong), cannot, tuple(wrong))


def healthy(each_hours: int = 2) -> Score:
    """Every topology over a day with nothing wrong, all questions: no fault may be named."""
    asked, cannot, wrong = 0, 0, list[str]()
    for spec in EVERY:
        station = Station(spec, MIDSUMMER, (), warm_up_s=24 * HOUR_S)
        for hour in range(0, 24, each_hours):
            at = MIDSUMMER + hour * HOUR_S
            station.step_to(at, 120.0)
            held = moment_of(spec, station.services(), at, set())
            for question in CHAINS:
                found = reasons(held, question)
                asked += 1
                cannot += bool(found.cannot_tell)
                if found.first is not None and found.first.id in FAULTS:
                    wrong.append(f"{spec.id} {hour} h {question}: {found.first.id}")
    return Score("healthy", asked, asked - len(wrong), cannot, tuple(wrong))


__all__ = ["Question", "Score", "healthy", "in_pairs", "singles", "untold"]
