"""The part of an app that says in which of the console's themes it is drawn; one is tried on in the palette."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App
from textual.command import CommandPalette

from victron_console.console.app.themes import DEFAULT_THEME, NO_COLOR_THEME, ConsoleTheme, LoadedThemes, variable
from victron_console.console.kit.palette import Palette, Role
from victron_console.console.kit.text import plain

R = TypeVar("R")


class ThemeApp(App[R]):
    """An app in the console's themes. A subclass sets `theme` once it knows what was chosen."""

    def __init__(self, themes: LoadedThemes) -> None:
        super().__init__()
        self.themes: dict[str, ConsoleTheme] = dict(themes.themes)
        self._tried_from = ""
        for theme in self.themes.values():
            self.register_theme(theme.to_textual())

    @property
    def palette(self) -> Palette:
        """The look of every role in the theme in force."""
        return (self.themes.get(self.theme) or self.themes[DEFAULT_THEME]).palette

    def first_theme(self, wanted: str) -> str:
        """The theme to begin with: the wanted one, else one that the terminal has the colours for."""
        if self.no_color:
            return NO_COLOR_THEME
        if wanted in self.themes:
            return wanted
        few_colours = self.console.color_system == "standard"
        return "ansi" if few_colours and "ansi" in self.themes else DEFAULT_THEME

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Every role's variable, so that a theme of Textual's own would not stop the app."""
        return dict.fromkeys(map(variable, Role), "ansi_default")

    def use_theme(self, name: str) -> str:
        """Change the colours; gives a sentence where there is no such theme."""
        if name not in self.themes:
            return f"No theme is called {plain(name)}; there are {', '.join(sorted(self.themes))}."
        self.theme = name
        return ""

    def on_command_palette_opened(self) -> None:
        """Remember the colours that a theme tried on in the palette gives way to."""
        self._tried_from = self.theme

    def on_command_palette_option_highlighted(self, event: CommandPalette.OptionHighlighted) -> None:
        """Try a theme on while its command is highlighted."""
        typed = getattr(getattr(event.highlighted_event.option, "hit", None), "text", None) or ""
        word, _, name = typed.partition(" ")
        self.theme = name if word == "theme" and name in self.themes else self._tried_from

    def on_command_palette_closed(self, event: CommandPalette.Closed) -> None:
        """Nothing chosen: the old colours return."""
        if not event.option_selected:
            self.theme = self._tried_from
