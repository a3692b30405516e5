"""Limits that several layers judge by, each of which must be one number for all of them."""

from __future__ import annotations

NO_SENSOR_BELOW_C = -100.0
"""A temperature at or below this is a sensor that is not there: inverters without one publish -273."""
SKEW_LIMIT_S = 60.0
"""A station's clock is told to be wrong from here on: below it, times of devices and of this host are held as one."""
SLOW_S = 1.0
"""An answer that takes longer is slow: a GX on a local network answers in a few hundredths of a second."""
FLAP_WINDOW_S = 1800.0
"""Raises of an alarm that are older do not count for flapping, also those from before a restart: judgement."""
