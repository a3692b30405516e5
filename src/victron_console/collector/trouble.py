"""How parts of the collector tell what is wrong: by an alarm of the console itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from victron_console.model.alert import ConsoleAlarm

TellTrouble = Callable[[str], Awaitable[None]]
"""Takes what is wrong, as a sentence, for one alarm; an empty one once nothing is."""
TellTroubleOf = Callable[[ConsoleAlarm, str], Awaitable[None]]
"""The same for the alarm that is named."""
