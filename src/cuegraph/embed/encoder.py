"""The sentence encoder of import and recall: an ONNX model, one text at a time, on one thread."""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from cuegraph.embed.model import ModelFiles, read_file, read_manifest
from cuegraph.embed.session import Session, first_line, unfit
from cuegraph.errors import UsageError
from cuegraph.schema.text import normalise_text

TOKENS_MIN = 3  # start, one token, end

# Guess: English has about 5 characters a token, and no script that people write comes near this.
# A limit before the tokeniser keeps its time bounded: it reads a whole text before it cuts it.
_CHARS_PER_TOKEN = 32
_INT8_MAX = 127
_LENGTH_TOLERANCE = 1e-3  # guess: float16 models stay within it, a row not normalised does not
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_PROBE = "That is a happy person"

_LOG = logging.getLogger(__name__)


class OnnxEncoder:
    """Embeds texts by the model in a folder; a text's vector depends on that text alone.

    `name` is the model's; `stamp` adds 16 hex digits over all that decides the vectors: model,
    tokeniser and token limit; `dim` is the length of a vector. `tokens_max` lowers the model's own
    limit. `verify=False` skips the checksums (17 ms for 23 MB) and trusts the manifest.

    Safe to call from several threads. Pickled, it is its folder's name, and loads again.
    Raises ModelError for a missing, damaged or unfit model, UsageError for a wrong `tokens_max`.
    """

    def __init__(self, folder: Path, *, tokens_max: int | None = None, verify: bool = True) -> None:
        files = read_manifest(folder)
        limit = files.tokens_max if tokens_max is None else tokens_max
        if not TOKENS_MIN <= limit <= files.tokens_max:
            raise UsageError(
                f"tokens_max is {limit}; {files.name} takes {TOKENS_MIN} to {files.tokens_max}.",
                hint="Set a number in that range, or leave it out.",
            )
        self.name = files.name
        self.dim = files.dim
        self.stamp = _stamp(files, limit)
        self._files = files
        self._tokens_max = limit
        self._tokenizer = _open_tokenizer(files, limit, verify=verify)
        content = read_file(files, files.model, verify=verify)
        self._session = Session(content, files.folder / files.model.name)
        self._check()

    def __reduce__(self) -> tuple[object, tuple[Path, int]]:
        return load, (self._files.folder, self._tokens_max)

    def embed(self, texts: Sequence[str]) -> NDArray[np.int8]:
        """Unit rows times 127, rounded half to even: (n, dim) int8, in the order of `texts`.

        A text without tokens (empty, blank) gives a row of zeros. A longer text than `tokens_max`
        is cut; how many were is logged. One run of the model a text: the activations of a dynamic
        int8 model share one scale, so that in a batch a text would change with its neighbours.
        Cost: about 3 ms of CPU for a sentence of 25 tokens, on one thread.
        """
        rows = np.zeros((len(texts), self.dim), np.int8)
        cut = 0
        for row, text in zip(rows, texts, strict=True):
            ids, is_cut = self._tokenise(text)
            cut += is_cut
            if ids is not None:
                row[:] = np.rint(self._run(ids)[0] * _INT8_MAX)
        if cut:
            _LOG.info(
                "embedded %d texts, %d of them cut at %d tokens", len(texts), cut, self._tokens_max
            )
        return rows

    def _tokenise(self, text: str) -> tuple[NDArray[np.int64] | None, bool]:
        """The token ids, None if there are none but special ones, and whether the text was cut."""
        chars_max = self._tokens_max * _CHARS_PER_TOKEN
        encoding = self._tokenizer.encode(normalise_text(text[:chars_max]))
        is_cut = len(text) > chars_max or len(encoding.overflowing) > 0
        if all(encoding.special_tokens_mask):
            return None, is_cut
        return np.array([encoding.ids], np.int64), is_cut

    def _run(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        values = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        return self._session.run({name: values[name] for name in self._session.inputs})

    def _check(self) -> None:
        """Embeds one sentence, so that an unfit model fails here and not in the middle of work."""
        path = self._files.folder / self._files.model.name
        inputs = self._session.inputs
        if "input_ids" not in inputs or not set(inputs) <= set(_INPUTS):
            raise unfit(path, f"its inputs are {inputs}, and known are {list(_INPUTS)}")
        ids, _ = self._tokenise(_PROBE)
        if ids is None:
            raise unfit(path, "its tokenizer finds no token in an English sentence")
        output = self._run(ids)
        if output.shape != (1, self.dim):
            raise unfit(path, f"its output has the shape {output.shape}, not (1, {self.dim})")
        length = float(np.linalg.norm(output))
        # Written so that a length of nan fails too.
        if not abs(length - 1) <= _LENGTH_TOLERANCE:
            raise unfit(path, f"a row has the length {length:.6g}, not 1")


def load(folder: Path, tokens_max: int | None = None) -> OnnxEncoder:
    """The encoder in `folder`: a function by name, as spawned worker processes need one."""
    return OnnxEncoder(folder, tokens_max=tokens_max)


def _stamp(files: ModelFiles, tokens_max: int) -> str:
    parts = f"{files.model.sha256}\n{files.tokenizer.sha256}\n{tokens_max}\n"
    return f"{files.name}-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"


def _open_tokenizer(files: ModelFiles, tokens_max: int, *, verify: bool) -> Tokenizer:
    content = read_file(files, files.tokenizer, verify=verify)
    try:
        tokenizer = Tokenizer.from_buffer(content)
    except Exception as cause:  # the library raises nothing narrower
        path = files.folder / files.tokenizer.name
        raise unfit(path, f"not a tokenizer ({first_line(cause)})") from cause
    tokenizer.no_padding()
    cast("Any", tokenizer).enable_truncation(tokens_max)  # its stub leaves the options untyped
    return tokenizer
