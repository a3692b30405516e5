"""Run the command given on a terminal of its own, wait until the fleet is drawn, press `q`, and end with its status.

`python .ci/demo.py make demo` is what a newcomer does first, without a hand on the keyboard.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

PATIENCE_S = 900.0
"""The first run sets up its environment."""
DRAWN = b"ALARMS"


def main(command: list[str]) -> int:
    """The status of the command; 1 where the fleet never was drawn."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=env)
    os.close(slave)
    output, drawn, pressed_at, deadline = b"", False, 0.0, time.monotonic() + PATIENCE_S
    while (now := time.monotonic()) < deadline:
        if select.select([master], [], [], 1.0)[0]:
            try:
                data = os.read(master, 65536)
            except OSError:  # Linux tells the end of a terminal so
                break
            if not data:
                break
            output += data
        drawn = drawn or DRAWN in output
        if drawn and now - pressed_at > 1.0:
            os.write(master, b"q")
            pressed_at = now
    else:
        process.kill()
    status = process.wait()
    if not drawn or status:
        sys.stdout.buffer.write(output[-4000:])
    print(f"demo: {'drawn' if drawn else 'never drawn'}, exit status {status}")  # noqa: T201
    return status if drawn else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
