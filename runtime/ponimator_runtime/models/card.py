"""The model card: what a bundle is, where it comes from, and what its numbers mean.

What belongs to a model stands here, never in a flag.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec
import numpy as np
from jaxtyping import Float

from ponimator_runtime.errors import BundleNotFound, CardMismatch
from ponimator_runtime.motion.window import FEATURE_COUNT, GENERATOR_FEATURE_COUNT, MODEL_RATE_HZ, WINDOW_FRAMES

CARD_FILE = "card.json"
CARD_FORMAT = 2
"""History: 1, first; 2, each network in two graphs, so that what holds for a whole sampling loop is computed once."""


class FileEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of the bundle: its SHA-256 in hex and its size."""

    sha256: str
    bytes: int


class Precision(StrEnum):
    """What a graph computes in; its inputs and outputs are fp32 in every case."""

    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"


class GraphFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Files of one network.

    Attributes:
        condition: what runs before a sampling loop.
        step: what runs at each of its steps.
        advance: what leads from one step to the next where the loop stays on a GPU; None in bundles made before it.
        precision: of the step graph.
    """

    condition: str
    step: str
    advance: str | None = None
    precision: Precision = Precision.FP32

    @property
    def names(self) -> tuple[str, ...]:
        """Every file there is."""
        return (self.condition, self.step) if self.advance is None else (self.condition, self.step, self.advance)


class EngineFile(msgspec.Struct, frozen=True, kw_only=True):
    """A graph that was built ahead of time for one GPU generation.

    Attributes:
        file: of the bundle.
        graph: the ONNX file of the bundle that it was built from.
        graph_sha256: of that file, when it was built.
        gpu: generation that it was built for, like "ampere".
        capabilities: compute capabilities of that generation that it runs on, ten times as large: 86 is 8.6.
        package: whose engine it is, "tensorrt" or "tensorrt_rtx".
        version: of that package.
        most_rows: B of a batch at most.
    """

    file: str
    graph: str
    graph_sha256: str
    gpu: str
    capabilities: list[int]
    package: str
    version: str
    most_rows: int


class AnimatorCard(msgspec.Struct, frozen=True, kw_only=True):
    """The pose animator.

    Attributes:
        graphs: files of the bundle.
        frames: N of a window.
        rate_hz: frames per second of a window.
        residual_scale: raw residual = latent residual · this, D numbers.
    """

    graphs: GraphFiles
    frames: int
    rate_hz: float
    residual_scale: list[float]


class GeneratorCard(msgspec.Struct, frozen=True, kw_only=True):
    """The pose generator.

    Attributes:
        graphs: files of the bundle.
        guidance_weight: s.
        feature_mean: features = latent · std + mean, 201 numbers.
        feature_std: likewise.
    """

    graphs: GraphFiles
    guidance_weight: float
    feature_mean: list[float]
    feature_std: list[float]


class TextCard(msgspec.Struct, frozen=True, kw_only=True):
    """The text encoder: its graph, its tokenizer, and the width of its embeddings."""

    graph: str
    tokenizer: str
    width: int


class Tolerances(msgspec.Struct, frozen=True, kw_only=True):
    """How far the graphs may be from the torch networks that they were exported from.

    Attributes:
        network_call: largest difference of one call, in latent units; of networks in fp32.
        sampled_joints_mm: largest difference of a joint after the whole sampling loop; of networks in fp32.
        mean_joints_mm: mean difference of the joints after the whole sampling loop; of networks in fp16 or int8.
        mean_rotation_deg: mean angle between the joints' rotations there; of networks in fp16 or int8.
        rows_apart: largest difference of a row to the same row alone, in latent units; of every network.
    """

    network_call: float
    sampled_joints_mm: float
    mean_joints_mm: float = 5.0
    mean_rotation_deg: float = 1.0
    rows_apart: float = 1e-4


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a bundle but its weights.

    Attributes:
        format: of the card.
        name: of the bundle.
        training_steps: of the diffusion (cosine schedule, prediction of the clean signal).
        animator: always there.
        generator: always there.
        text: None where the bundle has no text encoder.
        body: file with the body.
        engines: built ahead of time for GPUs.
        tolerances: of the export.
        provenance: what it was trained on and with, for people.
        files: every other file of the bundle.
    """

    format: int
    name: str
    training_steps: int
    animator: AnimatorCard
    generator: GeneratorCard
    text: TextCard | None
    body: str
    tolerances: Tolerances
    provenance: dict[str, str]
    files: dict[str, FileEntry]
    engines: list[EngineFile] = []

    @property
    def has_text(self) -> bool:
        """Whether interactions can be told in words."""
        return self.text is not None

    def residual_scale(self) -> Float[np.ndarray, "135"]:
        """Of the animator."""
        return np.asarray(self.animator.residual_scale)

    def feature_mean(self) -> Float[np.ndarray, "201"]:
        """Of the generator."""
        return np.asarray(self.generator.feature_mean)

    def feature_std(self) -> Float[np.ndarray, "201"]:
        """Of the generator."""
        return np.asarray(self.generator.feature_std)


