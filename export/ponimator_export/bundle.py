"""Builds a bundle beside its place, compares it, and only then moves it there: what fails leaves nothing behind."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from ponimator_export.advance import write_advance_graph
from ponimator_export.calibration import AnimatorCalibration
from ponimator_export.engines import ENGINE_SUFFIX
from ponimator_export.graph import condition_graph, step_graph
from ponimator_export.half import halve
from ponimator_export.parity import compare
from ponimator_export.quantise import quantise
from ponimator_export.report import TOLERANCES, ParityReport
from ponimator_export.text_encoder import MODEL_FILE, TOKENIZER_FILE, export_text_encoder
from ponimator_export.to_onnx import quiet_exporter, write_graph
from ponimator_runtime.diffusion.schedule import TRAINING_STEPS
from ponimator_runtime.errors import CardMismatch, ConfigError, ModelError
from ponimator_runtime.models.body import BODY_FILE, save_body_surface
from ponimator_runtime.models.bundle import Bundle, file_entry, load_bundle
from ponimator_runtime.models.card import (
    CARD_FILE,
    CARD_FORMAT,
    AnimatorCard,
    GeneratorCard,
    GraphFiles,
    ModelCard,
    Precision,
    TextCard,
    write_card,
)
from ponimator_runtime.models.text import EMBEDDING_WIDTH
from ponimator_runtime.motion.window import MODEL_RATE_HZ
from ponimator_training.body.model import BodyModel
from ponimator_training.body.surface import body_surface
from ponimator_training.data.clips import ClipSet
from ponimator_training.data.synthetic.synthesis import synthesise
from ponimator_training.network.animator import Animator
from ponimator_training.network.generator import Generator
from ponimator_training.sampling import GUIDANCE_WEIGHT
from ponimator_training.windows import WindowSampler

ANIMATOR_FILES = GraphFiles(condition="animator_condition.onnx", step="animator_step.onnx")
GENERATOR_FILES = GraphFiles(condition="generator_condition.onnx", step="generator_step.onnx")
NOTICE_FILE = "NOTICE.md"
BUNDLE_FILES = (
    *(name for files in (ANIMATOR_FILES, GENERATOR_FILES) for name in (files.condition, files.step)),
    MODEL_FILE,
    TOKENIZER_FILE,
    BODY_FILE,
    NOTICE_FILE,
)
"""Every file of a bundle but its card."""
ADVANCE_FILES = {"animator": "animator_advance.onnx", "generator": "generator_advance.onnx"}
"""Of bundles for GPUs, whose loops stay there."""
_FORMER_FILES = ("animator.onnx", "generator.onnx")
"""Of bundles of format 1, which may be replaced too."""
COMPARED_CLIPS = {Precision.FP32: 16, Precision.FP16: 32, Precision.INT8: 32}
CALIBRATION_WINDOWS = 64
REDUCED = {Precision.FP16: ("animator", "generator"), Precision.INT8: ("animator",)}
"""Networks that a precision is used for: guidance makes too much of the generator's rounding to integers."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SEED = 0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BundleSources:
    """What a bundle is made of.

    Attributes:
        name: of the bundle.
        animator: averaged weights, in evaluation mode.
        generator: likewise.
        body: that both were trained for.
        text_encoder: folder with a text encoder's graph and tokenizer; None exports them from their package.
        clips: where the conditions of comparison and calibration are drawn from; None synthesises some.
        provenance: for the card.
        notice: what others made, for NOTICE.md.
        precision: of the networks that take it, see `REDUCED`.
    """

    name: str
    animator: Animator
    generator: Generator
    body: BodyModel
    text_encoder: Path | None
    clips: ClipSet | None
    provenance: dict[str, str]
    notice: str
    precision: Precision = Precision.FP32


