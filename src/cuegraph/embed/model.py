"""A folder with a sentence-embedding model, its manifest and its checksums.

The manifest, `manifest.json`, names everything an encoder needs. `cuegraph models prepare` writes
one for the default model; written by hand, it puts any other ONNX model in its place:

    {
      "format": 1,
      "name": "all-minilm-l6-v2-int8",
      "version": "1",
      "dim": 384,
      "tokensMax": 256,
      "model": {"file": "model.int8.onnx", "sha256": "<64 hex digits>"},
      "tokenizer": {"file": "tokenizer.json", "sha256": "<64 hex digits>"},
      "source": "<where the weights came from; free text, may be empty>"
    }

- `model` is one file without external data. Of the inputs `input_ids`, `attention_mask` and
  `token_type_ids` (int64, 1 x tokens) it takes one or more; its first output is one float row of
  `dim` numbers and unit length, so pooling and normalising happen inside the graph.
- `tokenizer` is in the format of the `tokenizers` library. Its own truncation and padding are
  ignored: texts go in one by one, cut at `tokensMax` tokens, special ones included.
- Files are plain names within the folder.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from cuegraph.errors import ModelError

MANIFEST_FILE = "manifest.json"
MANIFEST_FORMAT = 1
PREPARE_HINT = "Run `cuegraph models prepare`, or name another model folder in the settings."

_DIM_MAX = 65_536  # guess: beyond any sentence encoder; stops a typing error from taking the memory
_MANIFEST_BYTES_MAX = 65_536  # guess: a manifest has eight short lines
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model: a plain name within the folder, and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """What a folder's manifest says; that the files agree is known once they are read."""

    folder: Path
    name: str
    version: str
    dim: int
    tokens_max: int
    model: ModelFile
    tokenizer: ModelFile
    source: str


def manifest_text(files: ModelFiles) -> str:
    """The manifest of `files`, as it stands on disk; `read_manifest` reads it back."""
    fields = {
        "format": MANIFEST_FORMAT,
        "name": files.name,
        "version": files.version,
        "dim": files.dim,
        "tokensMax": files.tokens_max,
        "model": {"file": files.model.name, "sha256": files.model.sha256},
        "tokenizer": {"file": files.tokenizer.name, "sha256": files.tokenizer.sha256},
        "source": files.source,
    }
    return json.dumps(fields, indent=2) + "\n"


def read_manifest(folder: Path) -> ModelFiles:
    """The manifest in `folder`; raises ModelError when it is missing or not one."""
    path = folder / MANIFEST_FILE
    text = _read(path, bytes_max=_MANIFEST_BYTES_MAX)
    try:
        fields = json.loads(text)
    except ValueError as cause:
        raise _damaged(path, f"not JSON ({cause})") from cause
    return _parse(folder, fields)


def read_file(files: ModelFiles, file: ModelFile, *, verify: bool = True) -> bytes:
    """The bytes of one of a model's files; raises ModelError when missing or, if asked, changed.

    The bytes that were hashed are the bytes that come back, so nothing can change in between.
    """
    path = files.folder / file.name
    content = _read(path)
    if verify:
        found = hashlib.sha256(content).hexdigest()
        if found != file.sha256:
            raise _damaged(path, f"its SHA-256 is {found}, not {file.sha256}")
    return content


def _read(path: Path, *, bytes_max: int | None = None) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read() if bytes_max is None else stream.read(bytes_max + 1)
    except FileNotFoundError as cause:
        raise ModelError(f"No model file {path}.", hint=PREPARE_HINT) from cause
    except OSError as cause:
        raise ModelError(
            f"Cannot read the model file {path} ({cause}).",
            hint="Make the file readable, or name another model folder in the settings.",
        ) from cause
    if bytes_max is not None and len(content) > bytes_max:
        raise _damaged(path, f"longer than {bytes_max} bytes")
    return content


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(f"Damaged model file {path}: {reason}.", hint=PREPARE_HINT)


def _parse(folder: Path, fields: Any) -> ModelFiles:  # noqa: ANN401 -- JSON enters here
    path = folder / MANIFEST_FILE
    if not isinstance(fields, dict):
        raise _damaged(path, "not a JSON object")
    known = cast("dict[str, Any]", fields)
    if known.get("format") != MANIFEST_FORMAT:
        raise _damaged(path, f"`format` is {known.get('format')!r}, not {MANIFEST_FORMAT}")
    return ModelFiles(
        folder=folder,
        name=_text(path, known, "name"),
        version=_text(path, known, "version"),
        dim=_count(path, known, "dim", largest=_DIM_MAX),
        tokens_max=_count(path, known, "tokensMax", largest=_DIM_MAX),
        model=_file(path, known, "model"),
        tokenizer=_file(path, known, "tokenizer"),
        source=_text(path, known, "source", may_be_empty=True),
    )


def _text(path: Path, fields: dict[str, Any], key: str, *, may_be_empty: bool = False) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not (value or may_be_empty):
        raise _damaged(path, f"`{key}` is {value!r}, not a text")
    return value


def _count(path: Path, fields: dict[str, Any], key: str, *, largest: int) -> int:
    value = fields.get(key)
    # bool is an int to Python, but true is not a count.
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= largest:
        raise _damaged(path, f"`{key}` is {value!r}, not a whole number from 1 to {largest}")
    return value


def _file(path: Path, fields: dict[str, Any], key: str) -> ModelFile:
    value = fields.get(key)
    if not isinstance(value, dict):
        raise _damaged(path, f"`{key}` is {value!r}, not an object with `file` and `sha256`")
    known = cast("dict[str, Any]", value)
    name = _text(path, known, "file")
    sha256 = _text(path, known, "sha256")
    # A manifest may come from elsewhere: it must not point outside its folder.
    if name in {".", ".."} or "/" in name or "\\" in name or "\0" in name:
        raise _damaged(path, f"`{key}.file` is {name!r}, not a plain file name")
    if not _SHA256.fullmatch(sha256):
        raise _damaged(path, f"`{key}.sha256` is {sha256!r}, not 64 lower-case hex digits")
    return ModelFile(name=name, sha256=sha256)
