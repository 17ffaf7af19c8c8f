"""The command `cuegraph`: this module says what can be asked, the others do it.

They are imported by the commands that need them alone, so that `cuegraph --help` answers at once.

Exit codes: 0 ok, 1 failed, 2 usage, 3 partly done, 4 store unreachable, 130 interrupted,
141 when the reader of the output has closed it.
"""

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cuegraph.cli.terminal import rim

STORE_URL = "sqlite:///cuegraph.db"

Store = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="CUEGRAPH_STORE",
        help="sqlite:///file.db, sqlite:////absolute/file.db, neo4j://host or bolt://host.",
    ),
]
Namespace = Annotated[
    str, typer.Option("--namespace", envvar="CUEGRAPH_NAMESPACE", help="One memory of the store.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Speakers = Annotated[
    list[str] | None, typer.Option("--speaker", help="Only what this speaker said; repeatable.")
]
Conversations = Annotated[
    list[str] | None, typer.Option("--conversation", help="Only this conversation; repeatable.")
]
Home = Annotated[Path | None, typer.Option(help="Folder of the server; default: your user's.")]

app = typer.Typer(
    name="cuegraph",
    help="A memory for conversations: import logs, recall by spreading activation.",
    epilog="Exit codes: 0 ok, 1 failed, 2 usage, 3 partly done, 4 store unreachable.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: the same in every terminal, and rich costs 80 ms to load
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
models = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
neo4j = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(models, name="models", help="Prepare and show the language models.")
app.add_typer(neo4j, name="neo4j", help="Run a Neo4j server of your own, without Docker.")


def main() -> None:
    """Run the command line; the entry point of `cuegraph` and `python -m cuegraph`."""
    # Threads of BLAS wait for one another on products as small as ours: twice the CPU for nothing.
    # Read when numpy is first imported; worker processes inherit it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # data is UTF-8 whatever the locale
    app()


@app.callback()
def start(
    context: typer.Context,
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """A memory for conversations: import logs, recall by spreading activation."""
    context.obj = debug


@app.command("import")
def import_(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files; - is stdin.")],
    *,
    store: Store = STORE_URL,
    namespace: Namespace = "default",
    format_: Annotated[
        str, typer.Option("--format", help="auto, or the name of a format: cuegraph-jsonl.")
    ] = "auto",
    recorded_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When the memory learned it; default: now.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=0, max=64, help="Processes beside this one; default: by the size."),
    ] = None,
    quarantine: Annotated[
        Path | None,
        typer.Option(help="Where rejected records go; default: beside the store."),
    ] = None,
    is_json: Json = False,
) -> None:
    """Add the messages of files to a memory.

    Importing again adds only what is missing. Files may be packed with gzip.

    A line of the format cuegraph-jsonl is {"conversation", "session", "id", "speaker", "role",
    "text", "timestamp"}; only "text" must be there, other keys are kept as metadata.
    """
    with rim(debug=context.obj):
        from cuegraph.cli.importing import ImportOptions, run_import

        options = ImportOptions(
            paths=paths,
            store=store,
            namespace=namespace,
            format=format_,
            recorded_at=recorded_at,
            workers=workers,
            quarantine=quarantine,
            is_json=is_json,
        )
        raise typer.Exit(run_import(options))


@app.command()
def recall(
    context: typer.Context,
    cue: Annotated[list[str] | None, typer.Argument(metavar="CUE", help="What to recall.")] = None,
    *,
    store: Store = STORE_URL,
    namespace: Namespace = "default",
    limit: Annotated[int, typer.Option("-k", "--limit", min=1, help="How many hits.")] = 10,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="The asking time; default: now.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="TIME", help="Leave out what was said later.")
    ] = None,
    speakers: Speakers = None,
    conversations: Conversations = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Message (the default), Event, Person, …; repeatable."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Said at this time or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Said before this time.")
    ] = None,
    cues: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help='Answer many: JSON lines {"qid", "cue", "namespace", "now", "k"}; - is stdin.',
        ),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=WEIGHT,…",
            help="What each signal counts: words, vectors, entities, times, activation.",
        ),
    ] = None,
    is_json: Json = False,
) -> None:
    """Recall what a memory holds for a cue, best first, with citations.

    Times are ISO 8601, such as 2024-05-01 or 2024-05-01T09:30:00Z. With --cues, options of the
    command hold where a line says nothing, and answers are JSON lines in the order of the cues.
    """
    with rim(debug=context.obj):
        from cuegraph.cli.recalling import RecallOptions, run_cues, run_recall
        from cuegraph.errors import UsageError

        if bool(cue) == bool(cues):
            raise UsageError("recall takes a cue or --cues", hint="Give one of the two.")
        options = RecallOptions(
            cue=" ".join(cue or ()),
            store=store,
            namespace=namespace,
            limit=limit,
            now=now,
            as_of=as_of,
            speakers=tuple(speakers or ()),
            conversations=tuple(conversations or ()),
            kinds=tuple(kinds or ()),
            since=since,
            until=until,
            weights=weights,
            is_json=is_json,
        )
        raise typer.Exit(run_cues(cues, options) if cues else run_recall(options))


