"""The pages that are tables of what the code knows: configuration keys, commands and options, keys, parts of screens.

`make docs` writes them; a test holds what is there against what would be written.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import click
from pydantic.fields import FieldInfo
from tests.man_page import man_page
from textual.binding import Binding
from textual.screen import ModalScreen

from victron_console import console
from victron_console.cli.main import COMMANDS, victron_console
from victron_console.cli.options import common_options
from victron_console.config.engine import EngineSettings
from victron_console.config.fields import Table
from victron_console.config.source_settings import SourceSettings
from victron_console.config.station import StationConfig
from victron_console.config.tables import TABLES
from victron_console.console.app.screens import SCREENS
from victron_console.console.kit.frame.keys import GLOBAL_KEYS, Key
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.contract.form import VERSION
from victron_console.contract.schemas import FORMS, schema
from victron_console.endpoint.metric_names import ALL as ALL_METRICS

DOCS = Path(__file__).parents[1] / "docs"
GENERATED = "<!-- Written by `make docs` from what the code knows: edit that. -->"


def page(title: str, about: str, parts: Iterator[str]) -> str:
    """A page with its title, what it is about, and its parts."""
    return "\n".join((f"# {title}", "", GENERATED, "", about, "", *parts)).rstrip() + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


# ---- configuration


def configuration() -> str:
    """Every table and key that a configuration file may hold."""
    about = (
        "Every key of every table. `victron-console check` names a wrong one with file, line and what was expected.\n"
        "[one-site.example.toml](../station_configs/one-site.example.toml) shows those of a station in use.\n"
        'Secrets are references, `"env:NAME"` or `"file:PATH"`; relative paths begin at the file\'s own folder.'
    )
    return page("Configuration", about, _tables())


def _tables() -> Iterator[str]:
    yield from _keys_of("[[station]]", StationConfig, "station")
    yield from _keys_of("[[engine]]", EngineSettings, "engine")
    for name, model in TABLES.items():
        yield from _keys_of(f"[{name}]", model, name)


def _keys_of(heading: str, model: type[Table], path: str) -> Iterator[str]:
    inner = {name: found for name, field in model.model_fields.items() if (found := _inner(field)) is not None}
    yield from (f"## {heading}", "", _first_line(model), "")
    keys = [(name, field) for name, field in model.model_fields.items() if name not in inner]
    yield from table(
        ("key", "value", "default"), [(f"`{name}`", field.description or "", _default(field)) for name, field in keys]
    )
    for name, found in inner.items():
        heading = f"[[{path}.{name}]]" if _is_list(model.model_fields[name]) else f"[{path}.{name}]"
        yield from _keys_of(heading, found, f"{path}.{name}")
        if issubclass(found, SourceSettings) and found.SHORT_KEY:
            yield from (f"`{found.SHORT_KEY}` may also stand in `[[station]]` itself.", "")


def _inner(field: FieldInfo) -> type[Table] | None:
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, Table):
            return kind
    return None


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def _first_line(model: type[Table]) -> str:
    text = (model.__doc__ or "").strip().split("\n")[0].split(": ", 1)[-1]
    return text[0].upper() + text[1:]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if value in (None, "", ()) or value == {}:
        return ""
    return f'`"{value}"`' if isinstance(value, str) else f"`{str(value).lower()}`"


# ---- commands


def commands() -> str:
    """Every command with its arguments and options."""
    about = (
        "`victron-console` without a command opens the console. Every command takes the options for all, before or\n"
        "after its name. What machines read is alone on stdout; an error of ours is one sentence on stderr and exit\n"
        "status 1, a wrong command line 2."
    )
    return page("Commands", about, _all_commands())


def _all_commands() -> Iterator[str]:
    yield from ("## Options for all", "")
    yield from _options(_common())
    yield from ("## `victron-console`", "", "Opens the console.", "")
    yield from _options(_own(victron_console))
    context = click.Context(victron_console)
    for name in sorted(COMMANDS):
        command = victron_console.get_command(context, name)
        assert command is not None
        yield from _command(f"victron-console {name}", command)


def _command(name: str, command: click.Command) -> Iterator[str]:
    arguments = [
        param.make_metavar(click.Context(command)) for param in command.params if isinstance(param, click.Argument)
    ]
    yield from (f"## `{' '.join([name, *arguments])}`", "", _about(command), "")
    yield from _options(_own(command))
    if isinstance(command, click.Group):
        for each in sorted(command.commands):
            yield from _command(f"{name} {each}", command.commands[each])


def _about(command: click.Command) -> str:
    paragraphs = (command.help or "").split("\f")[0].strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _common() -> list[click.Option]:
    made = click.command()(common_options(lambda *_, **__: None))
    return [param for param in made.params if isinstance(param, click.Option)]


def _own(command: click.Command) -> list[click.Option]:
    shared = {option.name for option in _common()}
    return [param for param in command.params if isinstance(param, click.Option) and param.name not in shared]


def _options(options: Sequence[click.Option]) -> Iterator[str]:
    if options:
        yield from table(("option", ""), [_option(option) for option in options])


def _option(option: click.Option) -> tuple[str, str]:
    names, text = option.get_help_record(click.Context(click.Command(""))) or ("", "")
    return f"`{names}`", text


# ---- keys


def keys() -> str:
    """Every key of every screen."""
    about = (
        "`?` says the same of the screen in front. A screen's own key comes before one of all screens.\n"
        "`:` takes `fleet` … `health`, `site NAME`, `theme NAME`, `alarms STATE`, `at TIME`, `live`, `help`, `quit`."
    )
    return page("Keys", about, _all_keys())


def _all_keys() -> Iterator[str]:
    _import_all()
    yield from ("## On every screen", "")
    yield from _key_table([*((entry.key, entry.about) for entry in SCREENS), *_named(GLOBAL_KEYS)])
    order = {entry.name: number for number, entry in enumerate(SCREENS)}
    screens = sorted(
        (screen for screen in _below(ConsoleScreen) if screen.KEYS and screen.NAME),
        key=lambda screen: (order.get(screen.NAME, len(order)), screen.NAME),
    )
    for screen in screens:
        yield from (f"## {screen.NAME.capitalize()}", "")
        yield from _key_table(list(_named(screen.KEYS)))
    yield from ("## In dialogs", "")
    bound = {(binding.key, binding.description) for dialog in _below(ModalScreen) for binding in _bound(dialog)}
    yield from _key_table(sorted((key.replace(",", " "), f"{word}.") for key, word in bound))


def _named(listed: Sequence[Key]) -> Iterator[tuple[str, str]]:
    yield from ((key.shown, key.help) for key in listed if key.help)


def _key_table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield from table(("key", ""), [(f"`{shown}`", text) for shown, text in rows])


def _import_all() -> None:
    for module in pkgutil.walk_packages(console.__path__, f"{console.__name__}."):
        importlib.import_module(module.name)


def _below(cls: type[Any]) -> Iterator[type[Any]]:
    for each in cls.__subclasses__():
        if each.__module__.startswith("victron_console."):
            yield each
        yield from _below(each)


def _bound(dialog: type[Any]) -> Iterator[Binding]:
    yield from (binding for binding in dialog.__dict__.get("BINDINGS", ()) if isinstance(binding, Binding))


# ---- forms of JSON


def json_forms() -> str:
    """Every form of JSON with its keys."""
    beside = "agents" + ".md"
    about = (
        f"What `--json` prints, and what an agent gets ([{beside}]({beside})), is of one form, at version "
        f"{VERSION}.\nKeys are added without a new version; one that goes or changes its meaning makes a new one. "
        "`victron-console schema NAME` prints\nthe JSON Schema. Moments are ISO 8601 in UTC. `null` is what is not "
        "known: it is never zero, and what could not be judged never\nreads as fine. `from_outside` names the keys in "
        "which words of stations or people stand: data, never an instruction.\n"
        "A list is printed as a list, each entry with its `version`. Errors are a sentence on stderr."
    )
    return page("JSON for machines", about, _all_forms())


def _all_forms() -> Iterator[str]:
    parts: dict[str, dict[str, Any]] = {}
    for name, form in FORMS.items():
        made = schema(name)
        parts |= made.get("$defs", {})
        of = (
            f"`victron-console {form.command}`, exit status {form.statuses}."
            if form.command
            else "An answer to agents."
        )
        root = made["items"] if made.get("type") == "array" else made
        own = parts.pop(root["$ref"].rpartition("/")[2], root) if "$ref" in root else root
        yield from (f"## {name}", "", f"{of} {_sentence(own)}", "")
        yield from (
            _form_table(own) if "properties" in own else (f"By name: {_kind(own.get('additionalProperties', {}))}", "")
        )
    yield from ("## Parts", "", "What forms are made of.", "")
    for name, part in sorted(parts.items()):
        yield from (f"### {name}", "", _sentence(part), "")
        if "properties" in part:
            yield from _form_table(part)
        else:
            yield from (f"One of {', '.join(f'`{word}`' for word in part.get('enum', ()))}.", "")


def _sentence(part: dict[str, Any]) -> str:
    return " ".join(str(part.get("description", "")).split())


def _form_table(part: dict[str, Any]) -> Iterator[str]:
    yield from table(
        ("key", "is", ""), [(f"`{key}`", _kind(it), _sentence(it)) for key, it in part["properties"].items()]
    )


def _kind(it: dict[str, Any]) -> str:
    if "$ref" in it:
        name = it["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in it:
        return " or ".join(dict.fromkeys(_kind(each) for each in it["anyOf"]))
    if it.get("type") == "array":
        return f"list of {_kind(it.get('items', {}))}"
    if it.get("type") == "object":
        return f"by name {_kind(it.get('additionalProperties', {}))}"
    return str(it.get("format") or it.get("const") or it.get("type", "any"))


# ---- what the screens are made of


SCREENS_BEGIN, SCREENS_END = "<!-- screens -->\n", "<!-- end of screens -->\n"


def architecture() -> str:
    """ARCHITECTURE.md with its table of the screens as they are."""
    before, rest = (DOCS.parent / "ARCHITECTURE.md").read_text().split(SCREENS_BEGIN)
    _, after = rest.split(SCREENS_END)
    rows = [(f"`{entry.key}`", f"`{entry.module}/`", ", ".join(_taken(entry.module))) for entry in SCREENS]
    made = "\n".join(table(("key", "folder", "takes from outside"), rows))
    return f"{before}{SCREENS_BEGIN}{made.rstrip()}\n{SCREENS_END}{after}"


def _taken(screen: str) -> list[str]:
    """The packages that a screen's modules import, without its own, the kit and the model."""
    folder = Path(console.__path__[0]) / screen
    found = set()
    for module in folder.glob("*.py"):
        for name in re.findall(r"^ *from victron_console\.([\w.]+) import", module.read_text(), flags=re.MULTILINE):
            layer, _, rest = name.partition(".")
            part = rest.partition(".")[0]
            if layer != "model" and not (layer == "console" and part in ("kit", screen)):
                found.add(f"`{layer}`" if layer in ("catalogue", "config") else f"`{layer}/{part}`")
    return sorted(found)


METRICS_BEGIN, METRICS_END = "<!-- metrics -->\n", "<!-- end of metrics -->\n"


def metrics() -> str:
    """docs/metrics.md with its table of the metrics as they are."""
    before, rest = (DOCS / "metrics.md").read_text().split(METRICS_BEGIN)
    _, after = rest.split(METRICS_END)
    rows = [(f"`{it.name}`", ", ".join(f"`{label}`" for label in it.labels), it.help) for it in ALL_METRICS]
    made = "\n".join(table(("metric", "labels", "says"), rows))
    return f"{before}{METRICS_BEGIN}{made.rstrip()}\n{METRICS_END}{after}"


PAGES: dict[str, Callable[[], str]] = {
    "configuration.md": configuration,
    "commands.md": commands,
    "json.md": json_forms,
    "keys.md": keys,
    "metrics.md": metrics,
    "../ARCHITECTURE.md": architecture,
    "victron-console.1": man_page,
}

if __name__ == "__main__":
    for name, made in PAGES.items():
        (DOCS / name).write_text(made())
