"""The server as a process: told from others by its home, ended by its own id and nothing else."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cuegraph.errors import StoreError
from cuegraph.store.server.files import POLL_S

KILL_TIMEOUT_S: Final = 10.0  # after SIGKILL only the kernel's own work is left
EXEC_TIMEOUT_S: Final = 2.0  # it takes microseconds; threads of the kernel never get one
_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """A living process: its command line, resident memory and age."""

    command: str
    memory_mib: int
    uptime_s: int


def home_argument(home: Path) -> str:
    """The argument by which the server of this home is told from any other process."""
    return f"--home-dir={home}"


def own_process(home: Path, pid: int) -> Process | None:
    """The process of that id if it is this home's server; ids are used again after a restart."""
    look = process_from_proc if _PROC.joinpath("self").exists() else process_from_ps
    deadline_s = time.monotonic() + EXEC_TIMEOUT_S
    process = look(pid)
    # For a moment between fork and exec a process has no command line.
    while process is not None and not process.command and time.monotonic() < deadline_s:
        time.sleep(POLL_S / 10)
        process = look(pid)
    if process is None or f" {home_argument(home)} " not in f" {process.command} ":
        return None
    return process


def end_process(home: Path, pid: int, timeout_s: float) -> None:
    """Asks the server to end, and after `timeout_s` makes it; returns when it is gone."""
    for sign, wait_s in ((signal.SIGTERM, timeout_s), (signal.SIGKILL, KILL_TIMEOUT_S)):
        if own_process(home, pid) is None:
            return
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        except PermissionError as cause:
            raise StoreError(
                f"the server of {home}, process {pid}, belongs to another user",
                hint="Run the same command as that user.",
            ) from cause
        deadline_s = time.monotonic() + wait_s
        while own_process(home, pid) is not None and time.monotonic() < deadline_s:
            time.sleep(POLL_S)
    if own_process(home, pid) is not None:
        raise StoreError(
            f"the server of {home}, process {pid}, does not end",
            hint="Look at its disk: a process that waits for one cannot be killed.",
        )


def process_from_proc(pid: int) -> Process | None:
    """The process as Linux tells it, without any program to ask."""
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace")
        memory = (_PROC / str(pid) / "statm").read_text("ascii").split()
        # The name in parentheses may hold blanks; what follows it is field 3 and on.
        fields = (
            (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        )
        since_boot_s = float((_PROC / "uptime").read_text("ascii").split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in "ZX":
        return None  # ended, and waiting for its parent to notice
    started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return Process(
        command=command.replace("\0", " ").strip(),
        memory_mib=int(memory[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20,
        uptime_s=max(0, int(since_boot_s - started_s)),
    )


def process_from_ps(pid: int) -> Process | None:
    """The process as `ps` tells it, for systems without /proc (macOS)."""
    ps = shutil.which("ps") or "/bin/ps"
    answer = subprocess.run(  # noqa: S603  a fixed program, and a number
        [ps, "-ww", "-o", "rss=,etime=,args=", "-p", str(pid)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
        timeout=KILL_TIMEOUT_S,
    )
    if answer.returncode != 0:
        return None
    memory_kib, age, command = answer.stdout.strip().split(maxsplit=2)
    return Process(command, int(memory_kib) // 1024, _age_s(age))


def _age_s(age: str) -> int:
    """`[[days-]hours:]minutes:seconds` as seconds."""
    days, _, clock = age.rpartition("-")
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return int(days or 0) * 86400 + seconds
