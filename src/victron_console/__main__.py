"""`victron-console` and `python -m victron_console`."""

from __future__ import annotations

import gc

# What is imported lives to the end, so looking for garbage meanwhile only delays the first paint, by a tenth of it.
# The command that runs, or the console before it opens, switches it on again.
gc.disable()

from victron_console.cli import main  # noqa: E402

__all__ = ["main"]

if __name__ == "__main__":
    main()
