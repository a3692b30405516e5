"""What can be typed: the `:` command line and the palette (Ctrl+P), which offer the same things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape

from victron_console.console.alarms.sections import STATES
from victron_console.console.app.screens import SCREENS
from victron_console.console.app.themes import ConsoleTheme
from victron_console.console.kit.frame.host import Host
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.search import fitting
from victron_console.console.kit.text import literal, plain


class Commanded(Host, Protocol):
    """The app as what is typed can move it."""

    @property
    def themes(self) -> Mapping[str, ConsoleTheme]:
        """The themes by name."""

    @property
    def front(self) -> ConsoleScreen | None:
        """The screen in front."""

    def use_theme(self, name: str) -> str:
        """Change the colours; gives a sentence where there is no such theme."""

    def action_live(self) -> None:
        """Return to now."""

    def action_help(self) -> None:
        """Say what every key of this screen does."""

    def action_quit_console(self) -> None:
        """Leave."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be typed: `site alder-farm`."""

    text: str
    about: str
    label: str = ""
    """What the palette shows; empty: the text."""


def commands(app: Commanded) -> Iterator[Command]:
    """All that can be typed now."""
    for entry in SCREENS:
        yield Command(entry.name, entry.about)
    for site in app.view.sites:
        yield Command(f"site {site.id}", f"Open {plain(site.name)}.", plain(site.name))
    for theme in app.themes.values():
        yield Command(f"theme {theme.name}", f"Colours: {theme.title}.")
    for state in STATES:
        yield Command(
            f"alarms {state}", f"Alarms of one state: {state}." if state != "all" else "Alarms of every state."
        )
    yield Command("live", "Return to now.")
    yield Command("at 03:14", "Look at the fleet as it was at a time, or at a date and time.")
    yield Command("help", "Say what every key of this screen does.")
    yield Command("quit", "Leave the console.")


def completions(app: Commanded, line: str) -> list[str]:
    """What can be typed that begins as a line does."""
    folded = line.casefold()
    return [command.text for command in commands(app) if command.text.casefold().startswith(folded)]


def run_command(app: Commanded, typed: str) -> str:
    """Do what was typed; gives a sentence where it could not be done, else an empty text."""
    word, _, rest = typed.strip().partition(" ")
    word, rest = word.lower(), rest.strip()
    if not word:
        return ""
    if word == "site" and rest:
        return _open_site(app, rest)
    if word == "theme":
        return app.use_theme(rest)
    if word == "at":
        return app.look_at(rest)
    leave = app.action_quit_console
    simple = {"live": app.action_live, "help": app.action_help, "quit": leave, "q": leave}
    if word in simple:
        simple[word]()
        return ""
    names = [entry.name for entry in SCREENS if entry.name.startswith(word)]
    if len(names) == 1:
        app.open(names[0])
        if rest and app.front is not None and names[0] == app.front.NAME:
            app.front.narrow(rest)
        return ""
    return f"{plain(typed)} is no command; ctrl+p lists them all."


def _open_site(app: Commanded, wanted: str) -> str:
    folded = wanted.casefold()
    found = [site for site in app.view.sites if folded in (site.id.casefold(), site.name.casefold())]
    found = found or [s for s in app.view.sites if folded in s.id.casefold() or folded in s.name.casefold()]
    if not found:
        return f"No site is called {plain(wanted)}."
    app.station = found[0].id
    app.open("site")
    return ""


class ConsoleCommands(Provider):
    """The commands in the palette; themes are tried on while they are highlighted."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for command in commands(cast(Commanded, cast(object, self.app))):
            yield DiscoveryHit(
                literal(command.label or command.text),
                self._runner(command),
                text=command.text,
                help=escape(command.about),
            )

    async def search(self, query: str) -> Hits:
        """What matches."""
        offered = commands(cast(Commanded, cast(object, self.app)))
        found = fitting(query, offered, lambda command: f"{command.text} {command.label}")
        for place, command in enumerate(found):
            shown = literal(command.label or command.text)
            yield Hit(
                1 - place / len(found), shown, self._runner(command), text=command.text, help=escape(command.about)
            )

    def _runner(self, command: Command) -> Runner:
        return Runner(cast(Commanded, cast(object, self.app)), command.text)


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs a typed command; knows it, so that the app can see which theme is highlighted."""

    app: Commanded
    text: str

    def __call__(self) -> None:
        """Run it and say what went wrong."""
        if fault := run_command(self.app, self.text):
            self.app.say(fault)
