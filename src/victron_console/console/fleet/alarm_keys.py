"""The keys of the alarms under the sites: as on the Alarms screen, without leaving the fleet."""

from __future__ import annotations

from dataclasses import replace

from victron_console.console.fleet.alarm_list import AlarmList
from victron_console.console.kit.frame.keys import Key, ordered
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.view import AlarmRow
from victron_console.console.operator.alarm_actions import AlarmActions

ALARM_KEYS = (
    Key("tab", "alarms", "Tab", "alarms", "To the alarms under the sites, and back.", 100),
    Key("a", "ack", "a", "", "In the alarms: acknowledge the marked ones, else the one under the cursor.", writes=True),
    Key("s", "shelve", "s", "", "In the alarms: put the marked ones aside, else that under the cursor.", writes=True),
    Key("space", "mark", "space", "pause", "In the alarms: mark one for a or s. Else hold the screen.", 180, order=6),
    Key("escape", "up", "Esc", "", "From the alarms back to the sites."),
)
_WORDS = {"enter": "open", "space": "mark", "a": "ack", "s": "shelve", "tab": "sites"}
"""What the key row says while the keys are about the alarms, by the key."""


class AlarmKeysScreen(ConsoleScreen):
    """A screen with an alarm list that the keys can be about."""

    def __init__(self) -> None:
        super().__init__()
        self._alarms = AlarmList(id="fleet-alarms")
        self._actions = AlarmActions(self, self._alarms.pass_over)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Those of the alarms first, where the keys are about them."""
        if not self._alarms.is_entered:
            return super().keys
        named = (
            replace(key, word=_WORDS[key.press], from_width=0, order=-1) if key.press in _WORDS else key
            for key in self.KEYS
        )
        return ordered(tuple(named))

    def alarm_chosen(self) -> None:
        """Draw what is about the alarm under the cursor."""
        raise NotImplementedError

    def _enter(self, entered: bool) -> None:
        self._alarms.enter(entered)
        self.alarm_chosen()
        self.refresh_frame()

    def action_alarms(self) -> None:
        """To the alarms, or back to the sites."""
        if self._alarms.display:
            wanted = not self._alarms.is_entered
            self._enter(wanted)
            if wanted and not self._alarms.is_entered:
                self.console.say("There are no alarms.")
        else:
            self.console.say("There is no room for the alarms here: 3 shows them.")

    async def action_up(self) -> None:
        """Esc: from the alarms to the sites, else to the screen before."""
        if self._alarms.is_entered:
            self._enter(False)
        else:
            await self.console.action_back()

    def action_mark(self) -> None:
        """Mark the alarm under the cursor; where the keys are about the sites, or in the past, hold or play."""
        if self._alarms.is_entered and not self.console.replaying:
            self._alarms.mark()
            self.alarm_chosen()
        else:
            self.console.action_pause()

    def action_ack(self) -> None:
        """`a`."""
        if rows := self._chosen():
            self._actions.acknowledge(rows)

    def action_shelve(self) -> None:
        """`s`."""
        if rows := self._chosen():
            self._actions.shelve(rows)

    def _chosen(self) -> list[AlarmRow]:
        rows = self._alarms.chosen
        if not rows:
            self.console.say("Tab goes to the alarms; then a acknowledges and s shelves.")
        return rows
