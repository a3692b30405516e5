"""Tells the service manager that this service is ready and alive, by the protocol of sd_notify(3).

Where the process was not started by one that wants to know, nothing happens.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)

BEATS_IN_TIME = 3
"""Signs of life in the time after which one counts as dead; sd_watchdog_enabled(3) asks for two."""


class ServiceManager:
    """The other end of `NOTIFY_SOCKET`."""

    def __init__(self, environ: Mapping[str, str], pid: int | None = None) -> None:
        """`environ` as the service manager made it; `pid` is ours."""
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        meant = environ.get("WATCHDOG_PID", "")
        is_ours = not meant or meant == str(os.getpid() if pid is None else pid)
        self._every_s = _seconds(environ.get("WATCHDOG_USEC", "")) / BEATS_IN_TIME if is_ours else 0.0
        self._alive_at = float("-inf")

    def ready(self, status: str) -> None:
        """The start is over, and what it does now in a line."""
        self._send(f"READY=1\nSTATUS={status}")

    def alive(self, now: float) -> None:
        """Everything goes on; said no more often than is asked for. `now` is of the monotonic clock, s."""
        if self._every_s > 0.0 and now - self._alive_at >= self._every_s:
            self._alive_at = now
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
                to.setblocking(False)
                to.sendto(text.encode(), self._address)
        except OSError as error:
            log.debug("the service manager could not be told: %s", error)


def _seconds(microseconds: str) -> float:
    return int(microseconds) / 1e6 if microseconds.isascii() and microseconds.isdigit() else 0.0
