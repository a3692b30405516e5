"""`mcp`: the server that agents ask, over stdin and stdout."""

from __future__ import annotations

import asyncio
import signal
import sys

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options, log_to_stderr, operator_name
from victron_console.model.clock import SystemClock


@click.command("mcp")
@common_options
@failing_plainly
def mcp_command(options: Options) -> None:
    """Answer agents over stdin and stdout by the Model Context Protocol: read only, from what is recorded.

    A client starts it; docs/agents.md says how to tell it so. It needs the extra: `pip install 'victron-console[mcp]'`.
    """
    try:
        from victron_console.contract.agents.server import serve
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in ("mcp", "anyio"):
            raise
        raise click.ClickException("this needs the extra `mcp`: pip install 'victron-console[mcp]'") from missing
    from victron_console.contract.agents.answering import Answering
    from victron_console.contract.agents.asking import Setup
    from victron_console.contract.agents.notes import CallNotes

    if sys.stdin.isatty():
        click.echo("A client speaks to this on stdin: docs/agents.md says how to set one up. Ctrl-C ends it.", err=True)
    log_to_stderr(options)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a read of stdin cannot be cancelled, and nothing has to be ended
    clock = SystemClock()
    setup = Setup(rules=options.rules, config=lambda: options.files().current)
    notes = CallNotes(options.store_path, clock, operator_name(options))
    asyncio.run(serve(Answering(options.store_path, clock, setup), notes))
