"""What the tests of retargeting look at: bodies at rest, in any pose, and the golden file's scripted scenes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ponimator_runtime.models.body import BODY_FILE, load_body_surface
from ponimator_runtime.models.bundle import bundle_folder
from ponimator_runtime.motion.retargeting.fitting import SOLE_BELOW_TOE_M
from ponimator_runtime.motion.retargeting.pair import PairFrame
from ponimator_runtime.motion.rotations import (
    matrix_about_y,
    quaternion_from_axis_angle,
    quaternion_from_matrix,
    quaternion_product,
)
from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_INDEX, SHAPE_COUNT

GOLDEN = Path(__file__).parents[1] / "contract" / "golden" / "retarget.json"
NO_FEET = np.zeros((2, 4), dtype=bool)


@cache
def rest_joints() -> np.ndarray:
    """The mean body of the embedded bundle."""
    return load_body_surface(bundle_folder("lite") / BODY_FILE).skeleton.rest_joints(np.zeros(SHAPE_COUNT))


@cache
def golden() -> dict[str, Any]:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def golden_case(name: str) -> dict[str, Any]:
    return next(case for case in golden()["cases"] if case["name"] == name)


def pair_frame(rotation_vectors: np.ndarray, pelves: np.ndarray, **others: Any) -> PairFrame:
    """Both mean bodies by rotation vectors (2, 55, 3) and places of the pelvis (2, 3)."""
    frame = {"foot_contacts": NO_FEET, **others}
    return PairFrame(
        rotations_xyzw=quaternion_from_axis_angle(rotation_vectors), translations=pelves - rest_joints()[0], **frame
    )


def standing_height() -> float:
    """Of the pelvis of a body at rest on the floor, m."""
    return float(rest_joints()[0, 1] - rest_joints()[JOINT_INDEX["left_foot"], 1]) + SOLE_BELOW_TOE_M


def at_rest(*, apart_m: float = 1.0, **others: Any) -> PairFrame:
    """Both in T-pose on the floor, side by side."""
    pelves = np.array([[0.0, standing_height(), 0.0], [0.0, standing_height(), apart_m]])
    return pair_frame(np.zeros((2, JOINT_COUNT, 3)), pelves, **others)


def any_pose(seed: int, *, scale: float = 0.4, **others: Any) -> PairFrame:
    """Two bodies in any pose, somewhere above the floor."""
    rng = np.random.default_rng(seed)
    pelves = np.array([[0.0, 1.0, 0.0], [0.2, 1.0, 1.1]]) + rng.normal(scale=0.1, size=(2, 3))
    return pair_frame(rng.normal(scale=scale, size=(2, JOINT_COUNT, 3)), pelves, **others)


def moved(frame: PairFrame, yaw_rad: float, shift: np.ndarray) -> PairFrame:
    """The same in another place of the world."""
    turn = matrix_about_y(yaw_rad)
    rotations = frame.rotations_xyzw.copy()
    rotations[:, 0] = quaternion_product(np.tile(quaternion_from_matrix(turn), (2, 1)), rotations[:, 0])
    pelves = frame.translations + rest_joints()[0]
    return PairFrame(
        rotations_xyzw=rotations,
        translations=pelves @ turn.T + shift - rest_joints()[0],
        foot_contacts=frame.foot_contacts,
        touches=frame.touches,
    )
