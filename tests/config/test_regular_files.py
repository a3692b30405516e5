from __future__ import annotations

import os
from pathlib import Path

import pytest

from victron_console.config.regular import read_regular


def test_a_file_is_read_up_to_the_limit_and_refused_beyond(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"x = 1\r\n")
    assert read_regular(file, 7) == "x = 1\n"
    with pytest.raises(ValueError, match="larger than"):
        read_regular(file, 6)


def test_pipes_and_devices_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    endless = tmp_path / "endless.toml"
    endless.symlink_to("/dev/zero")
    for path in (pipe, endless):
        with pytest.raises(ValueError, match="no regular file"):
            read_regular(path, 1000)