def write_bundle(sources: BundleSources, out: Path, *, show: Callable[[str], None]) -> ModelCard:
    """Exports, compares, and puts the bundle in place of what lies in `out`.

    Args:
        sources: what it is made of.
        out: its folder; new, empty, or of a bundle before it.
        show: takes the report, line by line or in tables, as it comes.

    Raises:
        ConfigError: the name or the folder cannot be used.
        CardMismatch: the networks are none that the runtime serves.
        ModelError: the graphs differ from the networks by more than the tolerances.
    """
    check_place(sources.name, out)
    # Beside its place: moving within a file system is one step.
    nearest = next(folder for folder in out.resolve().parents if folder.is_dir())
    with tempfile.TemporaryDirectory(prefix=".ponimator-export-", dir=nearest) as workplace:
        built = Path(workplace) / "built"
        built.mkdir()
        _write_parts(sources, built, show)
        card = _card(sources, built)
        write_card(card, built)
        if sources.precision is not Precision.FP32:
            card = _reduced(sources, card, built, show)
            write_card(card, built)
        report = _compared(sources, load_bundle(str(built)))
        show(report.table())
        if report.failures:
            worst = max(report.failures, key=lambda entry: entry.difference / entry.allowed)
            raise ModelError(
                f"{len(report.failures)} comparisons with torch failed, the worst: {worst.network}, {worst.what}, "
                f"B = {worst.batch}: {worst.difference:.1e}, allowed {worst.allowed:.0e}. Nothing was written."
            )
        card = msgspec.structs.replace(card, provenance={**card.provenance, "parity": report.summary()})
        write_card(card, built)
        _move_into_place(built, out, former=Path(workplace) / "former")
    return card


def check_place(name: str, out: Path) -> None:
    """Refuses, before any work, a name or folder that no bundle can have.

    Raises:
        ConfigError: which, and why.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"A bundle's name is 1 to 64 of a-z, 0-9, - and _, this one is '{name}'; choose one with --name."
        )
    if not out.exists():
        return
    if not out.is_dir():
        raise ConfigError(f"{out} is a file; --out takes a folder.")
    allowed = (*BUNDLE_FILES, *ADVANCE_FILES.values(), *_FORMER_FILES, CARD_FILE)
    strangers = sorted(
        entry.name for entry in out.iterdir() if entry.name not in allowed and entry.suffix != ENGINE_SUFFIX
    )
    if strangers:
        raise ConfigError(f"{out} holds '{strangers[0]}', which is no part of a bundle; choose another folder.")


def _write_parts(sources: BundleSources, folder: Path, show: Callable[[str], None]) -> None:
    """Every file but the card."""
    if sources.text_encoder is None:
        with quiet_exporter():
            show(export_text_encoder(folder).table())
    else:
        for name in (MODEL_FILE, TOKENIZER_FILE):
            if not (sources.text_encoder / name).is_file():
                raise ConfigError(f"{sources.text_encoder} holds no {name}; --text-encoder takes a folder with both.")
            shutil.copyfile(sources.text_encoder / name, folder / name)
    for network, files in ((sources.animator, ANIMATOR_FILES), (sources.generator, GENERATOR_FILES)):
        write_graph(condition_graph(network), folder / files.condition)
        write_graph(step_graph(network), folder / files.step)
    save_body_surface(body_surface(sources.body), folder / BODY_FILE)
    (folder / NOTICE_FILE).write_text(sources.notice, encoding="utf-8", newline="\n")
    show("\n".join(f"{name:<24}{(folder / name).stat().st_size / 1e6:>8.2f} MB" for name in BUNDLE_FILES))


def _card(sources: BundleSources, folder: Path) -> ModelCard:
    animator, generator = sources.animator, sources.generator
    if generator.config.text_width != EMBEDDING_WIDTH:
        raise CardMismatch(
            f"The generator reads text embeddings of width {generator.config.text_width}, "
            f"the text encoder writes {EMBEDDING_WIDTH}; train it with this encoder."
        )
    return ModelCard(
        format=CARD_FORMAT,
        name=sources.name,
        training_steps=TRAINING_STEPS,
        animator=AnimatorCard(
            graphs=ANIMATOR_FILES,
            frames=animator.config.frames,
            rate_hz=MODEL_RATE_HZ,
            residual_scale=animator.residual_scale.tolist(),
        ),
        generator=GeneratorCard(
            graphs=GENERATOR_FILES,
            guidance_weight=GUIDANCE_WEIGHT,
            feature_mean=generator.feature_mean.tolist(),
            feature_std=generator.feature_std.tolist(),
        ),
        text=TextCard(graph=MODEL_FILE, tokenizer=TOKENIZER_FILE, width=EMBEDDING_WIDTH),
        body=BODY_FILE,
        tolerances=TOLERANCES,
        provenance=sources.provenance,
        files={name: file_entry(folder / name) for name in BUNDLE_FILES},
    )


def _reduced(sources: BundleSources, card: ModelCard, folder: Path, show: Callable[[str], None]) -> ModelCard:
    """Writes step graphs again in the precision that is wanted; gives the card that says so."""
    of_network: dict[str, AnimatorCard | GeneratorCard] = {"animator": card.animator, "generator": card.generator}
    files = dict(card.files)
    for network in REDUCED[sources.precision]:
        graphs = of_network[network].graphs
        step, reduced = folder / graphs.step, folder / f"reduced_{graphs.step}"
        if sources.precision is Precision.INT8:
            stays = _quantised(sources, folder, step, reduced)
            show(f"{network}: within int8 these stay fp32: {', '.join(stays) or 'none'}")
        else:
            halve(step, reduced)
        reduced.replace(step)
        files[graphs.step] = file_entry(step)
        graphs = msgspec.structs.replace(graphs, precision=sources.precision)
        if sources.precision is Precision.FP16:
            advance = ADVANCE_FILES[network]
            write_advance_graph(step, folder / advance)
            files[advance] = file_entry(folder / advance)
            graphs = msgspec.structs.replace(graphs, advance=advance)
        of_network[network] = msgspec.structs.replace(of_network[network], graphs=graphs)
        show(f"{network}: {graphs.step} in {sources.precision}, {files[graphs.step].bytes / 1e6:.2f} MB")
    return msgspec.structs.replace(card, files=files, **of_network)


def _quantised(sources: BundleSources, folder: Path, exact: Path, reduced: Path) -> tuple[str, ...]:
    """Writes the animator's step graph in int8, calibrated on other clips than are compared where there are enough."""
    bundle = load_bundle(str(folder))
    compared = COMPARED_CLIPS[Precision.INT8]
    sampler = _sampler(sources, bundle, count=CALIBRATION_WINDOWS, skipped=compared)
    windows = sampler.windows(np.random.default_rng(_SEED), CALIBRATION_WINDOWS)
    loops = AnimatorCalibration(bundle, windows)
    return quantise(exact, reduced, loops.calls(), fits=loops.fits)


