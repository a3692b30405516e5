"""Victron's portal (VRM) over its web API: an account's sites, their past, and their values of some minutes ago."""

from victron_console.sources.vrm.source import make

__all__ = ["make"]
