"""The manual page, made of the commands and their options. `make docs` writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from victron_console import __version__
from victron_console.cli.main import victron_console

ABOUT = "watch Victron energy systems from a terminal: live, recorded, and judged"
FILES = (
    ("~/.config/victron-console/*.toml", "Station files; `victron-console add` writes them."),
    ("~/.local/share/victron-console/store.db", "What was recorded."),
    ("VICTRON_CONSOLE_SSDP", 'Environment: where devices are searched for, HOST:PORT; "off" for nowhere.'),
    ("NO_COLOR", "Environment: draw without colours."),
)


def man_page() -> str:
    """`victron-console.1` in roff."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield '.\\" Written by `make docs` from what the code knows: edit that.'
    yield f'.TH VICTRON-CONSOLE 1 "" "victron-console {__version__}" "User Commands"'
    yield from (".SH NAME", f"victron-console \\- {ABOUT}")
    yield from (".SH SYNOPSIS", ".B victron-console", "[OPTIONS] [COMMAND] [ARGS]...")
    yield from (".SH DESCRIPTION", *_prose(victron_console.help or ""))
    yield from (".SH OPTIONS", *_options(victron_console, ()))
    yield ".SH COMMANDS"
    shared = {param.name for param in victron_console.params}
    context = click.Context(victron_console)
    for name in victron_console.list_commands(context):
        command = victron_console.get_command(context, name)
        assert command is not None
        yield from _command(name, command, tuple(filter(None, shared)))
    yield ".SH FILES AND ENVIRONMENT"
    for name, text in FILES:
        yield from (".TP", f".B {_plain(name)}", _plain(text))


def _command(name: str, command: click.Command, shared: Sequence[str]) -> Iterator[str]:
    arguments = " ".join(
        param.make_metavar(click.Context(command)) for param in command.params if isinstance(param, click.Argument)
    )
    yield from (f'.SS "{_plain(f"{name} {arguments}".strip())}"', *_prose(command.help or ""))
    yield from _options(command, shared)
    if isinstance(command, click.Group):
        for each in sorted(command.commands):
            yield from _command(f"{name} {each}", command.commands[each], shared)


def _options(command: click.Command, shared: Sequence[str]) -> Iterator[str]:
    for param in command.params:
        record = param.get_help_record(click.Context(command)) if isinstance(param, click.Option) else None
        if record is not None and param.name not in shared:
            yield from (".TP", f".B {_plain(record[0])}", _plain(record[1]))


def _prose(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\f")[0].strip().split("\n\n")):
        yield from ([".PP"] if number else [])
        yield _plain(" ".join(paragraph.split()))


def _plain(text: str) -> str:
    """Text that roff takes as it is."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
