"""Tells the world outside of alarms: what goes together, whom it concerns, and by which way it leaves."""