def _compared(sources: BundleSources, bundle: Bundle) -> ParityReport:
    sampler = _sampler(sources, bundle, count=COMPARED_CLIPS[sources.precision], skipped=0)
    return compare(bundle, animator=sources.animator, generator=sources.generator, sampler=sampler)


def _sampler(sources: BundleSources, bundle: Bundle, *, count: int, skipped: int) -> WindowSampler:
    """Draws from so many clips, past others where there are enough; what calibrates is not what is compared."""
    if bundle.text_encoder is None:
        raise CardMismatch(f"The bundle '{bundle.card.name}' was written without its text encoder.")
    clips = sources.clips
    if clips is None:
        clips = synthesise(bundle.surface, clips=count, seed=_SEED + skipped)
    else:
        order = np.roll(np.random.default_rng(_SEED).permutation(len(clips)), -skipped)
        clips = clips.subset(order[:count].tolist())
    return WindowSampler(
        clips,
        bundle.surface.skeleton,
        frames=sources.animator.config.frames,
        embed_texts=bundle.text_encoder.encode,
    )


def _move_into_place(built: Path, out: Path, *, former: Path) -> None:
    """Moves the finished folder to `out`; a bundle that stands there stays until then, and for good if that fails."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if not out.exists():
        built.rename(out)
        return
    try:
        out.rename(former)
    except OSError as cause:  # Windows refuses while a program holds a file of the folder open
        raise ModelError(
            f"{out} cannot be replaced ({cause.strerror}): stop what uses it, then export again."
        ) from cause
    try:
        built.rename(out)
    except OSError as cause:
        former.rename(out)
        raise ModelError(f"The bundle cannot be moved to {out} ({cause.strerror}); what was there stays.") from cause
