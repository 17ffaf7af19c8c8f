"""The bundled sample log: conversations of invented people, written for the project."""

from pathlib import Path

_LOG = "conversation.jsonl"


def path() -> Path:
    """Return the path of the sample log; its demo cues lie beside it in `cues.jsonl`."""
    return Path(__file__).with_name(_LOG)
