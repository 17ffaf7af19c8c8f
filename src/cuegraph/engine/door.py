"""The one door into the log: drafts become messages, or are refused with a reason. Nothing is dropped in silence."""

import json
from typing import Any, Final

from cuegraph.schema.ids import canonical_json
from cuegraph.schema.log import Draft, Message, Reject, make_message
from cuegraph.schema.settings import Limits
from cuegraph.schema.text import normalise_json, normalise_text, normalise_time, shorten

KEYS: Final = (
    "conversation",
    "session",
    "id",
    "speaker",
    "role",
    "text",
    "timestamp",
    "ordinal",
)
EXCERPT_CHARACTERS: Final = 200
TIMELESS_SESSION: Final = ""


def admit(draft: Draft, *, namespace: str, recorded_at: str, limits: Limits) -> Message | Reject:
    """The message that a draft is, or why it is none."""
    try:
        return _message(draft, namespace, recorded_at, limits)
    except ValueError as error:
        return Reject(draft.line, str(error), excerpt(draft.fields))


def excerpt(fields: object) -> str:
    """The beginning of a record, for a report."""
    try:
        text = json.dumps(fields, ensure_ascii=True, default=repr)
    except (ValueError, RecursionError):
        text = repr(type(fields))
    return shorten(text, EXCERPT_CHARACTERS)


def _message(draft: Draft, namespace: str, recorded_at: str, limits: Limits) -> Message:
    fields = draft.fields
    text = _text(fields, limits)
    sent_at = _time(fields.get("timestamp"))
    conversation = _name(fields, "conversation", limits) or "default"
    role = _name(fields, "role", limits) or "other"
    # A conversation without sessions is cut by the day: sessions stay bounded, whatever the source.
    session = _name(fields, "session", limits) or (sent_at[:10] if sent_at else TIMELESS_SESSION)
    extra = {str(k): v for k, v in fields.items() if k not in KEYS}
    metadata = canonical_json(normalise_json(extra))
    if len(metadata.encode()) > limits.metadata_bytes_max:
        raise ValueError(f"extra keys of more than {limits.metadata_bytes_max} bytes")
    return make_message(
        namespace,
        conversation=conversation,
        session=session,
        external_id=_name(fields, "id", limits) or f"line-{draft.line}",
        speaker=_name(fields, "speaker", limits) or role,
        role=role,
        text=text,
        sent_at=sent_at,
        recorded_at=recorded_at,
        ordinal=_ordinal(fields.get("ordinal")),
        metadata=metadata,
    )


def _text(fields: Any, limits: Limits) -> str:
    if "text" not in fields:
        raise ValueError("no key 'text'")
    text = fields["text"]
    if not isinstance(text, str):
        raise ValueError(f"'text' is {type(text).__name__}, not a string")
    if len(text) > limits.text_characters_max:
        raise ValueError(f"a text of more than {limits.text_characters_max} characters")
    text = normalise_text(text)
    if not text.strip():
        raise ValueError("the text is empty")
    return text


def _name(fields: Any, key: str, limits: Limits) -> str:
    value = fields.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{key!r} is {type(value).__name__}, not a string")
    name = normalise_text(str(value)).strip()
    if len(name) > limits.name_characters_max:
        raise ValueError(f"{key!r} of more than {limits.name_characters_max} characters")
    return name


def _time(value: object) -> str | None:
    try:
        return normalise_time(value)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"'timestamp': {error}") from error


def _ordinal(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**12:
        raise ValueError("'ordinal' is not a whole number from 0 to 10^12")
    return value
