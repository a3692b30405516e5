"""The keys of the console: one registry for what they do, the key row and the help screen.

A screen lists its keys as `KEYS`; the bindings of Textual are made from them, so help never tells another story.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from textual.binding import Binding

from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import width_of


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what is pressed, what is done, and how both are said."""

    press: str
    """Textual's names, several divided by commas: `slash`, `j,down`."""
    action: str
    """The Textual action, such as `sort` or `app.quit`."""
    shown: str
    """The key as the key row writes it: `/`."""
    word: str
    """What it does, in the fewest words, for the key row; empty keeps it out of the row."""
    help: str
    """What it does, as a sentence."""
    from_width: int = 0
    """Terminal columns from which the key row names it."""
    stays: bool = False
    """Named whatever the width: `?`."""
    order: int = 0
    """Its place in the key row: smaller ones first, equal ones as they are listed."""
    writes: bool = False
    """It changes something, so the key row does not offer it in the past."""


GLOBAL_KEYS = (
    Key("t", "time_mode", "t", "time", "Look at another moment; again returns to now.", 80, order=1),
    Key("colon", "command_line", ":", "cmd", "Type a command, such as `site alder` or `theme light`.", 120, order=2),
    Key("question_mark", "help", "?", "help", "Say what every key of this screen does.", stays=True, order=3),
    Key("q", "quit_console", "q", "quit", "Leave the console; a collector of its own stops with it.", 120, order=4),
    Key("escape", "back", "Esc", "", "Go back one level.", order=4),
    Key(
        "space",
        "pause",
        "space",
        "pause",
        "Hold the screen; in time mode play the past. Recording goes on.",
        180,
        order=6,
    ),
    Key("left_square_bracket", "step(-1)", "[ ]", "step", "In time mode, a minute back and forward.", 180, order=6),
    Key("right_square_bracket", "step(1)", "]", "", "In time mode, a minute forward.", order=6),
    Key("left_curly_bracket", "step(-60)", "{ }", "", "In time mode, an hour back and forward.", order=6),
    Key("right_curly_bracket", "step(60)", "}", "", "In time mode, an hour forward.", order=6),
    Key("n", "alarm(1)", "n p", "", "In time mode, go to the next alarm, or to the one before.", order=6),
    Key("p", "alarm(-1)", "p", "", "Go to the moment of the alarm before.", order=6),
    Key("greater_than_sign", "speed(1)", "> <", "", "Play the past faster or slower: 1, 10, 60, 600 times.", order=6),
    Key("less_than_sign", "speed(-1)", "<", "", "Play slower.", order=6),
    Key("l", "live", "l", "", "Return to now.", order=6),
    Key(
        "e",
        "screen.export",
        "e",
        "export",
        "Write what is shown into a file in your documents: CSV, or text.",
        140,
        order=7,
    ),
    Key(
        "S", "screen.picture", "S", "", "Write a picture of the screen: SVG, and PNG where cairosvg is there.", order=7
    ),
    Key("E", "screen.bundle", "E", "", "Write an evidence bundle of the site and the time that is looked at.", order=7),
    Key("y", "screen.copy", "y", "", "Copy what is shown to the clipboard of your terminal (OSC 52).", order=7),
    Key("L", "low_bandwidth", "L", "low bandwidth", "Draw less often, for slow links.", 180, order=9),
    Key("ctrl+z", "undo", "Ctrl+Z", "", "Take back what was just acknowledged or shelved, for ten seconds.", order=9),
    Key("ctrl+p", "command_palette", "Ctrl+P", "", "Search stations, screens, themes and actions.", order=9),
)
"""Keys that every screen has. A screen's own stand before them, or among them by their `order`."""


def list_keys(one: str, also: str = "") -> tuple[Key, ...]:
    """The keys of a screen whose cursor goes over rows, each of which is called `one`.

    The screen gives the actions `move` and `page`; `also` says what they do where there is no list to go over.
    """
    return (
        Key("down,j", "move(1)", "↓ j", "", f"Next {one}{also}."),
        Key("up,k", "move(-1)", "↑ k", "", f"Previous {one}{also}."),
        Key("pagedown", "page(1)", "PgDn", "", "A page on."),
        Key("pageup", "page(-1)", "PgUp", "", "A page back."),
        Key("home", "move(-100000)", "Home", "", f"First {one}."),
        Key("end", "move(100000)", "End", "", f"Last {one}."),
    )


REPLAY_KEYS = (
    Key("space", "pause", "space", "play", ""),
    Key("n", "alarm(1)", "n p", "alarm", ""),
    Key("left_square_bracket", "step(-1)", "[ ]", "min", ""),
    Key("left_curly_bracket", "step(-60)", "{ }", "hour", ""),
    Key("greater_than_sign", "speed(1)", "> <", "speed", ""),
    Key("l", "live", "l", "live", ""),
)
"""What the key row says first in time mode, as far as the screen does not use the key itself."""


def in_time_mode(keys: Sequence[Key]) -> tuple[Key, ...]:
    """The keys of a screen for its key row in time mode."""
    own = {press for key in keys if key not in GLOBAL_KEYS for press in key.press.split(",")}
    return (*(key for key in REPLAY_KEYS if key.press not in own), *(key for key in keys if not key.writes))


def ordered(own: Sequence[Key]) -> tuple[Key, ...]:
    """A screen's keys and those of every screen that it does not use itself, as the key row and the help have them."""
    used = {press for key in own for press in key.press.split(",")}
    left = [key for key in GLOBAL_KEYS if not used.issuperset(key.press.split(","))]
    return tuple(sorted((*own, *left), key=lambda key: key.order))


def bindings(keys: Iterable[Key]) -> list[Binding]:
    """Textual's bindings for the keys."""
    return [Binding(key.press, key.action, key.help, show=False) for key in keys]


def key_row(line: Line, keys: Sequence[Key], *, end: int) -> dict[str, range]:
    """Write the key row into a line, up to the column `end`: from the left what fits, and always `?`.

    Gives the columns that each key takes, by the first name that Textual knows it by.
    """
    named = [key for key in keys if key.word and (key.stays or line.width >= key.from_width)]
    while named and _row_width(named) > end:
        droppable = [key for key in named if not key.stays]
        if not droppable:
            break
        named.remove(droppable[-1])
    return put_pairs(line, 1, {key.press.partition(",")[0]: (key.shown, key.word) for key in named})


def put_pairs(line: Line, column: int, pairs: Mapping[str, tuple[str, str]]) -> dict[str, range]:
    """Write keys and what they do from a column on; gives the columns that each pair takes."""
    spans = {}
    for name, (shown, word) in pairs.items():
        end = line.put(column, shown, Role.TEXT1)
        end = line.put(end + 1, word, Role.TEXT3)
        spans[name] = range(column, end)
        column = end + 2
    return spans


def _row_width(keys: Iterable[Key]) -> int:
    return 1 + sum(width_of(key.shown) + 1 + width_of(key.word) + 2 for key in keys) - 2
