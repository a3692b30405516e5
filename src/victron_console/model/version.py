"""A Venus OS version as something that sorts. `v3.70~33` is a beta of v3.70 and comes before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

RELEASED = 1_000_000
"""In the place of a beta's number: after every beta."""
_WRITTEN = re.compile(r"v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?:~(\d{1,6}))?", re.ASCII | re.IGNORECASE)


class Channel(StrEnum):
    """Where a version comes from."""

    RELEASE = "release"
    BETA = "beta"


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Ordered as released: v3.70~1 < v3.70~33 < v3.70 < v3.71~1."""

    major: int
    minor: int
    patch: int = 0
    beta: int = RELEASED
    """Number of the beta; the largest for a release."""

    @property
    def channel(self) -> Channel:
        """Release or beta."""
        return Channel.RELEASE if self.beta == RELEASED else Channel.BETA

    def __str__(self) -> str:
        patch = f".{self.patch}" if self.patch else ""
        beta = "" if self.channel is Channel.RELEASE else f"~{self.beta}"
        return f"v{self.major}.{self.minor:02d}{patch}{beta}"


def parse_version(text: str) -> Version | None:
    """A version as the GX writes it: `v3.70~33`, `v3.70`, `3.70.1`; None where it is none."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        return None
    major, minor, patch, beta = found.groups()
    return Version(int(major), int(minor), int(patch or 0), int(beta) if beta else RELEASED)
