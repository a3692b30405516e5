"""The command group, and what happens when no command is named: the console opens."""

from __future__ import annotations

import click

from victron_console import __version__
from victron_console.cli.audit import audit_command
from victron_console.cli.collect import collect
from victron_console.cli.console import open_console
from victron_console.cli.history import export, store
from victron_console.cli.options import Options, common_options
from victron_console.cli.simulated import demo, simulate
from victron_console.cli.stations import add, check
from victron_console.cli.status import status

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(invoke_without_command=True, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="victron-console")
@click.option("--url", metavar="URL", help="Open the console on this one station, no file needed.")
@click.option("--low-bandwidth", is_flag=True, help="For slow links: 2 frames a second and coarser ages.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option("--bell", is_flag=True, help="Ring once for each new critical alarm.")
@common_options
def victron_console(options: Options, url: str | None, low_bandwidth: bool, ascii_only: bool, bell: bool) -> None:
    """Watch Victron energy systems from a terminal.

    Without a command the console opens: it polls the configured stations in the background and records them, or
    attaches to the collector that already does.
    """
    if click.get_current_context().invoked_subcommand is None:
        open_console(options, url=url, low_bandwidth=low_bandwidth, ascii_only=ascii_only, bell=bell)
    elif url:
        raise click.UsageError("--url opens the console and goes with no command.")


for command in (add, audit_command, check, collect, demo, export, simulate, status, store):
    victron_console.add_command(command)


def main() -> None:
    """Run the command line; errors of ours are one sentence on stderr and exit status 1."""
    victron_console(prog_name="victron-console")
