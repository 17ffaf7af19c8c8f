"""`python -m bench [quality|speed]`: see README.md."""

import argparse
import fcntl
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench import quality, speed
from bench.data import DATA_VARIABLE, known_sets
from cuegraph.errors import CuegraphError, UsageError

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT.parent / "shared" / "data"
CACHE: Final = ROOT / "build" / "bench"
RESULTS: Final = ROOT / "bench" / "results"
NONE: Final = "none"


def main(arguments: Sequence[str]) -> int:
    """Run the command; what goes wrong ends it with one line on stderr."""
    parser = _parser()
    # Without a word, quality: `make bench ARGS=--full` should not have to say it.
    is_named = bool(arguments) and arguments[0] in {"quality", "speed", "-h", "--help"}
    options = parser.parse_args(arguments if is_named else ["quality", *arguments])
    try:
        with _held(options.cache):
            return _speed(options) if options.command == "speed" else _quality(options)
    except CuegraphError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("Interrupted; what was written stays.", file=sys.stderr)
        return 130


def _quality(options: argparse.Namespace) -> int:
    known = known_sets(options.data)
    quality.measure(
        quality.Options(
            data=options.data,
            sets=_chosen(options.sets, known, "sets") or known,
            quick=not options.full,
            fresh=options.fresh,
            ablation=_chosen(options.ablation, list(quality.ABLATION), "ablation"),
            cache=options.cache,
            results=options.results,
        )
    )
    return 0


def _speed(options: argparse.Namespace) -> int:
    speed.measure(
        speed.Options(
            parts=_chosen(options.parts, list(speed.PARTS), "parts") or list(speed.PARTS),
            memories=options.memories,
            neo4j=options.neo4j,
            neo4j_memories=options.neo4j_memories,
            cache=options.cache,
            results=options.results,
        )
    )
    return 0


@contextmanager
def _held(cache: Path) -> Generator[None]:
    """The cache folder, for one run at a time: two would import into the same stores."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            raise UsageError(
                f"Another run of the benchmark uses {cache}.",
                hint="Wait for it, or name another folder with --cache.",
            ) from cause
        yield


def _chosen(text: str, known: Sequence[str], option: str) -> list[str]:
    """The names in a list with commas, in the known order; `none` and the empty text name none."""
    names = {name.strip() for name in text.split(",") if name.strip()} - {NONE}
    if unknown := sorted(names - set(known)):
        raise UsageError(
            f"--{option}: no {', '.join(unknown)}.", hint=f"Choose of {', '.join(known)}."
        )
    return [name for name in known if name in names]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    scoring = commands.add_parser("quality", help="recall against baselines, on the data sets")
    named = os.environ.get(DATA_VARIABLE)
    scoring.add_argument(
        "--data",
        type=Path,
        default=Path(named) if named else DATA,
        help=f"folder of the data sets (or set {DATA_VARIABLE})",
    )
    scoring.add_argument("--sets", default="", help="locomo,beam100k,... (default: all)")
    size = scoring.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="parts of the large sets (the default)")
    size.add_argument("--full", action="store_true", help="every conversation")
    scoring.add_argument(
        "--ablation",
        default=",".join(quality.ABLATION),
        help=f"rows of the ablation, or {NONE} (default: %(default)s)",
    )
    scoring.add_argument("--fresh", action="store_true", help="import anew, whatever is cached")
    timing = commands.add_parser("speed", help="times, on generated conversations")
    timing.add_argument("--parts", default="", help=f"of {', '.join(speed.PARTS)} (default: all)")
    timing.add_argument("--memories", type=int, default=100_000, help="messages (%(default)s)")
    timing.add_argument("--neo4j", metavar="URL", help="also measure this server")
    timing.add_argument(
        "--neo4j-memories", type=int, default=10_000, help="messages copied to it (%(default)s)"
    )
    for command in (scoring, timing):
        command.add_argument("--cache", type=Path, default=CACHE, help="stores and vectors kept")
        command.add_argument("--results", type=Path, default=RESULTS, help="where tables go")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