@app.command()
def serve(
    context: typer.Context,
    *,
    store: Store = STORE_URL,
    namespace: Namespace = "default",
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Listen where other machines can reach it.")
    ] = False,
    host_names: Annotated[
        list[str] | None,
        typer.Option("--host-name", help="Name that others call this machine by; repeatable."),
    ] = None,
) -> None:
    """Serve GraphQL, with GraphiQL to try it, until stopped.

    The namespace is the one that a query gets when it names none.
    """
    with rim(debug=context.obj):
        from cuegraph.cli.serving import run_serve

        code = run_serve(
            store,
            namespace,
            host,
            port,
            allow_remote=allow_remote,
            host_names=host_names or (),
        )
        raise typer.Exit(code)


@app.command()
def export(
    context: typer.Context, *, store: Store = STORE_URL, namespace: Namespace = "default"
) -> None:
    """Print a memory as sorted JSON lines.

    The same log gives the same bytes, whatever the store and however it was imported.
    """
    with rim(debug=context.obj):
        from cuegraph.cli.keeping import run_export

        raise typer.Exit(run_export(store, namespace))


@app.command()
def forget(
    context: typer.Context,
    *,
    store: Store = STORE_URL,
    namespace: Namespace = "default",
    messages: Annotated[
        list[str] | None, typer.Option("--message", metavar="ID", help="External id; repeatable.")
    ] = None,
    conversations: Annotated[
        list[str] | None, typer.Option("--conversation", help="All of it; repeatable.")
    ] = None,
    speakers: Annotated[
        list[str] | None, typer.Option("--speaker", help="All that they said; repeatable.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="TIME", help="All that was said before.")
    ] = None,
    ids: Annotated[
        str | None, typer.Option(metavar="FILE", help="External ids, one a line; - is stdin.")
    ] = None,
    is_dry: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    is_sure: Annotated[
        bool, typer.Option("--yes", help="Do not ask; without a terminal nobody is asked.")
    ] = False,
    is_json: Json = False,
) -> None:
    """Forget messages, and all that only they support.

    Afterwards the memory is one that never saw them. A message goes if any option names it.
    """
    with rim(debug=context.obj):
        from cuegraph.cli.keeping import ForgetOptions, run_forget

        options = ForgetOptions(
            store=store,
            namespace=namespace,
            messages=messages or (),
            conversations=conversations or (),
            speakers=speakers or (),
            before=before,
            ids=ids,
            is_dry=is_dry,
            is_sure=is_sure,
            is_json=is_json,
        )
        raise typer.Exit(run_forget(options))


@app.command()
def rebuild(
    context: typer.Context,
    *,
    store: Store = STORE_URL,
    namespace: Namespace = "default",
    workers: Annotated[int, typer.Option(min=0, max=64, help="Processes beside this one.")] = 2,
) -> None:
    """Derive the graph anew from the log.

    It is derived with the code, models and settings at hand, and replaces the old one at once.
    """
    with rim(debug=context.obj):
        from cuegraph.cli.keeping import run_rebuild

        raise typer.Exit(run_rebuild(store, namespace, workers))


@app.command()
def check(
    context: typer.Context,
    *,
    store: Store = STORE_URL,
    namespace: Namespace = "default",
    is_json: Json = False,
) -> None:
    """Compare the stored graph with what the log gives; 1 if they differ."""
    with rim(debug=context.obj):
        from cuegraph.cli.keeping import run_check

        raise typer.Exit(run_check(store, namespace, is_json=is_json))


@app.command()
def stats(
    context: typer.Context,
    *,
    store: Store = STORE_URL,
    namespace: Annotated[
        str | None,
        typer.Option(envvar="CUEGRAPH_NAMESPACE", help="One memory; default: each of the store."),
    ] = None,
    is_json: Json = False,
) -> None:
    """Count what the store holds."""
    with rim(debug=context.obj):
        from cuegraph.cli.keeping import run_stats

        raise typer.Exit(run_stats(store, namespace, is_json=is_json))


@app.command()
def doctor(context: typer.Context, *, store: Store = STORE_URL, is_json: Json = False) -> None:
    """Look whether all that is needed is there, and say what to do."""
    with rim(debug=context.obj):
        from cuegraph.cli.health import run_doctor

        raise typer.Exit(run_doctor(store, is_json=is_json))


@app.command()
def demo(
    context: typer.Context,
    *,
    store: Store = STORE_URL,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Default: 8000, or a free one.")
    ] = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the answers.")] = False,
) -> None:
    """Import a sample conversation, answer five cues, and serve.

    The sample goes into the namespace demo; `cuegraph serve` says what is served.
    """
    with rim(debug=context.obj):
        from cuegraph.cli.serving import run_demo

        raise typer.Exit(run_demo(store, port, is_served=not no_serve))


