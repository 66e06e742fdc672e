"""Bodies and motions for tests: small, made by rule, nothing read from a file."""

import numpy as np

from ponimator_runtime.motion.pose import InteractivePose, Motion
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import JOINT_COUNT, PARENTS, Skeleton


def small_skeleton() -> Skeleton:
    """A body of random bones whose pelvis is not at the model's origin; all shape coefficients matter."""
    rng = np.random.default_rng(7)
    template = np.zeros((JOINT_COUNT, 3))
    template[0] = [0.01, -0.33, 0.02]
    for joint in range(1, JOINT_COUNT):
        template[joint] = template[PARENTS[joint]] + rng.normal(scale=0.15, size=3)
    for left, right in ((1, 2), (16, 17)):  # hips and shoulders say where a body faces
        template[left], template[right] = template[0] + [0.1, 0.3, 0.0], template[0] + [-0.1, 0.3, 0.0]
    return Skeleton(template=template, shape_basis=rng.normal(scale=0.02, size=(JOINT_COUNT, 3, 10)))


def random_pose(seed: int) -> InteractivePose:
    """Two bodies somewhere in the world, in any pose, with any shape."""
    rng = np.random.default_rng(seed)
    return InteractivePose(
        rotations=matrix_from_axis_angle(rng.normal(scale=0.5, size=(2, 22, 3))),
        translations=rng.normal(size=(2, 3)),
        betas=rng.normal(size=(2, 10)),
    )


def smooth_motion(seed: int, *, frames: int = 30, rate_hz: float = 10.0) -> Motion:
    """Two bodies that move as slow sines do."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None, None] / rate_hz
    amplitude, phase = rng.normal(scale=0.3, size=(2, 1, 22, 3)), rng.uniform(0, 6, size=(2, 1, 22, 3))
    rotations = matrix_from_axis_angle(amplitude * np.sin(2.0 * time + phase))
    drift, turn = rng.normal(size=(2, 1, 3)), rng.uniform(0, 6, size=(2, 1, 3))
    return Motion(
        rotations=rotations,
        translations=0.3 * np.sin(1.5 * time[..., 0] + turn) + drift,
        betas=rng.normal(size=(2, 10)),
        rate_hz=rate_hz,
    )
