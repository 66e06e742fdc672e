"""A bundle: a folder with a card, two networks, a body and perhaps a text encoder, checked file by file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from ponimator_runtime.errors import BundleNotFound, CardMismatch
from ponimator_runtime.models.backends.execution import REFERENCE, Arithmetic, Execution
from ponimator_runtime.models.backends.graph import GraphFolder
from ponimator_runtime.models.body import load_body_surface
from ponimator_runtime.models.card import CARD_FILE, FileEntry, ModelCard, read_card
from ponimator_runtime.models.network_graphs import NetworkGraphs
from ponimator_runtime.models.networks import AnimatorNetwork, GeneratorNetwork
from ponimator_runtime.models.signatures import ANIMATOR_CONDITIONS, GENERATOR_CONDITIONS
from ponimator_runtime.models.text import TextEncoder
from ponimator_runtime.motion.surface import BodySurface

_HASH_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """Everything that is needed to make motion.

    Attributes:
        folder: where it lies.
        card: what it is.
        animator: interactive pose to motion.
        generator: one pose, a text or both to an interactive pose.
        text_encoder: None where the bundle has none.
        surface: of the body that it was trained for.
    """

    folder: Path
    card: ModelCard
    animator: AnimatorNetwork
    generator: GeneratorNetwork
    text_encoder: TextEncoder | None
    surface: BodySurface


def embedded_folder() -> Path:
    """Where the bundles lie that are installed with this package."""
    return Path(str(files("ponimator_runtime.models"))) / "bundles"


def bundle_folder(name_or_path: str) -> Path:
    """The folder of an embedded bundle's name, or of a path.

    Raises:
        BundleNotFound: neither.
    """
    embedded = embedded_folder()
    for folder in (embedded / name_or_path, Path(name_or_path)):
        if (folder / CARD_FILE).is_file():
            return folder
    names = sorted(path.parent.name for path in embedded.glob(f"*/{CARD_FILE}"))
    raise BundleNotFound(
        f"No bundle '{name_or_path}': expected one of {', '.join(names) or '(none embedded)'}, "
        f"or the path of a folder with a {CARD_FILE}."
    )


def load_bundle(name_or_path: str, *, execution: Execution = REFERENCE) -> Bundle:
    """Loads a bundle by the name of an embedded one or by its folder, every file checked against the card.

    Args:
        name_or_path: "lite", or a folder.
        execution: what runs its networks; the text encoder, which runs once in a while, stays on the CPU.

    Raises:
        BundleNotFound: there is none.
        CardMismatch: a file is missing, truncated or edited, or does not fit the card.
        ProviderUnavailable: what should run the networks is not there.
        MissingExtra: what should run them is not installed.
    """
    folder = bundle_folder(name_or_path)
    card = read_card(folder)
    for name, entry in card.files.items():
        _check_file(folder / name, entry)
    graphs = GraphFolder(path=folder, execution=execution, card=card)
    # Guidance multiplies the rounding of its predictions: poses came out 6 mm apart in bf16, motion only 1.4 mm.
    exact = replace(graphs, execution=replace(execution, arithmetic=Arithmetic.FP32))
    animator = NetworkGraphs(graphs, card.animator.graphs, ANIMATOR_CONDITIONS)
    generator = NetworkGraphs(exact, card.generator.graphs, GENERATOR_CONDITIONS)
    text = card.text
    return Bundle(
        folder=folder,
        card=card,
        animator=AnimatorNetwork(animator, card),
        generator=GeneratorNetwork(generator, card),
        text_encoder=TextEncoder(folder / text.graph, folder / text.tokenizer, threads=execution.threads)
        if text
        else None,
        surface=load_body_surface(folder / card.body),
    )


def file_entry(path: Path) -> FileEntry:
    """Hash and size of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(_HASH_BLOCK_BYTES):
            digest.update(block)
            size += len(block)
    return FileEntry(sha256=digest.hexdigest(), bytes=size)


def _check_file(path: Path, entry: FileEntry) -> None:
    if not path.is_file():
        raise CardMismatch(f"{path} is missing from the bundle. Install or export the bundle again.")
    found = file_entry(path)
    if found.bytes != entry.bytes:
        raise CardMismatch(
            f"{path} has {found.bytes} bytes, its card says {entry.bytes}: it was cut off or edited. "
            "Install or export the bundle again."
        )
    if found.sha256 != entry.sha256:
        raise CardMismatch(f"{path} is not the file of its card (SHA-256 differs). Install or export the bundle again.")
