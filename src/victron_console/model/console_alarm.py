"""Alarms of the console itself, and how its parts tell what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from victron_console.model.alert import Severity


@dataclass(frozen=True, slots=True)
class ConsoleAlarm:
    """A kind of alarm of the console itself."""

    family: str
    title: str
    """What the operator reads."""
    response: str
    """What to do about it."""
    severity: Severity = Severity.WARNING


TellTrouble = Callable[[str], Awaitable[None]]
"""Takes what is wrong, as a sentence, for one alarm; an empty one once nothing is."""
TellTroubleOf = Callable[[ConsoleAlarm, str], Awaitable[None]]
"""The same for the alarm that is named."""
