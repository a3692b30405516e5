"""The station under the fleet's cursor, as a widget."""

from __future__ import annotations

from textual import events

from victron_console.console.fleet.station_data import StationDetail
from victron_console.console.fleet.station_rows import BUTTONS, draw_station
from victron_console.console.kit.buttons import button_spans
from victron_console.console.kit.line import Line
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.view import Site


class StationPart(Rows):
    """Draws one site with what is known of it beside its row."""

    def __init__(self) -> None:
        super().__init__(id="fleet-station")
        self._site: Site | None = None
        self._detail: StationDetail | None = None
        self._now = 0.0

    def show(self, site: Site | None, now: float) -> None:
        """Draw this site; its detail follows when it is there."""
        self._site, self._now = site, now
        self.redraw()

    def show_detail(self, detail: StationDetail) -> None:
        """What the store said of it."""
        self._detail = detail
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """The rows for this size; nothing where no site is chosen."""
        if self._site is None:
            return []
        return draw_station(width, height, self._site, self._detail, self._now)

    def on_click(self, event: events.Click) -> None:
        """A click on a button is its key."""
        if event.y != self.size.height - 2:
            return
        for (press, _, _), span in button_spans(2, self.size.width - 2, BUTTONS):
            if event.x in span:
                self.app.simulate_key(press)
