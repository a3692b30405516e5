"""Picks one of many by any part of its name: a line to type in over the names that fit best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from victron_console.console.kit.search import fitting
from victron_console.console.kit.text import literal, plain
from victron_console.console.kit.view import Site
from victron_console.console.trends.quantity import EXTERNAL, FIGURES, is_measured, series_quantity
from victron_console.console.trends.read import StationSeries

MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class QuantityChoice:
    """One of many."""

    name: str
    text: str


def choices_of(found: StationSeries) -> list[QuantityChoice]:
    """The figures and series of a station that can be drawn, what is measured before states and alarms."""
    figures = [
        QuantityChoice(q.name, f"{q.label} {q.unit}   {q.name}")
        for q in (*FIGURES, *EXTERNAL)
        if q.is_there(found.names, found.fields)
    ]
    names = sorted(found.names, key=lambda name: (not is_measured(name), name))
    return [*figures, *(QuantityChoice(name, f"{series_quantity(name).full_label}   {name}") for name in names)]


def choices_at(station: str, found: StationSeries) -> list[QuantityChoice]:
    """The same, each named by its station too."""
    return [QuantityChoice(_name(station, choice.name), choice.text) for choice in choices_of(found)]


def choices_elsewhere(sites: Sequence[Site], station: str) -> list[QuantityChoice]:
    """The figures of the other stations, and the way to all of their series."""
    others = [site for site in sites if site.id != station]
    figures = [
        QuantityChoice(_name(site.id, q.name), f"{plain(site.name)} {q.label} {q.unit}   {site.id} {q.name}")
        for q in FIGURES
        for site in others
        if getattr(site.overview, q.field, None) is not None
    ]
    whole = [QuantityChoice(_name(site.id, ""), f"{plain(site.name)} all series ...   {site.id}") for site in others]
    return [*figures, *whole]


def _name(station: str, quantity: str) -> str:
    return f"{station}\t{quantity}"


def station_and_quantity(name: str) -> tuple[str, str]:
    """What a choice of several stations is of; the quantity is empty where all of a station's are asked for."""
    station, _, quantity = name.partition("\t")
    return station, quantity


class Picker(ModalScreen[str | None]):
    """Gives the name of the choice, or None where Esc left it."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "leave", "Close", show=False),
        Binding("down", "move(1)", "Next", show=False, priority=True),
        Binding("up", "move(-1)", "Previous", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[QuantityChoice]) -> None:
        super().__init__()
        self._title, self._choices = title, choices
        self._list = OptionList(id="picker-list", compact=True)

    def compose(self) -> ComposeResult:
        """Title, line and names."""
        with Vertical(id="picker"):
            yield Static(
                literal(f"{self._title}   type a part of it, Enter takes it, Esc leaves it"), id="picker-title"
            )
            field = Input(placeholder="battery temp", id="picker-field", compact=True)
            field.cursor_blink = False
            yield field
            yield self._list

    def on_mount(self) -> None:
        """All of them at first."""
        self._list.can_focus = False
        self._fill("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """A letter more or less."""
        self._fill(event.value.strip())

    def _fill(self, wanted: str) -> None:
        found = fitting(wanted, self._choices, lambda choice: choice.text)
        self._list.set_options([Option(literal(choice.text), choice.name) for choice in found[:MOST_SHOWN]])
        self._list.highlighted = 0 if found else None

    def action_move(self, step: int) -> None:
        """The next name."""
        if step > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def on_input_submitted(self) -> None:
        """Enter: the one under the cursor."""
        at = self._list.highlighted
        self.dismiss(None if at is None else self._list.get_option_at_index(at).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click takes it."""
        self.dismiss(event.option.id)

    def action_leave(self) -> None:
        """Esc."""
        self.dismiss(None)
