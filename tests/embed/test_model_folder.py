import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cuegraph.embed.model import MANIFEST_FILE, ModelFile, ModelFiles, manifest_text, read_manifest
from cuegraph.errors import ModelError

Fields = dict[str, Any]


def files_in(folder: Path) -> ModelFiles:
    return ModelFiles(
        folder=folder,
        name="tiny",
        version="1",
        dim=4,
        tokens_max=16,
        model=ModelFile("tiny.onnx", "0" * 64),
        tokenizer=ModelFile("tokenizer.json", "f" * 64),
        source="",
    )


def test_manifest_reads_back_as_written(tmp_path: Path) -> None:
    files = files_in(tmp_path)
    (tmp_path / MANIFEST_FILE).write_text(manifest_text(files))
    assert read_manifest(tmp_path) == files


def test_missing_folder_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"No model file .*manifest\.json") as caught:
        read_manifest(tmp_path / "nowhere")
    assert "cuegraph models prepare" in caught.value.hint


def test_folder_in_place_of_a_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST_FILE).mkdir()
    with pytest.raises(ModelError, match="Cannot read the model file"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "`format` is None, not 1"),
        (b" " * 65_537, "longer than 65536 bytes"),
    ],
)
def test_text_that_is_no_manifest_is_refused(tmp_path: Path, text: bytes, reason: str) -> None:
    (tmp_path / MANIFEST_FILE).write_bytes(text)
    with pytest.raises(ModelError, match=reason):
        read_manifest(tmp_path)


def put(*keys: str, value: object) -> Callable[[Fields], None]:
    def change(fields: Fields) -> None:
        for key in keys[:-1]:
            fields = fields[key]
        fields[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("format", value=2), "`format` is 2, not 1"),
        (put("name", value=""), "`name` is ''"),
        (put("version", value=1), "`version` is 1, not a text"),
        (put("dim", value=0), "`dim` is 0"),
        (put("dim", value=True), "`dim` is True"),
        (put("dim", value=65_537), "`dim` is 65537"),
        (put("tokensMax", value=2.5), r"`tokensMax` is 2\.5"),
        (put("model", value="tiny.onnx"), "`model` is 'tiny.onnx', not an object"),
        (put("model", "file", value="../tiny.onnx"), "not a plain file name"),
        (put("model", "file", value="/tiny.onnx"), "not a plain file name"),
        (put("model", "file", value=".."), "not a plain file name"),
        (put("tokenizer", "sha256", value="F" * 64), "not 64 lower-case hex digits"),
        (put("source", value=None), "`source` is None"),
    ],
)
def test_wrong_field_is_named_with_its_value(
    tmp_path: Path, change: Callable[[Fields], None], reason: str
) -> None:
    fields = json.loads(manifest_text(files_in(tmp_path)))
    change(fields)
    (tmp_path / MANIFEST_FILE).write_text(json.dumps(fields))
    with pytest.raises(ModelError, match=reason):
        read_manifest(tmp_path)
