"""`schema`: the form of what `--json` prints, as JSON Schema."""

from __future__ import annotations

import json

import click

from victron_console.cli.answers.echo import echo_rows
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.contract.schemas import FORMS, schema
from victron_console.model.nearest import nearest


@click.command("schema")
@click.argument("name", required=False)
@common_options
@failing_plainly
def schema_command(options: Options, name: str | None) -> None:
    """Print the JSON Schema of NAME, or list the names: each --json has one, and each answer to an agent."""
    if name is None:
        rows = [(each, f"victron-console {form.command}" if form.command else "agents") for each, form in FORMS.items()]
        echo_rows(("NAME", "OF"), rows, "")
        return
    if name not in FORMS:
        raise ValueError(f"no form is called {name}{nearest(name, list(FORMS))}")
    click.echo(json.dumps(schema(name), indent=2))
