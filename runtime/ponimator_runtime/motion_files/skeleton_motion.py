"""Motion of any skeleton as a file tells it: joints by name, in the file's own units and axes.

Legend: S joints of the file's skeleton (ends of bones count as joints), F frames.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion_files.tracks import check_finite

_TINY = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class SkeletonMotion:
    """One person's captured skeleton over time.

    Attributes:
        names: of the joints, S of them; the root first, a parent always before its children.
        parents: index of each joint's parent, -1 for the root.
        rest_positions: joints in the pose from which rotations count, (S, 3).
        world_rotations: from each joint's rest orientation to the world, (F, S, 3, 3).
        positions: joints over time, (F, S, 3).
        rate_hz: frames per second.
        source: the file's name, for messages.
        notes: what was guessed or changed.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    rest_positions: Float[NDArray[np.float64], "S 3"]
    world_rotations: Float[NDArray[np.float64], "F S 3 3"]
    positions: Float[NDArray[np.float64], "F S 3"]
    rate_hz: float
    source: str
    notes: tuple[str, ...] = ()

    @property
    def frame_count(self) -> int:
        """F."""
        return len(self.positions)

    def last_frames(self, count: int, note: str | None = None) -> SkeletonMotion:
        """Without what comes before the last frames."""
        return replace(
            self,
            world_rotations=self.world_rotations[-count:],
            positions=self.positions[-count:],
            notes=self.notes if note is None else (*self.notes, note),
        )

    def resting_at(self, frame: int) -> SkeletonMotion:
        """The same motion with the pose of one frame as the one from which rotations count."""
        back = np.swapaxes(self.world_rotations[frame], -1, -2)
        return replace(
            self,
            rest_positions=self.positions[frame],
            world_rotations=self.world_rotations @ back,
        )

    def moved(self, turn: Float[NDArray[np.float64], "3 3"], scale: float, note: str) -> SkeletonMotion:
        """The same motion in other axes and another unit."""
        return replace(
            self,
            rest_positions=scale * self.rest_positions @ turn.T,
            world_rotations=turn @ self.world_rotations @ turn.T,
            positions=scale * self.positions @ turn.T,
            notes=(*self.notes, note),
        )

    def descendants(self, joint: int) -> list[int]:
        """Every joint that hangs on one, itself left out."""
        below: list[int] = []
        for index in range(joint + 1, len(self.parents)):
            if self.parents[index] == joint or self.parents[index] in below:
                below.append(index)
        return below

    def ancestors(self, joint: int) -> list[int]:
        """From a joint's parent up to the root."""
        above: list[int] = []
        while (joint := self.parents[joint]) >= 0:
            above.append(joint)
        return above


def posed_skeleton(
    *,
    names: list[str],
    parents: list[int],
    offsets: Float[NDArray[np.float64], "F S 3"],
    rest_offsets: Float[NDArray[np.float64], "S 3"],
    local_rotations: Float[NDArray[np.float64], "F S 3 3"],
    rate_hz: float,
    source: str,
    notes: tuple[str, ...] = (),
) -> SkeletonMotion:
    """Forward kinematics of a file's skeleton.

    Args:
        names: of the joints.
        parents: of the joints, -1 for the root.
        offsets: of each joint to its parent over time, in the parent's frame; the root's in the world.
        rest_offsets: the same at rest.
        local_rotations: to the parent, the root's to the world.
        rate_hz: frames per second.
        source: the file's name.
        notes: what was guessed.

    Raises:
        DataError: a frame is not finite.
    """
    check_finite(source, offsets, local_rotations)
    world, positions = np.empty_like(local_rotations), np.empty_like(offsets)
    rest = np.zeros_like(rest_offsets)
    for joint, parent in enumerate(parents):
        if parent < 0:
            world[:, joint], positions[:, joint] = local_rotations[:, joint], offsets[:, joint]
            continue
        world[:, joint] = world[:, parent] @ local_rotations[:, joint]
        positions[:, joint] = positions[:, parent] + np.einsum("fij,fj->fi", world[:, parent], offsets[:, joint])
        rest[joint] = rest[parent] + rest_offsets[joint]
    if np.ptp(rest, axis=0).max() < _TINY:
        raise DataError(f"{source}: all bones of the skeleton are of length zero.")
    return SkeletonMotion(
        names=tuple(names),
        parents=tuple(parents),
        rest_positions=rest,
        world_rotations=world,
        positions=positions,
        rate_hz=rate_hz,
        source=source,
        notes=notes,
    )
