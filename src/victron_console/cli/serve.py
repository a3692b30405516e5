"""`serve`: the console in a browser of this machine. Reads only, unless it is told otherwise."""

from __future__ import annotations

import shlex
import sys

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options

LOOPBACK = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="Where to listen.")
@click.option("--write", is_flag=True, help="Let whoever opens it acknowledge, shelve and pin, too.")
@common_options
@failing_plainly
def serve(options: Options, port: int, write: bool) -> None:
    """Show the console in a browser, on this machine only: each page is a console of its own.

    Without --write it polls nothing: let `victron-console collect` record. From elsewhere go through SSH:
    ssh -L 8000:127.0.0.1:8000 HOST.
    """
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise click.ClickException(
            'Serving needs textual-serve: install "victron-console[serve]" (pipx inject victron-console textual-serve).'
        ) from error
    server = Server(command_of(options, write=write), host=LOOPBACK, port=port, title="victron-console")
    click.echo(f"http://{LOOPBACK}:{port}  {'reads and writes' if write else 'reads only'}, until Ctrl+C.")
    server.serve()


def command_of(options: Options, *, write: bool) -> str:
    """The shell command of a console that is shown in a page."""
    words = [sys.executable, "-m", "victron_console", *(() if write else ("--read-only",))]
    for path in options.config:
        words += ["--config", str(path.absolute())]
    if options.store:
        words += ["--store", str(options.store.absolute())]
    if options.operator:
        words += ["--operator", options.operator]
    return shlex.join(words)
