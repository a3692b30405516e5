"""What comes in an hour and a second: alarms, bytes of the stations, bytes of the terminal. Pure drawing."""

from __future__ import annotations

from victron_console.console.kit.format import alarm_rate, rate
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.view import FleetView

_WIDE_FROM = 180


def put_budget(line: Line, end: int, view: FleetView, terminal_bytes_s: float) -> int:
    """Write it up to the column `end`; gives the last column that is left."""
    wide = line.width >= _WIDE_FROM
    parts = [f"tty {rate(terminal_bytes_s)}" if wide else rate(terminal_bytes_s)]
    if wide:
        parts = [f"poll {view.poll_s:.0f} s", f"rx {rate(view.received_bytes_s)}", *parts]
    else:
        end = line.right(end, parts[0], Role.TEXT3) - 4
    end = line.right(end, alarm_rate(view.alarms_per_hour), Role.TEXT1) - 4
    if wide:
        for part in reversed(parts):
            end = line.right(end, part, Role.TEXT3) - 4
    return end
