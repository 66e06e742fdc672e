"""A humanoid rig at rest and which of its bones is which joint; it knows no engine and no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.errors import ConfigError, ShapeError
from ponimator_runtime.motion.rotations import matrix_from_quaternion
from ponimator_runtime.motion.skeleton import JOINT_INDEX, JOINT_NAMES

_SIDES = ("left", "right")
LIMBS: tuple[tuple[str, str, str], ...] = tuple(
    (f"{side}_{root}", f"{side}_{middle}", f"{side}_{end}")
    for root, middle, end in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
    for side in _SIDES
)
"""Left leg, right leg, left arm, right arm."""
NEEDED_JOINTS: tuple[str, ...] = ("pelvis", *(joint for limb in LIMBS for joint in limb))
"""Without these a rig cannot be retargeted to."""
OPTIONAL_JOINTS: tuple[str, ...] = tuple(name for name in JOINT_NAMES if name not in NEEDED_JOINTS)
_UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True, slots=True)
class Rig:
    """The bind pose of a rig in its own space: right-handed, Y up, metres, facing anywhere.

    Attributes:
        names: of the bones.
        parents: index of each bone's parent, -1 for a root; a parent stands before its children.
        bind_rotations_xyzw: from bone to the rig's space, (B, 4).
        bind_positions: in the rig's space, (B, 3) m.
        floor_height: where the soles are in the bind pose, m.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    bind_rotations_xyzw: Float[np.ndarray, "B 4"]
    bind_positions: Float[np.ndarray, "B 3"]
    floor_height: float = 0.0

    def __post_init__(self) -> None:
        """Refuses what is no tree of bones; raises ShapeError or ConfigError."""
        count = len(self.names)
        got = (len(self.parents), self.bind_rotations_xyzw.shape, self.bind_positions.shape)
        if got != (count, (count, 4), (count, 3)):
            raise ShapeError(
                f"A rig of {count} bones has {count} parents, rotations of shape {(count, 4)} and positions of shape "
                f"{(count, 3)}; these are {got}."
            )
        for bone, parent in enumerate(self.parents):
            if not -1 <= parent < bone:
                raise ConfigError(
                    f"A bone's parent must stand before it; the parent of bone {bone} ({self.names[bone]!r}) is "
                    f"{parent}. Sort the bones by depth."
                )
        doubled = sorted({name for name in self.names if self.names.count(name) > 1})
        if doubled:
            raise ConfigError(f"Bones must have different names; {', '.join(doubled[:5])} came twice. Rename them.")
        norms = np.linalg.norm(self.bind_rotations_xyzw, axis=1)
        if not (np.isfinite(self.bind_positions).all() and np.all(np.abs(norms - 1) < _UNIT_TOLERANCE)):
            raise ConfigError("A bind pose needs finite positions and unit quaternions (x, y, z, w).")

    @property
    def bone_count(self) -> int:
        """B."""
        return len(self.names)

    def bind_rotations(self) -> Float[np.ndarray, "B 3 3"]:
        """From bone to the rig's space."""
        return matrix_from_quaternion(self.bind_rotations_xyzw)

    def local_bind(self) -> tuple[Float[np.ndarray, "B 3 3"], Float[np.ndarray, "B 3"]]:
        """Rotation and position of each bone in its parent; of a root in the rig's space."""
        rotations, positions = self.bind_rotations(), self.bind_positions.copy()
        local = rotations.copy()
        for bone, parent in enumerate(self.parents):
            if parent >= 0:
                local[bone] = rotations[parent].T @ rotations[bone]
                positions[bone] = rotations[parent].T @ (self.bind_positions[bone] - self.bind_positions[parent])
        return local, positions

    def is_below(self, bone: int, ancestor: int) -> bool:
        """Whether a bone hangs on another one, or is that one."""
        while bone > ancestor:
            bone = self.parents[bone]
        return bone == ancestor


@dataclass(frozen=True, slots=True)
class RigMap:
    """Which bone is which SMPL-X joint; joints without a bone are left out.

    Attributes:
        bones: bone name by joint name.
    """

    bones: Mapping[str, str]

    def indices(self, rig: Rig) -> dict[str, int]:
        """Bone index by joint name, in SMPL-X order.

        Raises:
            ConfigError: a joint or bone is unknown, a needed joint has no bone, a bone is two joints, or the bones of a
                limb do not hang on each other.
        """
        unknown = [joint for joint in self.bones if joint not in JOINT_INDEX]
        if unknown:
            raise ConfigError(
                f"{', '.join(sorted(unknown))} is no SMPL-X joint; joints are called {', '.join(JOINT_NAMES[:4])} …"
            )
        absent = sorted({bone for bone in self.bones.values() if bone not in rig.names})
        if absent:
            raise ConfigError(
                f"The rig has no bone {', '.join(map(repr, absent))}; its {rig.bone_count} bones begin with "
                f"{', '.join(map(repr, rig.names[:5]))}. Choose another preset, or mend the map."
            )
        missing = [joint for joint in NEEDED_JOINTS if joint not in self.bones]
        if missing:
            raise ConfigError(f"The map names no bone for {', '.join(missing)}, without which no body can be posed.")
        taken: dict[str, str] = {}
        for joint, bone in self.bones.items():
            if bone in taken:
                raise ConfigError(f"Bone {bone!r} stands for {taken[bone]} and for {joint}; it can be only one joint.")
            taken[bone] = joint
        found = {joint: rig.names.index(self.bones[joint]) for joint in JOINT_NAMES if joint in self.bones}
        for limb in LIMBS:
            for upper, lower in (limb[:2], limb[1:]):
                if not rig.is_below(found[lower], found[upper]):
                    raise ConfigError(
                        f"{lower} ({self.bones[lower]!r}) must hang on {upper} ({self.bones[upper]!r}), and does not."
                    )
        return found
