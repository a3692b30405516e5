"""Spans of time in seconds, for everyone who counts in them."""

from __future__ import annotations

MINUTE_S = 60
HALF_HOUR_S = 1800
HOUR_S = 3600
DAY_S = 86_400
SLOT_S = 300
"""The five minutes that the store keeps a mean of each figure for."""
