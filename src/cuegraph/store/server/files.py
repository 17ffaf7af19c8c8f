"""Files that only their owner may read, and a lock between processes."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cuegraph.errors import StoreError

POLL_S: Final = 0.1


def write_private(path: Path, text: str) -> None:
    """Replaces the file as a whole; mode 0600 from its first byte on."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(text.encode())
    part.replace(path)


@contextmanager
def exclusive(lock: Path, timeout_s: float) -> Generator[None]:
    """Holds the lock file for one process at a time; the lock falls with the process that held it.

    Raises StoreError when another process still holds it after `timeout_s`.
    """
    deadline_s = time.monotonic() + timeout_s
    with lock.open("ab") as held:
        while not _try_lock(held.fileno()):
            if time.monotonic() > deadline_s:
                raise StoreError(
                    f"another process has held {lock} for over {timeout_s:g} s",
                    hint="Wait for it, or end it, and run the same command again.",
                )
            time.sleep(POLL_S)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
