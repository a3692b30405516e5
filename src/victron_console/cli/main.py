"""The command group, and what happens when no command is named: the console opens."""

from __future__ import annotations

import gc
import importlib
from difflib import get_close_matches

import click

from victron_console import __version__
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
COMMANDS = {
    "alerts": "alerts:alerts",
    "add": "stations.commands:add",
    "advice": "answers.advice:advice_command",
    "audit": "answers.audit:audit_command",
    "backtest": "backtest:backtest",
    "check": "stations.commands:check",
    "collect": "collect:collect",
    "demo": "simulated:demo",
    "devices": "answers.devices:devices",
    "diagnose": "answers.diagnose:diagnose",
    "discover": "stations.discover:discover",
    "engine": "engine:engine",
    "export": "history:export",
    "jobs": "answers.jobs:jobs_command",
    "link": "answers.link:link_command",
    "log": "answers.log:log_command",
    "mcp": "answers.mcp:mcp_command",
    "rules": "rules:rules",
    "schema": "answers.schema:schema_command",
    "series": "answers.series:series",
    "serve": "serve:serve",
    "report": "answers.report:report",
    "simulate": "simulated:simulate",
    "status": "status:status",
    "store": "store:store",
    "vrm": "vrm:vrm",
    "why": "answers.why:why_command",
}
"""Where each command stands. It is imported when it is run: the console must not wait for the simulator."""


class LazyCommands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, for `--help` and completion."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(f"victron_console.cli.{module}"), attribute)
        assert isinstance(command, click.Command)
        gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first word; one that there is none of is answered with the nearest."""
        wanted = args[0]
        if wanted not in COMMANDS and not wanted.startswith("-") and not ctx.resilient_parsing:
            begun = [name for name in COMMANDS if name.startswith(wanted)]
            near = begun or get_close_matches(wanted, COMMANDS, n=2)
            meant = f" Did you mean {' or '.join(near)}?" if near else " `victron-console --help` lists them."
            ctx.fail(f"No such command {wanted!r}.{meant}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyCommands, invoke_without_command=True, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="victron-console")
@click.option("--url", metavar="URL", help="Open the console on this one station, no file needed.")
@click.option("--low-bandwidth", is_flag=True, help="For slow links: 2 frames a second and coarser ages.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option("--bell", is_flag=True, help="Ring once for each new critical alarm.")
@click.option("--read-only", is_flag=True, help="Only look: poll nothing, record nothing, acknowledge nothing.")
@common_options
@failing_plainly
def victron_console(
    options: Options, url: str | None, low_bandwidth: bool, ascii_only: bool, bell: bool, read_only: bool
) -> None:
    """Watch Victron energy systems from a terminal.

    Without a command the console opens: it polls the configured stations in the background and records them, or
    attaches to the collector that already does.
    """
    if click.get_current_context().invoked_subcommand is None:
        from victron_console.cli.console import open_console

        if url and read_only:
            raise click.UsageError("--url polls a station, which --read-only does not.")
        open_console(
            options,
            url=url,
            demo=_open_demo,
            low_bandwidth=low_bandwidth,
            ascii_only=ascii_only,
            bell=bell,
            read_only=read_only,
        )
    elif url:
        raise click.UsageError("--url opens the console and goes with no command.")


def _open_demo(tour: bool) -> None:
    command = victron_console.get_command(click.get_current_context(), "demo")
    assert command is not None
    command.main(["--tour"] if tour else [], prog_name="victron-console demo")


def main() -> None:
    """Run the command line; errors of ours are one sentence on stderr and exit status 1."""
    victron_console(prog_name="victron-console")
