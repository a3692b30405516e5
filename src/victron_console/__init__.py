"""Watch Victron energy systems from a terminal: stations are polled, recorded, judged and shown."""

__version__ = "0.1.0"
