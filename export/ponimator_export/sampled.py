"""What comes out of whole sampling loops, of torch and of a bundle from the same noise, and how far it is apart.

Networks in fp32 are held to their farthest joint. Those in fp16 or int8 are held to means: a sampling loop makes much
of a little rounding, and now and then a window takes another of its ways.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float

from ponimator_export.report import TOLERANCES, Comparison
from ponimator_runtime.diffusion.plan import ddim_plan
from ponimator_runtime.diffusion.schedule import Schedule
from ponimator_runtime.models.bundle import Bundle
from ponimator_runtime.models.card import Precision
from ponimator_runtime.models.networks import Known
from ponimator_runtime.motion.rotations import angle_between
from ponimator_runtime.motion.window import FEATURE_COUNT, unpack
from ponimator_training.network.animator import PERSONS, Animator
from ponimator_training.network.generator import Generator
from ponimator_training.network.kinematics_torch import joint_positions
from ponimator_training.sampling import sample_motion, sample_poses
from ponimator_training.windows import Poses, Windows

CONDITIONS = {"none": (0, 0), "pose": (1, 0), "text": (0, 1), "pose + text": (1, 1)}
"""Whether the generator gets a pose, and a text."""
_SEED = 0
_FARTHER_PERCENT = 95


def sampled_motion(
    bundle: Bundle, network: Animator, windows: Windows, schedule: Schedule, steps: int
) -> Iterator[Comparison]:
    """How far motion of the bundle's animator is from torch's."""
    anchor, index = windows.anchor.astype(np.float64), windows.anchor_index
    expected = sample_motion(
        network,
        schedule,
        anchor=anchor,
        anchor_joints=windows.anchor_joints,
        anchor_index=index,
        rng=np.random.default_rng(_SEED),
        steps=steps,
    )
    noise = np.random.default_rng(_SEED).standard_normal(expected.shape)
    latent = bundle.animator.sample(noise, anchor, windows.anchor_joints, index, plan=ddim_plan(schedule, steps))
    found = bundle.animator.residual(latent) + anchor[:, :, None]
    rest_joints = np.repeat(windows.rest_joints[:, :, None], found.shape[2], axis=2)  # (B, P, N, 22, 3)
    precision = bundle.card.animator.graphs.precision
    yield from _apart("animator", f"{steps} steps", precision, expected, found, rest_joints)


def sampled_poses(
    bundle: Bundle, network: Generator, poses: Poses, schedule: Schedule, steps: int
) -> Iterator[Comparison]:
    """How far interactive poses of the bundle's generator are from torch's, with each set of conditions."""
    B = len(poses.features)
    features = poses.features.astype(np.float64)
    rest_joints = features[..., FEATURE_COUNT:].reshape(B, PERSONS, -1, 3)
    values = bundle.generator.latent(features)
    where = np.zeros_like(values)
    where[:, 0] = 1.0
    for condition, (with_pose, with_text) in CONDITIONS.items():
        if not with_pose and not with_text:
            continue
        text = poses.text if with_text else None
        expected = sample_poses(
            network,
            schedule,
            count=B,
            rng=np.random.default_rng(_SEED),
            first_person=features[:, 0] if with_pose else None,
            text=text,
            guidance_weight=bundle.card.generator.guidance_weight,
            steps=steps,
        )
        latent = bundle.generator.sample(
            np.random.default_rng(_SEED).standard_normal(expected.shape),
            given=values if with_pose else None,
            text=text,
            known=Known(values=values, where=where) if with_pose else None,
            plan=ddim_plan(schedule, steps),
        )
        found = bundle.generator.features(latent)
        yield from _apart(
            "generator",
            f"{condition}: {steps} steps",
            bundle.card.generator.graphs.precision,
            expected[..., :FEATURE_COUNT],
            found[..., :FEATURE_COUNT],
            rest_joints,
        )


def joint_differences(
    expected: Float[np.ndarray, "*S 135"], found: Float[np.ndarray, "*S 135"], rest_joints: Float[np.ndarray, "*S 22 3"]
) -> tuple[Float[np.ndarray, "*S 22"], Float[np.ndarray, "*S 22"]]:
    """How far the joints of two poses are apart, mm, and turned against each other in their parents, degrees."""
    rest = torch.tensor(rest_joints, dtype=torch.float64)
    joints = [joint_positions(torch.from_numpy(features), rest) for features in (expected, found)]
    distance_mm = 1000 * (joints[0] - joints[1]).norm(dim=-1).numpy()
    return distance_mm, np.degrees(angle_between(unpack(expected)[0], unpack(found)[0]))


def _apart(
    network: str,
    what: str,
    precision: Precision,
    expected: Float[np.ndarray, "*S 135"],
    found: Float[np.ndarray, "*S 135"],
    rest_joints: Float[np.ndarray, "*S 22 3"],
) -> Iterator[Comparison]:
    """How far the joints of the body stand from where torch puts them, and are turned."""
    distance_mm, angle_deg = joint_differences(expected, found, rest_joints)
    if precision is Precision.FP32:
        rows = {"joints, mm": (distance_mm.max(), TOLERANCES.sampled_joints_mm)}
    else:
        rows = {
            "joints, mean mm": (distance_mm.mean(), TOLERANCES.mean_joints_mm),
            f"joints, {_FARTHER_PERCENT} % within mm": (np.percentile(distance_mm, _FARTHER_PERCENT), np.inf),
            "joints, mm": (distance_mm.max(), np.inf),
            "rotations, mean °": (angle_deg.mean(), TOLERANCES.mean_rotation_deg),
        }
    for measure, (difference, allowed) in rows.items():
        yield Comparison(
            network=network,
            what=f"{what}, {measure}",
            batch=len(found),
            difference=float(difference),
            allowed=float(allowed),
        )