@models.command()
def prepare(context: typer.Context) -> None:
    """Build the embedding model from its installed package; needs no network."""
    with rim(debug=context.obj):
        from cuegraph.cli.health import run_prepare

        raise typer.Exit(run_prepare())


@models.command("status")
def models_status(context: typer.Context, *, is_json: Json = False) -> None:
    """Show which models are used, and whether they load."""
    with rim(debug=context.obj):
        from cuegraph.cli.health import run_models_status

        raise typer.Exit(run_models_status(is_json=is_json))


@neo4j.command()
def up(
    context: typer.Context,
    *,
    home: Home = None,
    bolt_port: Annotated[int, typer.Option(min=1, max=65535)] = 7687,
    http_port: Annotated[int, typer.Option(min=1, max=65535)] = 7474,
    heap_mib: Annotated[int, typer.Option(min=128, help="Memory of its heap.")] = 512,
    is_json: Json = False,
) -> None:
    """Start Neo4j unless it runs; the first time, Maven fetches it. Needs Java 17 or later."""
    with rim(debug=context.obj):
        from cuegraph.cli.servers import run_up

        raise typer.Exit(run_up(home, bolt_port, http_port, heap_mib, is_json=is_json))


@neo4j.command()
def down(context: typer.Context, *, home: Home = None, is_json: Json = False) -> None:
    """End the Neo4j that `up` started; what it holds stays."""
    with rim(debug=context.obj):
        from cuegraph.cli.servers import run_down

        raise typer.Exit(run_down(home, is_json=is_json))


@neo4j.command("status")
def neo4j_status(
    context: typer.Context,
    *,
    home: Home = None,
    is_json: Json = False,
    is_password_shown: Annotated[
        bool, typer.Option("--show-password", help="Print the password of the user neo4j.")
    ] = False,
) -> None:
    """Show how that Neo4j stands; exit code 1 if it does not run."""
    with rim(debug=context.obj):
        from cuegraph.cli.servers import run_status

        raise typer.Exit(run_status(home, is_json=is_json, is_password_shown=is_password_shown))
