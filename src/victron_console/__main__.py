"""`victron-console` and `python -m victron_console`."""

from __future__ import annotations

from victron_console.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
