"""Draws the parameters of clips, plays them, and writes the clip set. Deterministic by seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from tqdm import tqdm

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.motion.mirror import mirrored_motion
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import axis_angle_from_matrix
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion.window import MODEL_RATE_HZ
from ponimator_training.data.clips import ClipSet
from ponimator_training.data.synthetic.kinds import KINDS, Kind
from ponimator_training.data.synthetic.stage import Stage

CLIP_FRAMES = 84
"""Long enough for a whole window after most interactions: what follows contact is learned from there."""
_SHAPE_LIMIT = 2.0
_LEFT_HANDED_SHARE = 0.25


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


def play(kind: Kind, surface: BodySurface, generator: np.random.Generator) -> SynthClip:
    """Plays one clip of a kind with random bodies, timing, distance and handedness."""
    time = np.arange(CLIP_FRAMES) / MODEL_RATE_HZ
    betas = draw_shapes(generator)
    stage = Stage(generator, surface, betas, time)
    kind.script(stage)
    stage.finish()
    motion = Motion(
        rotations=np.stack([puppet.local_rotations() for puppet in stage.puppets]),
        translations=np.stack([puppet.translation() for puppet in stage.puppets]),
        betas=betas,
        rate_hz=MODEL_RATE_HZ,
    )
    if generator.random() < _LEFT_HANDED_SHARE:
        motion = mirrored_motion(motion, surface.skeleton)
    return SynthClip(motion=motion, interactive=stage.interactive, kind=kind)


def synthesise(surface: BodySurface, *, clips: int, seed: int) -> ClipSet:
    """A set of clips, the kinds in equal parts.

    Raises:
        ConfigError: fewer clips than kinds.
    """
    if clips < len(KINDS):
        raise ConfigError(f"A set needs at least one clip of each of the {len(KINDS)} kinds, asked for {clips}.")
    # A generator for each clip: a clip stays the same however many others are made.
    played = [
        play(KINDS[index % len(KINDS)], surface, np.random.default_rng([seed, index]))
        for index in tqdm(range(clips), desc="clips", unit="clip")
    ]
    return ClipSet(
        rotation_vectors=np.stack([axis_angle_from_matrix(clip.motion.rotations) for clip in played]),
        translations=np.stack([clip.motion.translations for clip in played]),
        betas=np.stack([clip.motion.betas for clip in played]),
        interactive=np.stack([clip.interactive for clip in played]),
        kinds=tuple(clip.kind.name for clip in played),
        texts=tuple(clip.kind.texts for clip in played),
    )
