"""`[notify]`: how alarms leave the console. Off until a command or an address is given. Nothing is sent here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from victron_console.config.fields import Lines, Secret, Table


class NotifySettings(Table):
    """Who is told of an alarm, besides those who look at the console."""

    command: Lines = Field(
        default=(),
        description='a program and its arguments as a list, ["/usr/local/bin/page", "mk"]; run without a shell',
    )
    apprise: Secret | None = Field(
        default=None, description='a reference to an Apprise address, "env:NAME" or "file:PATH"'
    )
    severity: Literal["warning", "critical"] = Field(
        default="warning", description='"warning", or "critical": only those to act on now'
    )
    clear: bool = Field(default=True, description="true or false: tell of the end of an alarm, too")
    per_hour: int = Field(
        default=30,
        ge=1,
        le=1000,
        description="at most so many messages an hour, 1 to 1000; critical alarms are outside it",
    )

    @property
    def wanted(self) -> bool:
        """Whether anybody is to be told."""
        return bool(self.command) or self.apprise is not None
