"""How much of all that could be tried a test tries.

The suite tries enough to notice a fault of a kind within the minutes that one waits for it; `make exhaustive` tries
all of it, over night.
"""

from __future__ import annotations

import os
from typing import TypeVar

EXHAUSTIVE = os.environ.get("EXHAUSTIVE", "") not in ("", "0")

T = TypeVar("T")


def enough(usual: T, everything: T) -> T:
    """What the suite tries, or all that could be tried where that is asked for."""
    return everything if EXHAUSTIVE else usual
