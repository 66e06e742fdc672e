"""Windows of motion as evaluation looks at them: rotations and joints of a whole batch, in model space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.window import MODEL_RATE_HZ, pack, unpack


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """W windows of two bodies.

    Attributes:
        rotations: (W, P, N, 22, 3, 3), root to world, others to their parent.
        translations: γ, (W, P, N, 3) m.
        betas: body shapes, (W, P, 10).
        joints: (W, P, N, 22, 3) m.
    """

    rotations: Float[np.ndarray, "W P N 22 3 3"]
    translations: Float[np.ndarray, "W P N 3"]
    betas: Float[np.ndarray, "W P 10"]
    joints: Float[np.ndarray, "W P N 22 3"]

    def __len__(self) -> int:
        """W."""
        return len(self.betas)

    @property
    def frame_count(self) -> int:
        """N."""
        return int(self.translations.shape[2])

    def motion(self, window: int) -> Motion:
        """One window as motion, at the model's rate."""
        return Motion(
            rotations=self.rotations[window],
            translations=self.translations[window],
            betas=self.betas[window],
            rate_hz=MODEL_RATE_HZ,
        )

    def subset(self, windows: Int[np.ndarray, "S"] | slice) -> Played:
        """Some of the windows."""
        return Played(
            rotations=self.rotations[windows],
            translations=self.translations[windows],
            betas=self.betas[windows],
            joints=self.joints[windows],
        )


def played_features(
    features: Float[np.ndarray, "W P N 135"], betas: Float[np.ndarray, "W P 10"], skeleton: Skeleton
) -> Played:
    """The motion that features tell; what is no rotation is brought back to one first, as the runtime does."""
    rotations, translations = unpack(features.astype(np.float64))
    rest_joints = skeleton.rest_joints(betas.astype(np.float64))[:, :, None]
    rest_joints = np.broadcast_to(rest_joints, (*translations.shape[:-1], *rest_joints.shape[-2:]))
    return Played(
        rotations=rotations,
        translations=translations,
        betas=betas.astype(np.float64),
        joints=joint_positions(rotations, translations, rest_joints),
    )


def played_motions(motions: list[Motion], skeleton: Skeleton) -> Played:
    """Motions of one length as a batch."""
    features = np.stack([pack(motion.rotations, motion.translations) for motion in motions])
    return played_features(features, np.stack([motion.betas for motion in motions]), skeleton)
