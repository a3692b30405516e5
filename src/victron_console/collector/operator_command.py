"""Runs a command of the operator's: a pager, a ping. Without a shell, within a time, and whatever it leaves running."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

TIMEOUT_S = 30.0
SAID_BYTES = 4096
"""Of what a command says, the end is kept."""


class CommandFailed(Exception):
    """It could not be run, did not end in time, or ended with another status than 0; the text is a sentence."""


async def run_command(command: Sequence[str], body: bytes, environment: Mapping[str, str], table: str) -> None:
    """Run it with `body` on its standard input; it has done its work when it ended.

    What it leaves running may keep the output open: nobody waits for that.

    Args:
        command: the program and its arguments.
        body: for its standard input.
        environment: what is added to ours.
        table: of the configuration, such as `[notify]`: where to correct it.

    Raises:
        CommandFailed: it did not do its work.
    """
    name = command[0]
    with _heard() as (said, writable):
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=DEVNULL, stderr=writable, env={**os.environ, **environment}
            )
        except (OSError, ValueError) as error:
            raise CommandFailed(f"{name} cannot be run ({error}): correct `command` in {table}.") from error
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await _give(process, body)
                await process.wait()
        except TimeoutError:
            raise CommandFailed(f"{name} did not end within {TIMEOUT_S:.0f} s and was stopped.") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode:
        last = bytes(said).decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise CommandFailed(f"{name} ended with status {process.returncode}: {last[0][:200]}.")


async def _give(process: asyncio.subprocess.Process, body: bytes) -> None:
    """Write its standard input and close that; one that does not read it is no fault."""
    if process.stdin is not None:
        with suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(body)
            await process.stdin.drain()
        process.stdin.close()


@contextmanager
def _heard() -> Iterator[tuple[bytearray, int]]:
    """The end of what is written to a pipe while this is open, and the pipe's end to write to."""
    said = bytearray()
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    loop = asyncio.get_running_loop()

    def take() -> None:
        try:
            data = os.read(readable, 65_536)
        except BlockingIOError:
            return
        said.extend(data)
        del said[:-SAID_BYTES]
        if not data:
            loop.remove_reader(readable)

    loop.add_reader(readable, take)
    try:
        yield said, writable
    finally:
        os.close(writable)
        take()  # what came since the loop last looked
        loop.remove_reader(readable)
        os.close(readable)
