"""Keeps the stations fresh: cadence and backoff of each, the fleet, the lease."""
