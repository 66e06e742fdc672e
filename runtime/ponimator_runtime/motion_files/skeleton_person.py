"""A person out of a skeleton whose joints bear SMPL-X's names: what our own BVH and glTF files hold."""

from __future__ import annotations

import numpy as np

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.rotations import quaternion_from_matrix
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_COUNT, JOINT_NAMES, PARENTS
from ponimator_runtime.motion_files.performance import PersonMotion, no_betas
from ponimator_runtime.motion_files.skeleton_motion import SkeletonMotion

_NAMED_IN_AN_ERROR = 5


def person_from_skeleton(motion: SkeletonMotion, *, name: str, metres_per_unit: float) -> PersonMotion:
    """The person, with rest joints of the file's own bones, the pelvis at the origin; joints not there are straight.

    Args:
        motion: Y up, in the pose of SMPL-X at rest where its rotations are the identity.
        name: of the character.
        metres_per_unit: of the file.

    Raises:
        DataError: one of the 22 body joints is not there.
    """
    missing = [joint for joint in JOINT_NAMES[:BODY_JOINT_COUNT] if joint not in motion.names]
    if missing:
        raise DataError(
            f"{motion.source}: {len(missing)} joints of SMPL-X are not there ({', '.join(missing[:_NAMED_IN_AN_ERROR])}"
            f"{', …' if len(missing) > _NAMED_IN_AN_ERROR else ''}); expected a file that `ponimator record` or "
            "`ponimator convert` wrote. Other skeletons: `ponimator dataset extract` reads them."
        )
    columns = [motion.names.index(joint) if joint in motion.names else -1 for joint in JOINT_NAMES]
    world = np.broadcast_to(np.eye(3), (motion.frame_count, JOINT_COUNT, 3, 3)).copy()
    local = world.copy()
    rest_joints = np.zeros((JOINT_COUNT, 3))
    pelvis = columns[0]
    for joint, (column, parent) in enumerate(zip(columns, PARENTS, strict=True)):
        if column < 0:
            world[:, joint], rest_joints[joint] = world[:, parent], rest_joints[parent]
            continue
        world[:, joint] = motion.world_rotations[:, column]
        rest_joints[joint] = metres_per_unit * (motion.rest_positions[column] - motion.rest_positions[pelvis])
        local[:, joint] = world[:, joint] if parent < 0 else np.swapaxes(world[:, parent], -1, -2) @ world[:, joint]
    return PersonMotion(
        name=name,
        rotations_xyzw=quaternion_from_matrix(local),
        translations=metres_per_unit * motion.positions[:, pelvis],
        rest_joints=rest_joints,
        betas=no_betas(),
    )
