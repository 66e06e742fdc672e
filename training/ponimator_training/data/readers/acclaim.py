"""ASF/AMC (Acclaim): a skeleton file for a person, and a motion file for each take; the CMU database's own form.

A bone turns about its own axes: to the parent it is C · M · C⁻¹, with C from its `axis` and M from the values of its
degrees of freedom, X innermost. Bones are told by direction and length in world axes, as the skeleton stands at rest.
The joint named after a bone is where the bone begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion_files.skeleton_motion import SkeletonMotion, posed_skeleton
from ponimator_runtime.motion_files.tracks import check_rate

CMU_RATE_HZ = 120.0
"""AMC tells no rate; the CMU database, where nearly all of these files come from, was captured at this one."""
_ROOT = "root"


@dataclass(slots=True)
class _Bone:
    vector: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    axes: NDArray[np.float64] = field(default_factory=lambda: np.eye(3))
    freedoms: list[str] = field(default_factory=list)
    parent: str | None = None


def read_acclaim(skeleton: Path, motion: Path, *, rate_hz: float | None = None) -> SkeletonMotion:
    """One person's motion.

    Raises:
        DataError: a file is not of this format, is cut off, or the two do not fit each other.
    """
    texts = []
    for path in (skeleton, motion):
        try:
            texts.append(path.read_text(encoding="utf-8", errors="replace"))
        except OSError as cause:
            raise DataError(f"{path} cannot be read: {cause}") from cause
    try:
        bones, in_degrees = _bones(texts[0])
    except (ValueError, IndexError, KeyError, StopIteration) as cause:
        raise DataError(f"{skeleton.name} is no whole ASF file: {cause!r}") from cause
    try:
        frames = _frames(texts[1], bones)
    except (ValueError, IndexError, KeyError) as cause:
        raise DataError(f"{motion.name} is no whole AMC file for {skeleton.name}: {cause}") from cause
    rate = rate_hz or CMU_RATE_HZ
    check_rate(rate, motion.name)
    return _posed(bones, frames, 1.0 if not in_degrees else np.pi / 180, rate, rate_hz is not None, motion.name)


def _bones(text: str) -> tuple[dict[str, _Bone], bool]:
    """Bones by name, parents first, and whether angles are in degrees."""
    lines = [words for line in text.splitlines() if (words := line.split("#")[0].split())]
    sections: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    for words in lines:
        if words[0].startswith(":"):
            current = sections.setdefault(words[0][1:].lower(), [])
        else:
            current.append(words)
    missing = [name for name in ("root", "bonedata", "hierarchy") if name not in sections]
    if missing:
        raise ValueError(f"the sections {missing} are missing")
    degrees = not any(words[0] == "angle" and words[1].lower().startswith("rad") for words in sections.get("units", []))
    scale = np.pi / 180 if degrees else 1.0
    root = {words[0].lower(): words[1:] for words in sections["root"]}
    bones = {
        _ROOT: _Bone(
            axes=_turn(
                root.get("axis", ["XYZ"])[0], [float(v) for v in root.get("orientation", ["0", "0", "0"])], scale
            ),
            freedoms=[word.lower() for word in root["order"]],
        )
    }
    bones |= dict(_bone(words, scale) for words in _blocks(sections["bonedata"]))
    for words in (line for line in sections["hierarchy"] if line[0] not in ("begin", "end")):
        for child in words[1:]:
            bones[child].parent = words[0] if words[0] in bones else None
    ordered = {_ROOT: bones[_ROOT]}
    while len(ordered) < len(bones):
        ready = {name: bone for name, bone in bones.items() if name not in ordered and bone.parent in ordered}
        if not ready:
            raise ValueError(f"the hierarchy does not reach {sorted(set(bones) - set(ordered))}")
        ordered |= ready
    return ordered, degrees


def _blocks(lines: list[list[str]]) -> Iterator[list[list[str]]]:
    """The lines between each `begin` and `end`."""
    block: list[list[str]] | None = None
    for words in lines:
        if words[0] == "begin":
            block = []
        elif words[0] == "end" and block is not None:
            yield block
            block = None
        elif block is not None:
            block.append(words)
    if block is not None:
        raise ValueError("the last bone has no 'end'")


def _bone(lines: list[list[str]], scale: float) -> tuple[str, _Bone]:
    known = {words[0].lower(): words[1:] for words in lines}
    axis = known.get("axis", ["0", "0", "0", "XYZ"])
    bone = _Bone(
        vector=np.array([float(value) for value in known["direction"]]) * float(known["length"][0]),
        axes=_turn(axis[3], [float(value) for value in axis[:3]], scale),
        freedoms=[word.lower() for word in known.get("dof", [])],
    )
    return known["name"][0], bone


def _turn(order: str, angles: list[float], scale: float) -> NDArray[np.float64]:
    """Turns about fixed axes, one after the other."""
    turn = np.eye(3)
    for name, angle in zip(order.upper(), angles, strict=True):
        turn = matrix_from_axis_angle(angle * scale * np.eye(3)["XYZ".index(name)]) @ turn
    return turn


def _frames(text: str, bones: dict[str, _Bone]) -> dict[str, NDArray[np.float64]]:
    """Values of each bone over time, (F, freedoms)."""
    rows: dict[str, list[list[float]]] = {name: [] for name in bones}
    count = 0
    for line in text.splitlines():
        words = line.split()
        if not words or words[0][0] in ("#", ":"):
            continue
        if len(words) == 1:
            count += 1
            continue
        values = [float(value) for value in words[1:]]
        if words[0] not in bones or len(values) != len(bones[words[0]].freedoms):
            raise ValueError(f"frame {count}: '{words[0]}' with {len(values)} values is not of this skeleton")
        rows[words[0]].append(values)
    wrong = [name for name, bone in bones.items() if len(rows[name]) != (count if bone.freedoms else 0)]
    if wrong or not count:
        raise ValueError(f"cut off: of {count} frames, some lack the bones {wrong}")
    return {name: np.array(values).reshape(count, -1) for name, values in rows.items() if values}


def _posed(
    bones: dict[str, _Bone], frames: dict[str, NDArray[np.float64]], scale: float, rate: float, told: bool, source: str
) -> SkeletonMotion:
    names, count = list(bones), len(frames[_ROOT])
    leaves = [name for name in names if not any(bone.parent == name for bone in bones.values())]
    parents = [names.index(bone.parent) if bone.parent else -1 for bone in bones.values()]
    begin = [bones[bone.parent].vector if bone.parent else np.zeros(3) for bone in bones.values()]
    rest_offsets = np.array(begin + [bones[leaf].vector for leaf in leaves])
    rotations = np.broadcast_to(np.eye(3), (count, len(names) + len(leaves), 3, 3)).copy()
    offsets = np.broadcast_to(rest_offsets, (count, *rest_offsets.shape)).copy()
    for index, (name, bone) in enumerate(bones.items()):
        turn = np.broadcast_to(np.eye(3), (count, 3, 3))
        for column, freedom in enumerate(bone.freedoms):
            axis = "xyz".find(freedom[-1])
            if axis < 0 or freedom[0] not in "tr":
                continue  # 'l' stretches a bone; nobody uses it for people
            if freedom[0] == "t":
                offsets[:, index, axis] = frames[name][:, column]
            else:
                turn = matrix_from_axis_angle(frames[name][:, column, None] * scale * np.eye(3)[axis]) @ turn
        rotations[:, index] = bone.axes @ turn @ bone.axes.T
    return posed_skeleton(
        names=names + [f"{leaf}_end" for leaf in leaves],
        parents=parents + [names.index(leaf) for leaf in leaves],
        offsets=offsets,
        rest_offsets=rest_offsets,
        local_rotations=rotations,
        rate_hz=rate,
        source=source,
        notes=(f"{rate:g} Hz ({'told' if told else 'assumed: AMC tells no rate, CMU has this one'})",),
    )
