"""Which joint of a file's skeleton is which of the body's: by the names in use, or as the user maps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.skeleton import BODY_JOINT_NAMES
from ponimator_runtime.motion_files.skeleton_motion import SkeletonMotion

HAND_ENDS = ("left_hand_end", "right_hand_end")
"""A point along each hand, from the wrist towards the fingers; not a joint of the body."""
_SIDES = (("left", "l"), ("right", "r"))
_LIMB_ALIASES = {
    "hip": ("upleg", "thigh", "femur", "upperleg", "hip"),
    "knee": ("leg", "shin", "calf", "tibia", "lowerleg", "lowleg", "knee"),
    "ankle": ("ankle", "foot"),
    "foot": ("toebase", "toes", "toe", "ball", "foot"),
    "shoulder": ("arm", "humerus", "upperarm", "uparm", "shoulder"),
    "collar": ("clavicle", "collar", "collarbone", "shoulder"),
    "elbow": ("forearm", "radius", "lowerarm", "lowarm", "elbow"),
    "wrist": ("wrist", "hand"),
}
"""Of each part, names in use, the surest first; a joint that is taken is not taken again."""
_NEEDED = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
_LEAST_LENGTH_SHARE = 1e-4
_STILL = 1e-6
_TRUNK = ("spine1", "spine2", "spine3")


def read_joint_map(path: Path) -> dict[str, str]:
    """A user's map of the body's joints to the file's, a JSON object: `{"left_hip": "LeftUpLeg", …}`.

    Raises:
        DataError: the file is no such object, or names a joint that the body has not.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise DataError(f"{path} cannot be read as a joint map (JSON): {cause}") from cause
    known = {*BODY_JOINT_NAMES, *HAND_ENDS}
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise DataError(f'{path} should be a JSON object of names to names: {{"left_hip": "LeftUpLeg"}}.')
    if unknown := sorted(set(content) - known):
        raise DataError(f"{path} maps {unknown}; the body has {', '.join(sorted(known))}.")
    return content


def joint_map(motion: SkeletonMotion, told: Mapping[str, str] | None = None) -> dict[str, int]:
    """Index of the file's joint for each of the body's joints that it has; what `told` says comes first.

    Raises:
        DataError: a joint that is needed is not found.
    """
    found = _told(motion, told or {})
    plain = {_plain(name): index for index, name in reversed(list(enumerate(motion.names)))}
    for part, aliases in _LIMB_ALIASES.items():
        for side, letter in _SIDES:
            if f"{side}_{part}" in found:
                continue
            forms = (form for alias in aliases for form in (side + alias, letter + alias, alias + side, alias + letter))
            match = next((plain[form] for form in forms if form in plain and plain[form] not in found.values()), None)
            if match is not None:
                found[f"{side}_{part}"] = match
    missing = [f"{side}_{part}" for part in _NEEDED for side, _ in _SIDES if f"{side}_{part}" not in found]
    if missing:
        raise DataError(
            f"{motion.source}: no joint found for {', '.join(missing)} among {', '.join(motion.names)}; "
            "tell them with --joint-map."
        )
    return _with_trunk(motion, _with_hand_ends(motion, found), plain)


def _told(motion: SkeletonMotion, told: Mapping[str, str]) -> dict[str, int]:
    absent = sorted(name for name in told.values() if name not in motion.names)
    if absent:
        raise DataError(f"{motion.source}: the joint map names {absent}, this skeleton has {', '.join(motion.names)}.")
    return {joint: motion.names.index(name) for joint, name in told.items()}


def _with_trunk(motion: SkeletonMotion, found: dict[str, int], plain: Mapping[str, int]) -> dict[str, int]:
    """Pelvis, spine, neck and head, told by where they stand in the tree: their names differ most."""
    both_legs = _common(motion, found["left_hip"], found["right_hip"])
    pelvis = found.setdefault("pelvis", both_legs)
    chest = _common(motion, found["left_shoulder"], found["right_shoulder"])
    above_pelvis = [joint for joint in [chest, *motion.ancestors(chest)] if pelvis in motion.ancestors(joint)][::-1]
    trunk = [joint for joint in above_pelvis if _turns(motion, joint)] or above_pelvis
    if not any(name in found for name in _TRUNK) and trunk:
        found["spine3"] = trunk[-1]
        if len(trunk) > 1:
            found["spine1"] = trunk[0]
        if len(trunk) > 2:
            found["spine2"] = trunk[len(trunk) // 2]
    head = found.get("head", plain.get("head"))
    if head is not None:
        found["head"] = head
        between = [joint for joint in motion.ancestors(head) if chest in motion.ancestors(joint)]
        neck = [joint for joint in between if _turns(motion, joint)] or between
        if neck:
            found.setdefault("neck", neck[-1])
    return found


def _with_hand_ends(motion: SkeletonMotion, found: dict[str, int]) -> dict[str, int]:
    """The point below each wrist that lies furthest from it, thumbs left out."""
    size = float(np.ptp(motion.rest_positions, axis=0).max())
    for side, _ in _SIDES:
        wrist = found[f"{side}_wrist"]
        below = [joint for joint in motion.descendants(wrist) if "thumb" not in motion.names[joint].lower()]
        away = [float(np.linalg.norm(motion.rest_positions[joint] - motion.rest_positions[wrist])) for joint in below]
        if below and max(away) > _LEAST_LENGTH_SHARE * size:
            found.setdefault(f"{side}_hand_end", below[int(np.argmax(away))])
    return found


def _turns(motion: SkeletonMotion, joint: int) -> bool:
    """Whether a joint ever turns against its parent; some only tell where the next one is."""
    apart = motion.world_rotations[:, joint] - motion.world_rotations[:, motion.parents[joint]]
    return bool(np.abs(apart).max() > _STILL)


def _common(motion: SkeletonMotion, first: int, second: int) -> int:
    """The nearest joint that both hang on."""
    above = motion.ancestors(second)
    return next((joint for joint in motion.ancestors(first) if joint in above), 0)


def _plain(name: str) -> str:
    """A name without its namespace, case and punctuation: `mixamorig:LeftUpLeg` is `leftupleg`."""
    return "".join(letter for letter in name.rpartition(":")[2].lower() if letter.isalnum())
