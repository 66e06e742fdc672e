"""BVH (Biovision hierarchy): a skeleton as nested text, then one line of channel values a frame.

Rotations are in degrees, in the order of the channels, the first outermost. Position channels replace the offset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion_files.skeleton_motion import SkeletonMotion, posed_skeleton
from ponimator_runtime.motion_files.tracks import check_rate

_AXES = {"X": 0, "Y": 1, "Z": 2}
_MOST_CHANNELS = 6
_RATE_DIGITS = 2


@dataclass(slots=True)
class _Hierarchy:
    names: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    offsets: list[list[float]] = field(default_factory=list)
    channels: list[list[str]] = field(default_factory=list)


def read_bvh(path: Path, *, rate_hz: float | None = None) -> SkeletonMotion:
    """One person's motion.

    Raises:
        DataError: the file is no BVH, is cut off, or holds NaN.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as cause:
        raise DataError(f"{path} cannot be read: {cause}") from cause
    head, found, tail = text.partition("MOTION")
    if "HIERARCHY" not in head or not found:
        raise DataError(f"{path.name} is no BVH file: it needs the words HIERARCHY and MOTION.")
    try:
        hierarchy = _hierarchy(head)
        values, frame_time = _frames(tail, sum(map(len, hierarchy.channels)))
    except (ValueError, IndexError, StopIteration) as cause:
        raise DataError(f"{path.name} is no whole BVH file: {cause}") from cause
    # The header keeps few digits of a frame's time: 0.0083333 s is 120 Hz.
    rate = rate_hz or (round(1 / frame_time, _RATE_DIGITS) if frame_time > 0 else 0.0)
    check_rate(rate, path.name)
    rotations, offsets = _posed_channels(hierarchy, values)
    return posed_skeleton(
        names=hierarchy.names,
        parents=hierarchy.parents,
        offsets=offsets,
        rest_offsets=np.array(hierarchy.offsets),
        local_rotations=rotations,
        rate_hz=rate,
        source=path.name,
        notes=(f"{rate:g} Hz ({'told' if rate_hz else 'from the header'})",),
    )


def _hierarchy(text: str) -> _Hierarchy:
    """Joints in the order of their channels; each end site is a joint without channels."""
    found, words = _Hierarchy(), iter(text.split())
    open_joints: list[int] = []
    for word in words:
        if word in ("ROOT", "JOINT", "End"):
            name = next(words)
            parent = open_joints[-1] if open_joints else -1
            if parent < 0 and found.names:
                raise ValueError("it has more than one root; one person a file is needed")
            found.names.append(f"{found.names[parent]}_end" if word == "End" else name)
            found.parents.append(parent)
            found.offsets.append([0.0, 0.0, 0.0])
            found.channels.append([])
        elif word == "{":
            open_joints.append(len(found.names) - 1)
        elif word == "}":
            open_joints.pop()
        elif word == "OFFSET":
            found.offsets[open_joints[-1]] = [float(next(words)) for _ in range(3)]
        elif word == "CHANNELS":
            count = int(next(words))
            if not 0 <= count <= _MOST_CHANNELS:
                raise ValueError(f"a joint with {count} channels")
            found.channels[open_joints[-1]] = [next(words) for _ in range(count)]
    if open_joints or not found.names:
        raise ValueError("the hierarchy is cut off")
    return found


def _frames(text: str, width: int) -> tuple[NDArray[np.float64], float]:
    """Channel values (F, width) and seconds a frame."""
    lines = [line for line in text.splitlines() if line.strip()]
    header = {line.partition(":")[0].strip().lower(): line.partition(":")[2].strip() for line in lines[:2]}
    if "frames" not in header or "frame time" not in header:
        raise ValueError("'Frames:' and 'Frame Time:' are missing")
    count, rows = int(header["frames"]), lines[2:]
    if len(rows) != count:
        raise ValueError(f"the header tells {count} frames, there are {len(rows)}")
    if any(len(row.split()) != width for row in rows):
        raise ValueError(f"each frame needs {width} values; a line has another count")
    return np.array([row.split() for row in rows], dtype=np.float64).reshape(count, width), float(header["frame time"])


def _posed_channels(
    hierarchy: _Hierarchy, values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Local rotations (F, S, 3, 3) and offsets (F, S, 3)."""
    frames, joints = len(values), len(hierarchy.names)
    rotations = np.broadcast_to(np.eye(3), (frames, joints, 3, 3)).copy()
    offsets = np.broadcast_to(np.array(hierarchy.offsets), (frames, joints, 3)).copy()
    column = 0
    for joint, channels in enumerate(hierarchy.channels):
        for channel in channels:
            axis = _AXES.get(channel[:1].upper())
            if axis is None:
                raise DataError(f"The channel '{channel}' of joint '{hierarchy.names[joint]}' has no axis X, Y or Z.")
            if channel.lower().endswith("position"):
                offsets[:, joint, axis] = values[:, column]
            else:
                vector = np.zeros((frames, 3))
                vector[:, axis] = np.radians(values[:, column])
                rotations[:, joint] = rotations[:, joint] @ matrix_from_axis_angle(vector)
            column += 1
    return rotations, offsets
