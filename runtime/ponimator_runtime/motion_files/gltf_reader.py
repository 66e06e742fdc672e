"""A performance out of a binary glTF file whose skins bear SMPL-X's joint names: what `gltf_writer` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.rotations import matrix_from_quaternion
from ponimator_runtime.motion_files.glb_container import Glb, read_glb
from ponimator_runtime.motion_files.performance import Performance
from ponimator_runtime.motion_files.skeleton_motion import SkeletonMotion, posed_skeleton
from ponimator_runtime.motion_files.skeleton_person import person_from_skeleton
from ponimator_runtime.motion_files.tracks import check_rate

_MOST_NODES: Final = 10_000
_RATE_DIGITS: Final = 2
Channels = dict[tuple[int, str], NDArray[np.float64]]


def read_gltf(path: Path) -> Performance:
    """All skinned persons of the file's first animation.

    Raises:
        DataError: the file is none, has no animation of skins, or its joints are not SMPL-X's.
    """
    glb = read_glb(path)
    try:
        channels, times = _channels(glb, path.name)
        rate_hz = round((len(times) - 1) / float(times[-1] - times[0]), _RATE_DIGITS) if len(times) > 1 else 0.0
        check_rate(rate_hz, path.name)
        persons = tuple(
            person_from_skeleton(
                _skeleton(glb, skin["joints"], channels, len(times), rate_hz, path.name),
                name=str(skin.get("name", f"{number + 1}")),
                metres_per_unit=1.0,
            )
            for number, skin in enumerate(glb.tree["skins"])
        )
        anchors = glb.tree["asset"].get("extras", {}).get("anchor_frames", [])
        return Performance(persons=persons, rate_hz=rate_hz, anchors=tuple(int(anchor) for anchor in anchors))
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from error
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"{path.name}: expected two skins with an animation, as `ponimator record` writes them; what is missing "
            f"or wrong: {error}."
        ) from error


def _channels(glb: Glb, source: str) -> tuple[Channels, NDArray[np.float64]]:
    """What moves which node, and when; all samplers of one animation have the same times."""
    animation = glb.tree["animations"][0]
    inputs = {int(sampler["input"]) for sampler in animation["samplers"]}
    if len(inputs) != 1:
        raise DataError(f"expected one list of times for all that moves, {source} has {len(inputs)}")
    times = glb.array(inputs.pop()).astype(np.float64)
    found: Channels = {}
    for channel in animation["channels"]:
        values = glb.array(int(animation["samplers"][channel["sampler"]]["output"])).astype(np.float64)
        if len(values) != len(times):
            raise DataError(f"expected {len(times)} values of each channel, one has {len(values)}")
        found[int(channel["target"]["node"]), str(channel["target"]["path"])] = values
    return found, times


def _skeleton(
    glb: Glb, joints: list[int], channels: Channels, frame_count: int, rate_hz: float, source: str
) -> SkeletonMotion:
    nodes: list[dict[str, Any]] = glb.tree["nodes"]
    if len(nodes) > _MOST_NODES:
        raise DataError(f"{len(nodes)} nodes; {_MOST_NODES} are the most that is read")
    above = {int(child): number for number, node in enumerate(nodes) for child in node.get("children", [])}
    order = _parents_first([int(joint) for joint in joints], above)
    parents = [order.index(above[node]) if above.get(node) in order else -1 for node in order]
    rest = np.array([nodes[node].get("translation", (0.0, 0.0, 0.0)) for node in order], dtype=np.float64)
    offsets = np.stack([channels.get((node, "translation"), np.tile(rest[row], (frame_count, 1)))
                        for row, node in enumerate(order)], axis=1)  # fmt: skip
    still = np.array([0.0, 0.0, 0.0, 1.0])
    rotations = np.stack([channels.get((node, "rotation"), np.tile(still, (frame_count, 1))) for node in order], axis=1)
    return posed_skeleton(
        names=[str(nodes[node]["name"]) for node in order],
        parents=parents,
        offsets=offsets,
        rest_offsets=rest,
        local_rotations=matrix_from_quaternion(rotations),
        rate_hz=rate_hz,
        source=source,
    )


def _parents_first(joints: list[int], above: dict[int, int]) -> list[int]:
    """The joints of a skin by how deep they hang."""

    def depth(node: int) -> int:
        steps = 0
        while (parent := above.get(node)) is not None:
            node, steps = parent, steps + 1
            if steps > _MOST_NODES:
                raise DataError("a node hangs on itself")
        return steps

    return sorted(joints, key=depth)
