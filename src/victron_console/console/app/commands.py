"""What can be typed: the `:` command line and the palette (Ctrl+P), which offer the same things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from victron_console.console.alarms.sections import STATES
from victron_console.console.app.screens import SCREENS
from victron_console.console.app.themes import ConsoleTheme
from victron_console.console.kit.event_words import event_text
from victron_console.console.kit.frame.host import Host
from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.frame.prompt import Answered, LinePrompt, Prompt
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.search import fitting
from victron_console.console.kit.text import plain
from victron_console.console.kit.view import AlarmRow, Mark, Site
from victron_console.console.live.alarm_order import UNSEEN
from victron_console.console.operator.alarm_actions import AlarmActions
from victron_console.model.clock import local


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

    def press(self, key: str) -> None:
        """Do what a key does, once the screen is there."""

    def write_report(self) -> None:
        """Write the last whole month of the chosen site."""

    def action_live(self) -> None:
        """Return to now."""

    def action_help(self) -> None:
        """Say what every key of this screen does."""

    def action_quit_console(self) -> None:
        """Leave."""


MOMENTS = 12
COMMANDS_KEPT = 50
ACTS = {
    "ack": "Acknowledge the alarms of a site, those with some words, or all.",
    "shelve": "Put the alarms of a site aside, those with some words, or all.",
    "audit": "How a site is set up: what passes, what does not, what to change.",
    "report": "Write the last whole month of a site as a page into your documents.",
    "export": "Write what is shown into a file in your documents: CSV, or text.",
    "evidence": "Write an evidence bundle of the site and the time that is looked at.",
    "copy": "Copy what is shown to the clipboard of your terminal.",
    "undo": "Take back what was just acknowledged or shelved.",
    "slow": "Draw less often, for slow links, or as usual again.",
}
"""What can be done by a word."""
OF_A_SITE = ("ack", "audit", "report")
PRESSED = {"export": "e", "evidence": "E", "copy": "y", "undo": "ctrl+z", "slow": "L"}
"""Those that are a key of every screen."""


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
    for word, about in ACTS.items():
        yield Command(word, about)
    for site in app.view.sites:
        name = plain(site.name)
        yield Command(f"site {site.id}", f"Open {name}.", name)
        for word in OF_A_SITE:
            yield Command(f"{word} {site.id}", f"{ACTS[word].removesuffix('.')}: {name}.", f"{word} {name}")
    for theme in app.themes.values():
        yield Command(f"theme {theme.name}", f"Colours: {theme.title}.")
    for state in STATES:
        yield Command(
            f"alarms {state}", f"Alarms of one state: {state}." if state != "all" else "Alarms of every state."
        )
    yield from _moments(app)
    yield Command("at 03:14", "Look at the fleet as it was at a time, or at a date and time.")
    yield Command("live", "Return to now.")
    yield Command("help", "Say what every key of this screen does.")
    yield Command("quit", "Leave the console.")


def _moments(app: Commanded) -> Iterator[Command]:
    """The newest moments at which something happened, to be looked at."""
    alarms = ((alarm.since, f"{alarm.site}: {alarm.what}") for alarm in app.view.alarms)
    lines = ((event.at, event_text(event)) for event in app.view.events)
    for at, what in sorted((*alarms, *lines), reverse=True)[:MOMENTS]:
        when = f"at {local(at):%Y-%m-%d %H:%M}"
        yield Command(when, f"Look at the fleet when this happened: {plain(what)}.", f"{when}  {plain(what)}")


def keys_of(app: Commanded) -> Iterator[Key]:
    """The keys of the screen in front that do something other than move about."""
    for key in app.front.keys if app.front is not None else ():
        if key.help and not key.action.startswith(("move", "page", "choose")):
            yield key


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
    if word in ACTS:
        return _act(app, word, rest)
    names = [entry.name for entry in SCREENS if entry.name.startswith(word)]
    if len(names) == 1:
        app.open(names[0])
        if rest and app.front is not None and names[0] == app.front.NAME:
            app.front.narrow(rest)
        return ""
    return f"{plain(typed)} is no command; ctrl+p lists them all."


def _sites_of(app: Commanded, wanted: str) -> list[Site]:
    """The site of exactly this id or name, else those that have it in theirs."""
    folded = wanted.casefold()
    found = [site for site in app.view.sites if folded in (site.id.casefold(), site.name.casefold())]
    return found or [s for s in app.view.sites if folded in s.id.casefold() or folded in s.name.casefold()]


def _choose(app: Commanded, wanted: str) -> str:
    """Choose the first site that fits; gives a sentence where none does."""
    if not (sites := _sites_of(app, wanted)):
        return f"No site is called {plain(wanted)}."
    app.station = sites[0].id
    return ""


def _open_site(app: Commanded, wanted: str) -> str:
    if fault := _choose(app, wanted):
        return fault
    app.open("site")
    return ""


def _act(app: Commanded, word: str, rest: str) -> str:
    """Do one of `ACTS`; gives a sentence where that cannot be."""
    if word in PRESSED:
        app.press(PRESSED[word])
        return ""
    if word in ("ack", "shelve"):
        return _deal_with(app, word, rest)
    if rest and (fault := _choose(app, rest)):
        return fault
    if word == "audit":
        app.open("site")
        app.press("u")
    else:
        app.write_report()
    return ""


def _deal_with(app: Commanded, word: str, rest: str) -> str:
    """Acknowledge or shelve the alarms of the sites that fit, else those with some words, or all."""
    if app.front is None or not rest:
        return f"Which alarms? {word} all, {word} SITE, or {word} and words of theirs."
    unseen = [alarm for alarm in app.view.alarms if alarm.mark in (*UNSEEN, Mark.CLEARED)]
    everything = rest.casefold() == "all"
    if not everything:
        sites = {site.id for site in _sites_of(app, rest)}
        of_sites = [alarm for alarm in unseen if alarm.station in sites]
        unseen = of_sites or fitting(rest, unseen, lambda alarm: f"{alarm.site} {alarm.what} {alarm.source}")
    if not unseen:
        return f"No alarm that nobody has seen fits {plain(rest)}."
    actions = AlarmActions(app.front, lambda: None)
    rows = [AlarmRow(alarm, (alarm,)) for alarm in unseen]
    if word == "shelve":
        actions.shelve(rows)
    elif everything:
        actions.acknowledge_all(rows)
    else:
        actions.acknowledge(rows)
    return ""


def command_line(app: Commanded) -> tuple[Prompt, Answered]:
    """What `:` asks, and what is done with the answer; what was typed is remembered."""

    def typed(line: str | None) -> None:
        if line and line.strip():
            remembered = (it for it in app.settings.commands if it != line)
            app.settings.commands = (*remembered, line)[-COMMANDS_KEPT:]
        if line and (fault := run_command(app, line)):
            app.say(fault)

    asked = LinePrompt(
        ":",
        hint="site NAME, at 03:14, ack SITE, alarms unack, theme NAME",
        completions=lambda line: completions(app, line),
        history=app.settings.commands,
    )
    return asked, typed
