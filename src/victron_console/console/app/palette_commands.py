"""What the palette offers: all that can be typed, the keys of the screen in front, the values of the chosen site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape

from victron_console.console.app.commands import Commanded, commands, keys_of, run_command
from victron_console.console.kit.search import fitting
from victron_console.console.kit.text import literal


class ConsoleCommands(Provider):
    """The commands in the palette, the keys of the screen, and the site's values; themes are tried on meanwhile."""

    _names: Sequence[str] = ()
    """Of the values of the site that was last asked for."""
    _read_of: str = ""

    @property
    def _app(self) -> Commanded:
        return cast(Commanded, cast(object, self.app))

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for offer in self._offers():
            yield DiscoveryHit(literal(offer.label), offer.run, text=offer.text, help=escape(offer.about))

    async def search(self, query: str) -> Hits:
        """What matches."""
        offers = [*self._offers(), *await self._values()]
        found = fitting(query, offers, lambda offer: f"{offer.text} {offer.label}")
        for place, offer in enumerate(found):
            yield Hit(
                1 - place / len(found), literal(offer.label), offer.run, text=offer.text, help=escape(offer.about)
            )

    def _offers(self) -> Iterator[Offer]:
        app = self._app
        for command in commands(app):
            yield Offer(command.label or command.text, command.text, command.about, Runner(app, command.text))
        for key in keys_of(app):
            press = key.press.partition(",")[0]
            yield Offer(f"{key.help.removesuffix('.')}  {key.shown}", key.help, key.help, partial(app.press, press))

    async def _values(self) -> list[Offer]:
        """The values of the chosen site, each of which opens Paths on it."""
        app, station = self._app, self._app.station
        if station is None or not app.has_store:
            return []
        if self._read_of != station:
            self._names, self._read_of = (
                await app.read(lambda reader: [s.name for s in reader.series(station)]),
                station,
            )
        return [
            Offer(name, f"paths {name}", "A value of the site.", Runner(app, f"paths {name}")) for name in self._names
        ]


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the palette."""

    label: str
    text: str
    about: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs a typed command; knows it, so that the app can see which theme is highlighted."""

    app: Commanded
    text: str

    def __call__(self) -> None:
        """Run it and say what went wrong."""
        if fault := run_command(self.app, self.text):
            self.app.say(fault)
