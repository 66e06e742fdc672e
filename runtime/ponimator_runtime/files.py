"""Received motion as a file: SMPL-X parameters under the names that the `smplx` package gives them.

`smplx.SMPLX(..., use_pca=False, flat_hand_mean=True, num_betas=10)` takes each person's arrays as they are, and puts
its joints where ours are. It knows no server.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Float

from ponimator_runtime.client.playout import ReceivedMotion
from ponimator_runtime.motion.rotations import axis_angle_from_quaternion
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_COUNT, JOINT_INDEX

EXPRESSION_COUNT: Final = 10
_JAW: Final = JOINT_INDEX["jaw"]
_LEFT_HAND: Final = JOINT_INDEX["left_index1"]
_RIGHT_HAND: Final = JOINT_INDEX["right_index1"]


def smplx_parameters(motion: ReceivedMotion, betas: Float[np.ndarray, "2 10"]) -> dict[str, np.ndarray]:
    """SMPL-X parameters of both persons, person first: rotation vectors in radians, metres; float32."""
    axis_angle = axis_angle_from_quaternion(motion.rotations_xyzw.astype(np.float64))
    persons_frames = axis_angle.shape[:2]

    def joints(start: int, stop: int) -> np.ndarray:
        return axis_angle[:, :, start:stop].reshape(*persons_frames, (stop - start) * 3).astype(np.float32)

    return {
        "global_orient": joints(0, 1),
        "body_pose": joints(1, BODY_JOINT_COUNT),
        "jaw_pose": joints(_JAW, _JAW + 1),
        "leye_pose": joints(_JAW + 1, _JAW + 2),
        "reye_pose": joints(_JAW + 2, _JAW + 3),
        "left_hand_pose": joints(_LEFT_HAND, _RIGHT_HAND),
        "right_hand_pose": joints(_RIGHT_HAND, JOINT_COUNT),
        "transl": motion.translations.astype(np.float32),
        "betas": betas.astype(np.float32),
        "expression": np.zeros((len(betas), EXPRESSION_COUNT), dtype=np.float32),
        "mocap_frame_rate": np.array(motion.rate_hz, dtype=np.float32),
        "gender": np.array("neutral"),
        "anchor_frames": np.array([anchor - motion.start for anchor in motion.anchors], dtype=np.int64),
    }


def save_smplx(
    path: Path, motion: ReceivedMotion, betas: Float[np.ndarray, "2 10"], *, names: Sequence[str] = ()
) -> None:
    """Writes the parameters as a compressed `.npz`; `anchor_frames` count from the first frame in it."""
    np.savez_compressed(path, allow_pickle=False, names=np.array(list(names)), **smplx_parameters(motion, betas))
