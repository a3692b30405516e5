"""The commands and their exit codes, nothing else: each reads its options and hands over to the layer that does it."""

from victron_console.cli.main import main

__all__ = ["main"]
