"""Where the program meets the shell: data to stdout, the rest to stderr, errors as one line."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Generator
from typing import Any, Final

import typer

from cuegraph.errors import CuegraphError

FAILED: Final = 1
PARTLY: Final = 3
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells have it
PIPE_CLOSED: Final = 141  # 128 + SIGPIPE: the reader has had enough


@contextlib.contextmanager
def rim(*, debug: bool) -> Generator[None]:
    """Runs a command; a failure ends it with one line on stderr, or with `debug` a traceback."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # a closed pipe shows here, not at the interpreter's end
    except (typer.Exit, typer.Abort):
        raise
    except CuegraphError as error:
        if debug:
            raise
        say_error(error)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        say("Interrupted. What was committed stays.")
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:
        # What the interpreter still flushes at its end must go somewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(PIPE_CLOSED) from error
    except Exception as error:
        if debug:
            raise
        hint = "This is a fault of Cuegraph's. Run `cuegraph --debug …` and report what it prints."
        say(f"[INTERNAL] {type(error).__name__}: {error} {hint}")
        raise typer.Exit(FAILED) from error


def say(line: str) -> None:
    """One line for a person, on stderr."""
    print(printable(" ".join(line.split())), file=sys.stderr, flush=True)  # noqa: T201


def say_error(error: CuegraphError, *, where: str = "") -> None:
    """The error on one line: its code, what was found, and what to do."""
    message = error.message.rstrip()
    stop = "" if message.endswith((".", "!", "?", ":")) else "."
    say(f"{where}[{error.code}] {message}{stop} {error.hint}")


def put(line: str) -> None:
    """One line of output, on stdout."""
    print(line)  # noqa: T201


def put_json(value: Any) -> None:  # noqa: ANN401 - any JSON
    """One JSON document on one line, on stdout."""
    put(json.dumps(value, ensure_ascii=False))


def counted(count: int, noun: str) -> str:
    """`1 message`, `2 messages`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def printable(text: str) -> str:
    """The text without what would steer a terminal: logs hold whatever people have pasted."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


@contextlib.contextmanager
def progress(what: str) -> Generator[Callable[[str, int, int], None]]:
    """A live line on stderr; the callable takes (step, done, of), 0 for a total that is unknown.

    Where stderr is no terminal, nothing is shown.
    """
    if not sys.stderr.isatty():
        yield lambda _step, _done, _of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def show(step: str, done: int, of: int) -> None:
            bar.update(task, description=step or what, completed=done, total=of or None)

        yield show
