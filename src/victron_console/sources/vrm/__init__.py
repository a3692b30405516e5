"""Victron's portal (VRM) over its web API: an account's sites, their past, and their values of some minutes ago."""
