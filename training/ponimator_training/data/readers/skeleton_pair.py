"""Two captured skeletons, one a person, as one clip on our body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion_files.skeleton_motion import SkeletonMotion
from ponimator_runtime.motion_files.upright import UpAxis, axis_vector
from ponimator_training.data.readers.capture_frame import (
    brought_over,
    guessed_up_axis,
    unit_m,
    without_t_pose,
)
from ponimator_training.data.readers.joint_map import joint_map
from ponimator_training.data.readers.paired_clip import PairedClip, paired
from ponimator_training.data.readers.retarget import retargeted


def paired_skeletons(
    first: SkeletonMotion,
    second: SkeletonMotion,
    skeleton: Skeleton,
    *,
    name: str,
    told_joints: Mapping[str, str] | None = None,
    up: UpAxis | None = None,
) -> PairedClip:
    """Both persons on our body.

    Args:
        first: person A.
        second: person B, captured together with A.
        skeleton: of our body.
        name: of the clip.
        told_joints: the user's joint map, where names alone do not tell.
        up: which way is up; guessed where None.

    Raises:
        DataError: joints are missing, nobody can tell which way is up, or the two do not fit each other.
    """
    motions = [first, second]
    maps = [joint_map(motion, told_joints) for motion in motions]
    axis = up or guessed_up_axis(motions, maps)
    counts = {motion.frame_count for motion in motions}
    motions = [without_t_pose(motion, joints, axis_vector(axis)) for motion, joints in zip(motions, maps, strict=True)]
    if len(counts) == 1:  # a frame dropped from one person is dropped from the other: they go on together
        fewest = min(motion.frame_count for motion in motions)
        motions = [motion.last_frames(fewest) for motion in motions]
    scale, unit_note = unit_m(motions, maps)
    note = f"up axis {axis} ({'told' if up else 'guessed from how the bodies stand'}); {unit_note}"
    tracks = [
        retargeted(brought_over(motion, axis, scale, note), joints, skeleton)
        for motion, joints in zip(motions, maps, strict=True)
    ]
    clip = paired(*tracks, name=name)
    said = dict.fromkeys((*motions[0].notes, *motions[1].notes, note))
    return replace(clip, notes=tuple(said), shares_floor=False)
