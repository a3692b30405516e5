"""The Fleet screen: every site in one row, the worst first, and the alarms under them."""

from __future__ import annotations

from collections.abc import Iterator

from victron_console.console.screens.base import ConsoleScreen
from victron_console.console.widgets.rows import Rows


class FleetScreen(ConsoleScreen):
    """One row a site."""

    NAME = "fleet"

    def body(self) -> Iterator[Rows]:
        """Table and alarms."""
        yield from ()
