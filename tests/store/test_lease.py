from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from victron_console.model.clock import ManualClock
from victron_console.store.errors import LeaseHeld, StoreReadOnly
from victron_console.store.lease import Lease, lease_holder

HOLD = """
import sys
from pathlib import Path
from victron_console.model.clock import ManualClock
from victron_console.store.lease import Lease
lease = Lease(Path(sys.argv[1]), ManualClock(5.0))
print("held", flush=True)
sys.stdin.read()
"""


def test_second_collector_hears_who_holds_the_lease(path: Path, clock: ManualClock) -> None:
    assert lease_holder(path) is None
    with Lease(path, clock) as lease:
        assert lease_holder(path) == lease.holder
        with pytest.raises(LeaseHeld, match=f"process {os.getpid()} on .* since 2025-11-23T12:00:00"):
            Lease(path, clock)
    assert lease_holder(path) is None
    lease.release()
    Lease(path, clock).release()


def test_killed_holder_frees_the_lease_at_once(path: Path, clock: ManualClock) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        holder = lease_holder(path)
        assert holder is not None
        assert (holder.pid, holder.since) == (other.pid, 5.0)
        with pytest.raises(LeaseHeld, match=str(other.pid)):
            Lease(path, clock)
        other.kill()
    with Lease(path, clock) as lease:
        assert lease.holder.pid == os.getpid()


def test_folder_without_room_for_a_lock_file_is_said_to_be(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreReadOnly, match="lease"):
        Lease(tmp_path / "file" / "store.db", clock)
