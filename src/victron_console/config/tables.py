"""The tables of which a configuration holds one each, for the program itself and not for a station."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from victron_console.config.backup import BackupSettings
from victron_console.config.fields import Lines, Name, Table
from victron_console.config.heartbeat import HeartbeatSettings
from victron_console.config.history import HistorySettings
from victron_console.config.notify import NotifySettings
from victron_console.config.vrm import VrmSettings


class ConsoleSettings(Table):
    """`[console]`: how the console itself behaves. A command line option wins over it."""

    theme: Name | None = Field(default=None, description="the name of a theme")
    operator: Name | None = Field(default=None, description="the name that acknowledges alarms on this machine")
    reasons: Lines = Field(
        default=("known", "part ordered", "work on site", "false alarm"),
        max_length=9,
        description="why alarms are put aside, to choose from by one key",
    )
    bell: bool = Field(default=False, description="true or false: ring once for a new critical alarm")
    synchronous: Literal["normal", "full"] = Field(
        default="normal",
        description='"normal", or "full": a power cut loses nothing, the disk writes more',
    )


TABLES: Mapping[str, type[Table]] = {
    "console": ConsoleSettings,
    "notify": NotifySettings,
    "heartbeat": HeartbeatSettings,
    "history": HistorySettings,
    "backup": BackupSettings,
    "vrm": VrmSettings,
}
"""By name; each is a field of `LoadResult`."""
HELD = frozenset({"notify", "heartbeat", "backup"})
"""Of these what is right holds beside a fault, and what held before an edit with a fault: they must not end unseen.

Of the others the defaults hold: nothing of the history is given up by a rule that cannot be read.
"""


def without(raw: object, places: Sequence[Sequence[str]]) -> object:
    """A table without the keys at these places, and without each table of a list in which such a key stands."""
    if not isinstance(raw, dict):
        return raw
    whole: dict[str, Any] = dict(raw)
    dropped: dict[str, set[int]] = {}
    for key, *inside in places:
        if inside and inside[0].isdigit() and isinstance(whole.get(key), list):
            dropped.setdefault(key, set()).add(int(inside[0]))
        else:
            whole.pop(key, None)
    for key, numbers in dropped.items():
        if key in whole:
            whole[key] = [each for number, each in enumerate(whole[key]) if number not in numbers]
    return whole
