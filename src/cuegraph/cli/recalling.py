"""`cuegraph recall`: one cue for a person or a program, or many in one process."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any, BinaryIO, Final

from rich.console import Console
from rich.text import Text

from cuegraph.cli.terminal import FAILED, PARTLY, printable, put_json, say, say_error
from cuegraph.engine.engine import Engine
from cuegraph.errors import InputError, LoaderError, UsageError
from cuegraph.loaders.jsonl import JsonlLoader
from cuegraph.schema.graph import Node
from cuegraph.schema.log import Message, Reject
from cuegraph.schema.recall import Cue, Hit, Recall
from cuegraph.schema.settings import Limits, RecallSettings
from cuegraph.schema.text import shorten
from cuegraph.wiring import SystemClock, make_cue, open_engine

BAR_CELLS: Final = 10
QUOTE_CHARACTERS: Final = 400
STEP_CHARACTERS: Final = 60
STDIN: Final = "-"
WEIGHT_SUFFIX: Final = "_weight"
WEIGHT_MAX: Final = 100.0  # guess: enough to make one signal drown the others


@dataclass(frozen=True, slots=True)
class RecallOptions:
    """The options of the command, as they came."""

    cue: str
    store: str
    namespace: str
    limit: int
    now: str | None
    as_of: str | None
    speakers: tuple[str, ...]
    conversations: tuple[str, ...]
    kinds: tuple[str, ...]
    since: str | None
    until: str | None
    weights: str | None
    is_json: bool


def run_recall(options: RecallOptions) -> int:
    """Answers one cue."""
    engine = _opened(options)
    try:
        recall = engine.recall(options.namespace, _cue(options))
        if options.is_json:
            put_json(recall_fields(recall))
        else:
            show_recall(engine, options.namespace, recall)
    finally:
        engine.close()
    return 0


def run_cues(cues: str, options: RecallOptions) -> int:
    """Answers a file of cues, a line each, in order; a bad line is told on stderr and left out."""
    engine = _opened(options)
    try:
        if cues == STDIN:
            return _answer_all(engine, "<stdin>", sys.stdin.buffer, options)
        try:
            stream = Path(cues).open("rb")  # noqa: SIM115 - closed below, apart from this error
        except OSError as error:
            raise LoaderError(f"{cues}: cannot be read ({error})", hint="Check --cues.") from error
        with stream:
            return _answer_all(engine, cues, stream, options)
    finally:
        engine.close()


def recall_fields(recall: Recall) -> dict[str, Any]:
    """The documented object of `--json`."""
    return {
        "cue": recall.cue,
        "hits": [_hit_fields(hit) for hit in recall.hits],
        "confidence": recall.confidence,
        "system": recall.system,
    }


def show_recall(engine: Engine, namespace: str, recall: Recall) -> None:
    """The answer for a person, on stdout: words, who and when, why, and the way activation came."""
    console = Console(highlight=False, soft_wrap=True)
    if not recall.hits:
        console.print(Text("Nothing comes to mind for this cue.", "yellow"))
        return
    cited = [citation.message_id for hit in recall.hits for citation in hit.citations]
    messages = engine.nodes(namespace, cited)
    best = recall.hits[0].score or 1.0
    for number, hit in enumerate(recall.hits, 1):
        console.print(_shown_hit(number, hit, best, messages))
    console.print(Text(f"confidence {recall.confidence:.2f}", "dim"))


def _opened(options: RecallOptions) -> Engine:
    weights = _weights(options.weights) if options.weights else RecallSettings()
    return open_engine(options.store, must_exist=True, recall=weights)


def _weights(text: str) -> RecallSettings:
    """The settings with what the text says in its place: `words=1,vectors=0`."""
    names = [f.name for f in fields_of(RecallSettings) if f.name.endswith(WEIGHT_SUFFIX)]
    known = ", ".join(name.removesuffix(WEIGHT_SUFFIX) for name in names)
    hint = f"Write NAME=WEIGHT,…, with weights from 0 to {WEIGHT_MAX:g}; names are {known}."
    given: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        key = name.strip() + WEIGHT_SUFFIX
        if key not in names or key in given:
            problem = "given twice" if key in given else "no signal of recall"
            raise UsageError(f"{shorten(name.strip(), 40)!r} is {problem}", hint=hint)
        try:
            given[key] = float(number)
        except ValueError as error:
            message = f"{shorten(number, 40)!r} is no weight for {name.strip()}"
            raise UsageError(message, hint=hint) from error
        if not 0 <= given[key] <= WEIGHT_MAX:  # refuses nan, too
            raise UsageError(f"the weight of {name.strip()} is {number.strip()}", hint=hint)
    return replace(RecallSettings(), **given)


def _answer_all(engine: Engine, name: str, stream: BinaryIO, options: RecallOptions) -> int:
    good = bad = 0
    for record in JsonlLoader().read(stream, Limits()):
        try:
            if isinstance(record, Reject):
                raise InputError(record.reason)  # noqa: TRY301 - one report for all bad lines
            asked, qid = _with_line(options, record.fields)
            answer = engine.recall(asked.namespace, _cue(asked))
        except InputError as error:
            bad += 1
            say_error(error, where=f"{name}:{record.line}: ")
            continue
        good += 1
        put_json({"qid": qid, **recall_fields(answer)})
        sys.stdout.flush()
    if not good:
        say(f"No cue answered: {bad} of {bad} lines of {name} are bad.")
        return FAILED
    if bad:
        say(f"{bad} of {good + bad} lines of {name} are bad.")
        return PARTLY
    return 0


def _with_line(
    options: RecallOptions, fields: Mapping[str, object]
) -> tuple[RecallOptions, str | int | None]:
    """The options with what the line says in their place; keys that are not ours are let be."""
    qid, k = fields.get("qid"), fields.get("k", options.limit)
    if not isinstance(qid, str | int | None) or isinstance(qid, bool):
        raise UsageError("'qid' is neither a string nor a number", hint="Correct the line.")
    if not isinstance(k, int) or isinstance(k, bool):
        raise UsageError("'k' is not a whole number", hint="Correct the line.")
    return replace(
        options,
        cue=_string(fields, "cue", None),
        namespace=_string(fields, "namespace", options.namespace),
        now=_string(fields, "now", options.now or "") or None,
        limit=k,
    ), qid


def _string(fields: Mapping[str, object], key: str, default: str | None) -> str:
    value = fields.get(key)
    value = default if value is None else value
    if not isinstance(value, str):
        raise UsageError(
            f"{key!r} is missing or no string",
            hint='Write it like {"qid": "1", "cue": "…", "namespace": "…", "now": "…", "k": 5}.',
        )
    return value


def _cue(options: RecallOptions) -> Cue:
    return make_cue(
        options.cue,
        limit=options.limit,
        now=options.now,
        as_of=options.as_of,
        speakers=options.speakers,
        conversations=options.conversations,
        kinds=options.kinds,
        since=options.since,
        until=options.until,
        clock=SystemClock(),
    )


def _hit_fields(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "kind": hit.kind,
        "name": hit.name,
        "score": hit.score,
        "contributions": dict(sorted(hit.contributions.items())),
        "path": [
            {
                "id": step.id,
                "kind": step.kind,
                "name": step.name,
                "via": step.via,
                "activation": step.activation,
            }
            for step in hit.path
        ],
        "citations": [
            {
                "externalId": citation.external_id,
                "conversation": citation.conversation,
                "start": citation.start,
                "end": citation.end,
            }
            for citation in hit.citations
        ],
    }


def _shown_hit(number: int, hit: Hit, best: float, messages: Mapping[str, Node | Message]) -> Text:
    cells = max(1, round(BAR_CELLS * hit.score / best))
    text = Text(f"{number:>2} ", "bold")
    text.append("█" * cells, "green").append("░" * (BAR_CELLS - cells), "dim")
    text.append(f" {hit.score:.3f}  ", "bold")
    text.append(f"{hit.kind} ", "cyan") if hit.kind != "Message" else text
    text.append(f"{_one_line(hit.text, QUOTE_CHARACTERS)}\n")
    for citation in hit.citations:
        message = messages.get(citation.message_id)
        if isinstance(message, Message):
            who = f"{message.speaker}, {message.sent_at or 'time unknown'}"
            place = f"{citation.conversation} {citation.external_id}"
            text.append(f"   — {_one_line(who, QUOTE_CHARACTERS)}", "italic")
            text.append(f"  [{_one_line(place, QUOTE_CHARACTERS)}]", "blue")
            if hit.kind != "Message":
                quote = message.text[citation.start : citation.end]
                text.append(f"  “{_one_line(quote, QUOTE_CHARACTERS)}”")
            text.append("\n")
    parts = "  ".join(f"{name} {value:.3f}" for name, value in sorted(hit.contributions.items()))
    text.append(f"   {parts}\n", "dim")
    return text.append(f"   {_path(hit)}\n", "dim")


def _path(hit: Hit) -> str:
    """«a -[TYPE]-> b»; a path of one node is a seed: the cue itself led there."""
    if len(hit.path) < 2:
        return "the cue itself led here"
    shown = [f"«{_one_line(hit.path[0].name, STEP_CHARACTERS)}»"]
    shown += [f"-[{s.via}]-> «{_one_line(s.name, STEP_CHARACTERS)}»" for s in hit.path[1:]]
    return " ".join(shown)


def _one_line(text: str, length: int) -> str:
    return printable(shorten(text, length))
