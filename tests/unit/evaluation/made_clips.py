"""Clips of a few kinds that any network can tell apart, made by rule: no test here waits for a synthesiser."""

import numpy as np
from tests.unit.bodies import smooth_motion

from ponimator_runtime.motion.rotations import axis_angle_from_matrix
from ponimator_training.data.clips import ClipSet

FRAMES = 44
MADE_KINDS = ("bow", "clap", "push")


def made_clips(seed: int, *, each: int = 4, kinds: tuple[str, ...] = MADE_KINDS) -> ClipSet:
    """So many clips of each kind: two bodies within reach who wave as their kind does, each clip a little otherwise."""
    rng = np.random.default_rng(seed)
    names = [kind for kind in kinds for _ in range(each)]
    waves = [smooth_motion(kinds.index(name), frames=FRAMES) for name in names]
    vectors = np.stack([axis_angle_from_matrix(wave.rotations) for wave in waves])
    drift = np.stack([0.1 * (wave.translations - wave.translations[:, :1]) for wave in waves])
    apart = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.3]])[:, None]
    interactive = np.zeros((len(names), FRAMES), dtype=bool)
    interactive[:, 15:25] = True
    return ClipSet(
        rotation_vectors=vectors + rng.normal(scale=0.03, size=(len(names), 2, 1, 22, 3)),
        translations=drift + apart + rng.normal(scale=0.02, size=(len(names), 2, 1, 3)),
        betas=rng.normal(scale=0.3, size=(len(names), 2, 10)),
        interactive=interactive,
        kinds=tuple(names),
        texts=tuple((f"two people {name}", f"a {name}") for name in names),
    )
