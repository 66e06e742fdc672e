"""Draws the parameters of clips, plays them, and writes the clip set. Deterministic by seed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import NoReturn

import numpy as np
from jaxtyping import Bool, Float
from tqdm import tqdm

from ponimator_runtime.motion.mirror import mirrored_motion
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import axis_angle_from_matrix
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion.window import MODEL_RATE_HZ
from ponimator_training.data.clips import ClipSet
from ponimator_training.data.synthetic.clearance import SkinParts
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.kinds import KINDS
from ponimator_training.data.synthetic.stage import Stage
from ponimator_training.data.synthetic.takes import judge

CLIP_FRAMES = 84
"""Long enough for a whole window after most interactions: what follows contact is learned from there."""
_SHAPE_LIMIT = 2.0
_LEFT_HANDED_SHARE = 0.3
_MOST_TAKES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class SynthClip:
    """One clip.

    Attributes:
        motion: 10 Hz.
        interactive: frames that may be an anchor, (F,).
        kind: what it shows.
    """

    motion: Motion
    interactive: Bool[np.ndarray, "F"]
    kind: Kind


def draw_shapes(generator: np.random.Generator) -> Float[np.ndarray, "P 10"]:
    """Two bodies, unlike in height and build."""
    return np.clip(generator.normal(0.0, 0.8, size=(2, 10)), -_SHAPE_LIMIT, _SHAPE_LIMIT)


def play(kind: Kind, skin: SkinParts, seed: tuple[int, ...]) -> SynthClip:
    """Plays takes of a kind with random bodies, timing, distance and handedness; keeps the first good one.

    Where none of `_MOST_TAKES` is good, the best is kept: a set is measured as a whole.
    """
    best, least = None, np.inf
    for take in range(_MOST_TAKES):
        clip = _take(kind, skin, np.random.default_rng([*seed, take]))
        badness = judge(clip.motion, clip.interactive, skin, touches=kind.touches).badness
        if best is None or badness < least:
            best, least = clip, badness
        if least == 0.0:
            break
    assert best is not None  # noqa: S101 - the loop ran
    return best


def _take(kind: Kind, skin: SkinParts, generator: np.random.Generator) -> SynthClip:
    betas = draw_shapes(generator)
    stage = Stage(generator, skin, betas, np.arange(CLIP_FRAMES) / MODEL_RATE_HZ)
    kind.script(stage)
    stage.finish()
    motion = Motion(
        rotations=np.stack([puppet.local_rotations() for puppet in stage.puppets]),
        translations=np.stack([puppet.translation() for puppet in stage.puppets]),
        betas=betas,
        rate_hz=MODEL_RATE_HZ,
    )
    if generator.random() < _LEFT_HANDED_SHARE:
        motion = mirrored_motion(motion, skin.surface.skeleton)
    return SynthClip(motion=motion, interactive=stage.interactive, kind=kind)


def synthesise(surface: BodySurface, *, clips: int, seed: int, workers: int = 1) -> ClipSet:
    """A set of clips, the kinds in turn; the same whatever the number of worker processes."""
    # A seed for each clip: a clip stays the same however many others are made.
    jobs: list[_Job] = [(index % len(KINDS), (seed, index)) for index in range(clips)]
    bar = tqdm(total=clips, desc="clips", unit="clip")
    with bar:
        played = list(_counted(_played(SkinParts(surface), jobs, workers), bar))
    return ClipSet(
        rotation_vectors=np.stack([clip.rotation_vectors for clip in played]),
        translations=np.stack([clip.translations for clip in played]),
        betas=np.stack([clip.betas for clip in played]),
        interactive=np.stack([clip.interactive for clip in played]),
        kinds=tuple(KINDS[kind].name for kind, _ in jobs),
        texts=tuple(KINDS[kind].texts for kind, _ in jobs),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Recorded:
    """A clip as a set holds it, small enough to send between processes."""

    rotation_vectors: Float[np.ndarray, "P N 22 3"]
    translations: Float[np.ndarray, "P N 3"]
    betas: Float[np.ndarray, "P 10"]
    interactive: Bool[np.ndarray, "N"]


_Job = tuple[int, tuple[int, ...]]
"""Number of the kind, seed of the clip."""


def _recorded(skin: SkinParts, job: _Job) -> _Recorded:
    kind, seed = job
    clip = play(KINDS[kind], skin, seed)
    return _Recorded(
        rotation_vectors=axis_angle_from_matrix(clip.motion.rotations).astype(np.float32),
        translations=clip.motion.translations.astype(np.float32),
        betas=clip.motion.betas.astype(np.float32),
        interactive=clip.interactive,
    )


def _played(skin: SkinParts, jobs: list[_Job], workers: int) -> Iterator[_Recorded]:
    if workers == 1:
        yield from (_recorded(skin, job) for job in jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_recorded, skin), jobs, chunksize=16)


def _counted(clips: Iterator[_Recorded], bar: tqdm[NoReturn]) -> Iterator[_Recorded]:
    for clip in clips:
        bar.update()
        yield clip
