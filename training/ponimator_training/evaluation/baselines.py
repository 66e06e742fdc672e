"""What a model must beat: the anchor held still, the nearest training window, the blend to the mean pose."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import cKDTree

from ponimator_runtime.motion.skeleton import JOINT_INDEX
from ponimator_runtime.motion.window import ROTATION_FEATURES
from ponimator_training.data.clips import ClipSet
from ponimator_training.windows import Windows, WindowSampler

POOL = 6000
"""Interactive poses of the training set that the nearest one is looked for among."""
_AT_ONCE = 512
_FOOT = JOINT_INDEX["left_ankle"]
_HEIGHT = ROTATION_FEATURES + 1


def held_still(anchor: Float[np.ndarray, "W P 135"], frame_count: int) -> Float[np.ndarray, "W P N 135"]:
    """The anchor in every frame."""
    return np.repeat(anchor[:, :, None], frame_count, axis=2)


def blended_to(
    mean: Float[np.ndarray, "P 135"],
    anchor: Float[np.ndarray, "W P 135"],
    anchor_index: Int[np.ndarray, "W"],
    frame_count: int,
) -> Float[np.ndarray, "W P N 135"]:
    """From the anchor to the mean pose in a straight line, there at a whole window's distance."""
    share = np.abs(np.arange(frame_count) - anchor_index[:, None]) / max(frame_count - 1, 1)
    weight = share[:, None, :, None]
    return np.asarray((1 - weight) * anchor[:, :, None] + weight * mean[:, None])


class TrainingPoses:
    """Interactive poses of a training set, and the windows around them."""

    def __init__(self, clips: ClipSet, sampler: WindowSampler, rng: np.random.Generator, *, pool: int = POOL) -> None:
        """Draws the pool.

        Args:
            clips: the training set.
            sampler: over the same clips.
            rng: of the draw.
            pool: how many poses at most.
        """
        self._sampler = sampler
        touching = np.argwhere(clips.interactive)
        self._places = touching[rng.permutation(len(touching))[:pool]]  # clip and frame
        self._swapped = rng.random(len(self._places)) < 0.5
        parts, sums = [], []
        for first in range(0, len(self._places), _AT_ONCE):
            rows = np.arange(first, min(first + _AT_ONCE, len(self._places)))
            windows = self._windows(rows, np.full(len(rows), sampler.frames // 2))
            parts.append(windows.anchor_joints)
            sums.append(windows.motion.mean(axis=2, dtype=np.float64).sum(axis=0))
        self.mean: Float[np.ndarray, "P 135"] = np.sum(sums, axis=0) / len(self._places)
        joints = np.concatenate(parts)
        self._tree = cKDTree(joints.reshape(len(joints), -1))
        self._tree_of_first = cKDTree(joints[:, 0].reshape(len(joints), -1))

    def nearest(
        self,
        anchor_joints: Float[np.ndarray, "W P 22 3"],
        anchor_index: Int[np.ndarray, "W"],
        rest_joints: Float[np.ndarray, "W P 22 3"],
    ) -> Float[np.ndarray, "W P N 135"]:
        """The window around the training pose nearest to each anchor, played by bodies of other rest joints.

        Rotations stay; the pelvis keeps its place, its height scaled by the length of the legs, so that feet stay on
        the floor.
        """
        rows = np.asarray(self._tree.query(anchor_joints.reshape(len(anchor_joints), -1))[1])
        found = self._windows(rows, anchor_index)
        features = found.motion.astype(np.float64)
        theirs, ours = found.rest_joints[:, :, None], rest_joints[:, :, None]
        legs = (ours[..., 0, 1] - ours[..., _FOOT, 1]) / (theirs[..., 0, 1] - theirs[..., _FOOT, 1])
        pelvis = features[..., ROTATION_FEATURES:] + theirs[..., 0, :]
        pelvis[..., 1] *= legs
        features[..., ROTATION_FEATURES:] = pelvis - ours[..., 0, :]
        return features

    def partners(self, rng: np.random.Generator, count: int) -> Float[np.ndarray, "W 135"]:
        """The second person of random training poses, in model space."""
        rows = rng.integers(len(self._places), size=count)
        return self._windows(rows, np.full(count, self._sampler.frames // 2)).anchor[:, 1].astype(np.float64)

    def partners_of(self, first_joints: Float[np.ndarray, "W 22 3"]) -> Float[np.ndarray, "W 135"]:
        """The second person of the training pose whose first one stands most like those given, in model space."""
        rows = np.asarray(self._tree_of_first.query(first_joints.reshape(len(first_joints), -1))[1])
        return self._windows(rows, np.full(len(rows), self._sampler.frames // 2)).anchor[:, 1].astype(np.float64)

    def _windows(self, rows: Int[np.ndarray, "W"], anchor_index: Int[np.ndarray, "W"]) -> Windows:
        """Windows around poses of the pool, the anchor at the asked index as far as the clip allows."""
        clips, frames = self._places[rows].T
        start = np.clip(frames - anchor_index, 0, self._sampler.clip_frames - self._sampler.frames)
        return self._sampler.windows_at(clips, frames, start, swapped=self._swapped[rows])
