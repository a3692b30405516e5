"""The first minute: no station is configured, and there are three ways to begin. It writes nothing by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from victron_console.console.app.new_station import Contact, FoundDevice, read_form
from victron_console.console.app.theme_app import ThemeApp
from victron_console.console.app.themes import LoadedThemes
from victron_console.console.kit.text import cut, literal, pad, plain

SEARCH_AGAIN_S = 10.0


class Begin(StrEnum):
    """How the operator begins."""

    STATION = "station"
    DEMO = "demo"
    TOUR = "tour"


FIELDS = (
    ("host", "venus.local", "a host alone is enough"),
    ("name", "its own", "its own name; yours wins"),
    ("capacity", "Ah", "gives time to empty"),
    ("floor", "%", "where the site shuts down"),
    ("place", "52.1, 0.12", "gives sunrise and what comes"),
)
"""Name, what stands in the empty field, what it is for."""
PARTS = {"1": "found", "2": "field-host", "3": "demo"}


class FirstContact(ThemeApp[Begin]):
    """The form."""

    TITLE = "victron-console"
    CSS = """
    Screen { background: $role-background; color: $role-text2; padding: 0 1; }
    #title { color: $role-text1; text-style: bold; height: 2; }
    .head { color: $role-text1; text-style: bold; height: 1; }
    .says { color: $role-text3; width: 1fr; height: 1; padding: 0 2; }
    #found { height: auto; max-height: 6; min-height: 1; border: none; padding: 0; background: $role-background;
             color: $role-text1; }
    #found > .option-list--option-highlighted { background: $role-selection; color: $role-text1; text-style: bold; }
    #looking { color: $role-text3; height: 2; }
    #fields { height: auto; }
    .field { height: 1; }
    .label { width: 12; color: $role-text2; }
    Input { width: 32; background: $role-surface; color: $role-text1; }
    Input:focus { background: $role-selection; }
    #said { color: $role-text1; height: 2; }
    #told { height: auto; }
    #buttons, #demos { height: 1; margin: 0 0 1 0; }
    Button { margin: 0 2 0 0; background: $role-surface; color: $role-text1; }
    Button:focus { background: $role-selection; }
    #keys { dock: bottom; height: 1; background: $role-surface; color: $role-text3; }
    """
    BINDINGS: ClassVar = [
        Binding("q", "quit", show=False),
        Binding("ctrl+c", "quit", show=False, priority=True),
        Binding("d", "demo", show=False),
        Binding("g", "tour", show=False),
        Binding("x", "test", show=False),
        Binding("r", "look", show=False),
        Binding("escape", "leave_field", show=False),
        *[Binding(key, f"part('{part}')", show=False) for key, part in PARTS.items()],
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, contact: Contact, themes: LoadedThemes, theme: str = "") -> None:
        super().__init__(themes)
        self._contact = contact
        self._found: Sequence[FoundDevice] = ()
        self.theme = self.first_theme(theme)

    def compose(self) -> ComposeResult:
        """The three ways."""
        yield Static("No station yet: three ways to begin", id="title")
        yield Static("1  FOUND on this network", classes="head")
        yield OptionList(id="found", compact=True)
        yield Static("", id="looking")
        yield Static("2  ADDRESS", classes="head")
        with Vertical(id="fields"):
            for name, hint, why in FIELDS:
                with Horizontal(classes="field"):
                    yield Static(name, classes="label")
                    yield Input(placeholder=hint, id=f"field-{name}", compact=True)
                    yield Static(why, classes="says", id=f"says-{name}")
        yield Static("", id="said")
        with Horizontal(id="buttons"):
            yield Button("Enter add and open", id="add", compact=True)
            yield Button("x test", id="test", compact=True)
            yield Static("reads only, never writes to the GX", classes="says")
        yield Static("3  DEMO", classes="head")
        yield Static(
            "Twelve sites and a month behind them: a generator that failed, a weak cell, outages, a tariff. "
            "The tour shows them in two minutes.",
            id="told",
        )
        with Horizontal(id="demos"):
            yield Button("d demo", id="demo", compact=True)
            yield Button("g demo with tour", id="tour", compact=True)
            yield Static("nothing is asked, nothing is kept", classes="says")
        yield Static("Tab next  1 2 3 part  Enter add  x test  r look again  d demo  q quit", id="keys")

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one("#found").focus()
        self.action_look()

    # ---- what was found

    def action_look(self) -> None:
        """Search the network, again and again."""
        self.run_worker(self._look(), group="look", exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        while True:
            self._tell("#looking", "looking ...")
            try:
                self._show(await self._contact.search())
            except ValueError as error:
                self._tell("#looking", str(error))
            await asyncio.sleep(SEARCH_AGAIN_S)

    def _show(self, found: Sequence[FoundDevice]) -> None:
        listed = self.query_one("#found", OptionList)
        if found != self._found:
            at = listed.highlighted
            self._found = found
            listed.clear_options()
            listed.add_options([Option(literal(_row(device)), disabled=bool(device.configured)) for device in found])
            first = next((n for n, device in enumerate(found) if not device.configured), None)
            listed.highlighted = at if at is not None and at < len(found) else first
        new = [device for device in found if not device.configured]
        said = "Enter adds the marked one; r looks again." if new else "Nothing new answered yet; a GX answers while"
        self._tell("#looking", said if new else f"{said} MQTT access is on. r looks again.")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a device."""
        device = self._found[event.option_index]
        self.query_one("#field-host", Input).value = device.host
        name = self.query_one("#field-name", Input)
        name.value = name.value or device.name
        self._add(device)

    # ---- an address

    def on_input_submitted(self) -> None:
        """Enter in a field."""
        self._add(None)

    def _values(self) -> dict[str, str]:
        return {name: self.query_one(f"#field-{name}", Input).value for name, _, _ in FIELDS}

    def _add(self, device: FoundDevice | None) -> None:
        self.run_worker(self._added(device), group="add", exclusive=True, exit_on_error=False)

    async def _added(self, device: FoundDevice | None) -> None:
        try:
            new = read_form(self._values())
            if device is None and not new.name:
                self._tell("#said", f"Asking {new.host} ...")
                answer = await self._contact.ask(new.host)
                self._tell("#says-host", answer.words)
                self.query_one("#field-name", Input).value = plain(answer.name)
            new = read_form(self._values())
            if not new.name:
                self.query_one("#field-name", Input).focus()
                raise ValueError("It has no name of its own: what shall the station be called?")
            self._tell("#said", f"Adding {new.name} ...")
            await self._contact.add(new, device)
        except ValueError as error:
            self._tell("#said", str(error))
            return
        self.exit(Begin.STATION)

    def action_test(self) -> None:
        """Ask who answers."""
        self.run_worker(self._test(), group="add", exclusive=True, exit_on_error=False)

    async def _test(self) -> None:
        try:
            host = read_form(self._values()).host
            self._tell("#said", f"Asking {host} ...")
            answer = await self._contact.ask(host)
        except ValueError as error:
            self._tell("#said", str(error))
            return
        self._tell("#says-host", answer.words)
        self._tell("#said", f"It calls itself {plain(answer.name)}." if answer.name else "It has no name of its own.")

    def _tell(self, where: str, words: str) -> None:
        self.query_one(where, Static).update(literal(plain(words)))

    # ---- going on

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button, by Enter or a click."""
        does = {"add": lambda: self._add(None), "test": self.action_test, "demo": self.action_demo}
        does.get(event.button.id or "", self.action_tour)()

    def action_demo(self) -> None:
        """Simulated stations."""
        self.exit(Begin.DEMO)

    def action_tour(self) -> None:
        """Simulated stations, shown around."""
        self.exit(Begin.TOUR)

    def action_part(self, part: str) -> None:
        """To one of the three."""
        self.query_one(f"#{part}").focus()

    def action_leave_field(self) -> None:
        """Out of a field, so that keys are keys again."""
        self.query_one("#found").focus()


def _row(device: FoundDevice) -> str:
    name = cut(plain(device.name) or "(no name)", 22)
    known = f"{plain(device.configured)} already" if device.configured else ""
    return f"{pad(name, 24)}{pad(plain(device.host), 24)}{known}"
