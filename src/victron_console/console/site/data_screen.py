"""What the screens made of a site's figures share: the question to the store, and the kind of site in the header."""

from __future__ import annotations

from collections.abc import Callable

from victron_console.console.kit.frame.station_screen import StationScreen
from victron_console.console.kit.state_line import site_type
from victron_console.console.site.data import SiteData, read_site
from victron_console.store.read.reader import Reader

DAY_SLOTS = 288
"""Five-minute slots of a day: what the store keeps; every width of a chart is made of these."""


class SiteDataScreen(StationScreen[SiteData]):
    """A screen made of a site's figures."""

    def question(self, station: str, now: float, as_of: float | None) -> Callable[[Reader], SiteData | None]:
        """All figures of the site."""
        return lambda reader: read_site(reader, station, now, as_of, DAY_SLOTS)

    def head_words(self) -> list[str]:
        """What the header says of the station after its place; nothing until it is read."""
        if self.data is None or self.site is None:
            return []
        figures = self.data.figures
        return [site_type(figures.snapshot, figures.shown), "  ".join(self.site.tags)]
