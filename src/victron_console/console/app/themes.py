"""Theme files: read, checked and turned into a palette and a Textual theme.

A broken file never stops the console: it is left out and said. No colour stands here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.color import Color as RichColor
from rich.errors import StyleSyntaxError
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from victron_console import resources
from victron_console.config.regular import read_regular
from victron_console.console.kit.palette import GROUNDS, Palette, Role
from victron_console.model.text import clean
from victron_console.model.toml_text import parse_toml

DEFAULT_THEME = "dark"
NO_COLOR_THEME = "mono"
_KEYS = {"name", "title", "dark", "ansi", "roles"}


class ThemeError(ValueError):
    """A theme file that cannot be used, as a sentence that says what to change."""


@dataclass(frozen=True, slots=True)
class ConsoleTheme:
    """One theme: its name in the settings, its name for people, and its palette."""

    name: str
    title: str
    palette: Palette

    def to_textual(self) -> Theme:
        """The same colours for Textual's own widgets and for style sheets, where `text1` is `$text1`."""
        ink = {role: _css(self.palette.styles[role].color) for role in Role}
        ground = {role: _css(self.palette.styles[role].bgcolor) for role in GROUNDS}
        return Theme(
            name=self.name,
            primary=ink[Role.TEXT2],
            secondary=ink[Role.TEXT3],
            accent=ink[Role.LINK_TEXT],
            warning=ink[Role.TODAY_TEXT],
            error=ink[Role.NOW_TEXT],
            success=ink[Role.TEXT1],
            foreground=ink[Role.TEXT1],
            background=ground[Role.BACKGROUND],
            surface=ground[Role.SURFACE],
            panel=ground[Role.SURFACE],
            dark=self.palette.dark,
            ansi=self.palette.ansi,
            boost=ground[Role.SURFACE] if self.palette.ansi else None,
            variables=self._variables(ink, ground),
        )

    def _variables(self, ink: dict[Role, str], ground: dict[Role, str]) -> dict[str, str]:
        roles = {variable(role): ground.get(role, ink[role]) for role in Role}
        if not self.palette.ansi:
            return roles
        # Textual mixes these for itself from true colours; from the terminal's own it cannot
        front, back = ink[Role.BANNER], ground[Role.BANNER]
        pairs = ("ansi", "block-cursor", "input-cursor", "input-selection", "screen-selection")
        return (
            roles
            | {f"{pair}-foreground": front for pair in pairs}
            | {f"{pair}-background": back for pair in pairs}
            | {"ansi-foreground": back, "ansi-background": front, "border-blurred": ink[Role.RULE]}
        )


MAX_FILE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class LoadedThemes:
    """The themes that could be read, by name, and a sentence for each that could not."""

    themes: dict[str, ConsoleTheme]
    faults: tuple[str, ...] = ()


def variable(role: Role) -> str:
    """The style sheet variable of a role, without `$`: `role-now-text`."""
    return f"role-{role.value.replace('_', '-')}"


def load_themes(user_folder: Path | None = None) -> LoadedThemes:
    """The themes that ship and those in the user's folder, where one of the same name replaces a shipped one."""
    themes: dict[str, ConsoleTheme] = {}
    faults: list[str] = []
    for name, text in _texts(user_folder, faults):
        try:
            theme = read_theme(text, clean(name))
        except ThemeError as error:
            faults.append(str(error))
        else:
            themes[theme.name] = theme
    return LoadedThemes(themes, tuple(faults))


def _texts(user_folder: Path | None, faults: list[str]) -> Iterator[tuple[str, str]]:
    for name, text in resources.themes().items():
        yield f"{name}.toml", text
    for path in sorted(user_folder.glob("*.toml")) if user_folder else ():
        try:
            yield path.name, read_regular(path, MAX_FILE_BYTES)
        except (OSError, ValueError) as error:
            faults.append(f"Theme {clean(path.name)} cannot be read: {clean(str(error))}.")


def read_theme(text: str, source: str) -> ConsoleTheme:
    """The theme in a file's text; `source` names the file in what is said about it.

    Raises:
        ThemeError: where it is no TOML, lacks a role or has a colour that does not exist.
    """
    try:
        data = parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(f"Theme {source} is no TOML: {clean(str(error))}.") from error
    return parse_theme(data, source)


def parse_theme(data: dict[str, Any], source: str) -> ConsoleTheme:
    """The theme in a file's data; `source` names the file in what is said about it.

    Raises:
        ThemeError: as `read_theme`.
    """
    if unknown := sorted(set(data) - _KEYS):
        raise ThemeError(f"Theme {source} has the unknown key {unknown[0]!r}; take it out.")
    name, roles = data.get("name"), data.get("roles")
    if not isinstance(name, str) or not name.isidentifier():
        raise ThemeError(f'Theme {source} needs a name of letters and digits: name = "dusk".')
    if not isinstance(roles, dict):
        raise ThemeError(f"Theme {source} has no [roles] table; copy one from a theme that is shipped.")
    if unknown := sorted(set(roles) - set(Role)):
        raise ThemeError(f"Theme {source} gives a colour to {unknown[0]!r}, which is no role.")
    styles = {role: _style(roles.get(role), role, source) for role in Role}
    for role in GROUNDS:
        if styles[role].bgcolor is None:
            raise ThemeError(f'Theme {source}: {role} is a ground and needs a colour behind: "#ffffff on #000000".')
    dark, ansi = bool(data.get("dark", True)), bool(data.get("ansi", False))
    title = data.get("title")
    title = clean(title if isinstance(title, str) and title else name, 40)
    return ConsoleTheme(name, title, Palette(name, styles, dark=dark, ansi=ansi))


def _style(text: object, role: Role, source: str) -> Style:
    if not isinstance(text, str):
        raise ThemeError(f"Theme {source} has no colour for {role}; add it to [roles].")
    try:
        style = Style.parse(text)
    except StyleSyntaxError as error:
        raise ThemeError(f'Theme {source}: {text!r} for {role} is no style; write it as "#aab3bb".') from error
    if style.color is None:
        raise ThemeError(f"Theme {source}: {role} has no text colour in {text!r}.")
    _css(style.color)
    _css(style.bgcolor)
    return style


def _css(colour: RichColor | None) -> str:
    """The colour as style sheets write it, parsed before Textual applies it: a bad one would end the app there."""
    if colour is None:
        return "ansi_default"
    return Color.parse(Color.from_rich_color(colour).css).css