def write_card(card: ModelCard, folder: Path) -> None:
    """Writes a card as JSON that a person can read."""
    text = msgspec.json.format(msgspec.json.encode(card), indent=2)
    (folder / CARD_FILE).write_bytes(text + b"\n")


def read_card(folder: Path) -> ModelCard:
    """Reads and checks the card of a bundle.

    Raises:
        BundleNotFound: no card there.
        CardMismatch: it is of another format, or does not fit this runtime.
    """
    path = folder / CARD_FILE
    if not path.is_file():
        raise BundleNotFound(f"{folder} is no bundle: there is no {CARD_FILE} in it.")
    content = path.read_bytes()
    try:
        found_format = msgspec.json.decode(content, type=dict[str, object]).get("format")
        if found_format != CARD_FORMAT:
            raise CardMismatch(f"{path}: {_other_format(found_format)}")
        card = msgspec.json.decode(content, type=ModelCard)
    except msgspec.MsgspecError as cause:
        raise CardMismatch(f"{path} cannot be read: {cause}. Export the bundle again.") from cause
    _check_sizes(card, path)
    _check_names(card, path)
    return card


def _other_format(found: object) -> str:
    if isinstance(found, int) and found < CARD_FORMAT:
        return (
            f"the bundle was made for format {found} and this runtime reads {CARD_FORMAT}; "
            "export it again with `ponimator export`."
        )
    return f"the card is of format {found} and this runtime reads {CARD_FORMAT}; update ponimator-runtime."


def _check_sizes(card: ModelCard, path: Path) -> None:
    expected = {
        "animator.frames": (WINDOW_FRAMES, card.animator.frames),
        "animator.rate_hz": (MODEL_RATE_HZ, card.animator.rate_hz),
        "animator.residual_scale": (FEATURE_COUNT, len(card.animator.residual_scale)),
        "generator.feature_mean": (GENERATOR_FEATURE_COUNT, len(card.generator.feature_mean)),
        "generator.feature_std": (GENERATOR_FEATURE_COUNT, len(card.generator.feature_std)),
    }
    for field, (wanted, came) in expected.items():
        if wanted != came:
            raise CardMismatch(f"{path}: {field} should be {wanted}, it is {came}. Export the bundle again.")


def _check_names(card: ModelCard, path: Path) -> None:
    """Every file that is going to be read lies in the bundle's own folder and has a hash."""
    used = [*card.animator.graphs.names, *card.generator.graphs.names, card.body]
    used += [engine.file for engine in card.engines]
    if card.text is not None:
        used += [card.text.graph, card.text.tokenizer]
    for name in (*used, *card.files):
        if not name or Path(name).name != name or "\\" in name:
            raise CardMismatch(f"{path}: '{name}' is no plain file name. Export the bundle again.")
    unlisted = sorted(set(used) - set(card.files))
    if unlisted:
        raise CardMismatch(f"{path}: '{unlisted[0]}' is used but has no hash. Export the bundle again.")
