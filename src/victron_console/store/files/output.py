"""Files for other people: a file has its name once it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from victron_console.store.errors import StoreReadOnly


@contextmanager
def completing(target: Path) -> Iterator[Path]:
    """Gives the path to write to; the file takes the name `target` where everything inside succeeded.

    Raises:
        StoreReadOnly: it cannot be written; no part of it stays.
    """
    is_device = target.exists() and not target.is_file()  # /dev/null and pipes are written, never replaced
    unfinished = target if is_device else target.with_name(f"{target.name}.part")
    try:
        yield unfinished
        if not is_device:
            unfinished.replace(target)
    except OSError as error:
        raise StoreReadOnly(f"{target} cannot be written ({error.strerror}): name another file") from error
    finally:
        if not is_device:
            unfinished.unlink(missing_ok=True)
