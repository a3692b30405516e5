"""Alarms as the engine keeps them."""
