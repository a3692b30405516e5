"""Stations that behave like real ones, behind the same HTTP API."""
