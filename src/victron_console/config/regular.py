"""Reads a file that an operator dropped into a folder: a regular one, and no more of it than is bearable."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_regular(path: Path, most_bytes: int) -> str:
    """The UTF-8 text of a regular file. A pipe or a device is refused, not waited for.

    Raises:
        OSError: it cannot be opened or read.
        ValueError: it is no regular file, larger than `most_bytes` or no UTF-8 text; the message is half a sentence.
    """
    # O_NONBLOCK: opening a pipe that nobody writes would wait for ever, before its kind is known.
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is no regular file")
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise ValueError(f"the file is larger than {most_bytes // 1_000_000} MB")
    return content.decode("utf-8").replace("\r\n", "\n")
