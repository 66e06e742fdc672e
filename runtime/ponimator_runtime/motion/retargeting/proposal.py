"""A map for an unknown rig, from the names of its bones and how they hang on each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ponimator_runtime.motion.retargeting.rig import NEEDED_JOINTS, OPTIONAL_JOINTS, RigMap

_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}
_FINGERS = {"thumb": "thumb", "index": "index", "middle": "middle", "ring": "ring", "pinky": "pinky", "little": "pinky"}
_NOISE = frozenset(
    {
        "armature", "b", "base", "bend", "bip", "bone", "c", "cc", "ch", "char", "character", "def", "f", "g", "j",
        "jnt", "joint", "m", "mixamorig", "org", "rig", "sk", "skeleton",
    }
)  # fmt: skip
_HELPERS = frozenset(
    {
        "aim", "attach", "bendy", "corrective", "ctrl", "control", "driver", "effector", "end", "fk", "gun", "helper",
        "ik", "jiggle", "leaf", "mch", "nub", "parent", "pole", "roll", "socket", "share", "target", "tip", "tweak",
        "twist", "virtual", "vb", "weapon",
    }
)  # fmt: skip
_ANKLE, _TOE = ("ankle", "foot"), ("toe", "toes", "toebase", "ball", "toebone", "foot")
_KNEE = ("calf", "shin", "lowerleg", "lowleg", "leg", "knee", "leglower", "crus")
_HIP = ("thigh", "upleg", "upperleg", "leg", "hip", "legupper", "upperthigh")
_WRIST = ("hand", "wrist", "palm")
_ELBOW = ("forearm", "lowerarm", "lowarm", "elbow", "armlower", "underarm")
_SHOULDER = ("upperarm", "uparm", "arm", "shoulder", "shldr", "armupper")
_COLLAR = ("clavicle", "collar", "collarbone", "shoulder", "scapula")
_LIKE = {
    "ankle": _ANKLE, "foot": _TOE, "knee": _KNEE, "hip": _HIP, "wrist": _WRIST, "elbow": _ELBOW,
    "shoulder": _SHOULDER, "collar": _COLLAR, "pelvis": ("hips", "hip", "pelvis"), "neck": ("neck",), "head": ("head",),
}  # fmt: skip
_SEGMENTS = 3
_NEEDED_SHARE = 0.8
_FACE = ("jaw", "left_eye_smplhf", "right_eye_smplhf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A map for a rig.

    Attributes:
        rig_map: what was found.
        score: 1 where every joint was, 0.8 where all needed ones were and nothing else; the face does not count.
        missing: for each joint without a bone one line that says so, needed ones first.
    """

    rig_map: RigMap
    score: float
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether all needed joints were found."""
        return all(joint in self.rig_map.bones for joint in NEEDED_JOINTS)


@dataclass(frozen=True, slots=True)
class _Name:
    """What a bone's name says: left, right or neither, and its words."""

    side: str
    words: tuple[str, ...]

    @property
    def joined(self) -> str:
        return "".join(self.words)

    @property
    def helper(self) -> bool:
        return any(word in _HELPERS for word in self.words)


def propose_map(names: Sequence[str], parents: Sequence[int]) -> Proposal:
    """The most likely map of a humanoid rig whose parents stand before their children."""
    return _Reading(names, parents).proposal()


def rated_map(bones: Mapping[str, str]) -> Proposal:
    """A map with its score and what it lacks."""
    optional = [joint for joint in OPTIONAL_JOINTS if joint not in _FACE]
    needed = sum(joint in bones for joint in NEEDED_JOINTS) / len(NEEDED_JOINTS)
    others = sum(joint in bones for joint in optional) / len(optional)
    missing = [f"{joint} (needed): {_looked_for(joint)}" for joint in NEEDED_JOINTS if joint not in bones]
    missing += [f"{joint} (optional): {_looked_for(joint)}" for joint in optional if joint not in bones]
    return Proposal(
        rig_map=RigMap(bones),
        score=_NEEDED_SHARE * needed + (1.0 - _NEEDED_SHARE) * others,
        missing=tuple(missing),
    )


def read_name(name: str) -> tuple[str, tuple[str, ...]]:
    """Side ("left", "right" or "") and words of a bone's name, in lower case, numbers left out."""
    plain = re.split(r"[:|]", name)[-1]
    parts = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+", plain)
    side, words = "", []
    for part in (part.lower() for part in parts):
        for long in ("left", "right"):
            if part.startswith(long) and len(part) > len(long):
                side, part = long, part.removeprefix(long)
        if part in _SIDES:
            side = _SIDES[part]
        elif not part.isdigit() and part not in _NOISE:
            words.append(part)
    return side, tuple(words)


class _Reading:
    """One rig being read."""

    def __init__(self, names: Sequence[str], parents: Sequence[int]) -> None:
        self._names, self._parents = names, parents
        self._read = [_Name(*read_name(name)) for name in names]
        self._found: dict[str, int] = {}

    def proposal(self) -> Proposal:
        for side in ("left", "right"):
            self._limb(side, (("ankle", _ANKLE), ("knee", _KNEE), ("hip", _HIP)))
            self._limb(side, (("wrist", _WRIST), ("elbow", _ELBOW), ("shoulder", _SHOULDER), ("collar", _COLLAR)))
            self._toe(side)
            self._fingers(side)
        self._trunk()
        return rated_map({joint: self._names[bone] for joint, bone in self._found.items()})

    def _limb(self, side: str, parts: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        """From hand or foot upwards: a name that means two things is told by what came below it."""
        bone = next((found for word in parts[0][1] if (found := self._first(side, (word,))) is not None), None)
        for part, (joint, words) in enumerate(parts):
            if part:
                bone = None if bone is None else self._above(bone, side, words)
            if bone is None:
                return
            bone = self._uppermost(bone)
            self._found[f"{side}_{joint}"] = bone

    def _toe(self, side: str) -> None:
        ankle = self._found.get(f"{side}_ankle")
        for bone in range(len(self._names)):
            name = self._read[bone]
            called = name.side == side and name.joined in _TOE and not name.helper
            if called and ankle is not None and bone != ankle and self._is_below(bone, ankle):
                self._found[f"{side}_foot"] = bone
                return

    def _fingers(self, side: str) -> None:
        wrist = self._found.get(f"{side}_wrist")
        chains: dict[str, list[int]] = {}
        for bone, name in enumerate(self._read):
            finger = next((joint for word, joint in _FINGERS.items() if word in name.joined), None)
            if finger is None or name.side != side or name.helper or wrist is None or not self._is_below(bone, wrist):
                continue
            if "metacarpal" not in name.joined or finger == "thumb":
                chains.setdefault(finger, []).append(bone)
        for finger, chain in chains.items():
            for segment, bone in enumerate(sorted(chain, key=self._depth)[:_SEGMENTS], start=1):
                self._found[f"{side}_{finger}{segment}"] = bone

    def _trunk(self) -> None:
        hips = [self._found.get(f"{side}_hip") for side in ("left", "right")]
        pelvis = self._first("", _LIKE["pelvis"])
        if pelvis is None and hips[0] is not None and hips[1] is not None:
            pelvis = self._common(hips[0], hips[1])
        arms = [self._found.get(f"{side}_collar", self._found.get(f"{side}_shoulder")) for side in ("left", "right")]
        if pelvis is None:
            return
        self._found["pelvis"] = pelvis
        if arms[0] is not None and arms[1] is not None:
            top, spine = self._common(arms[0], arms[1]), []
            while top is not None and top != pelvis and top >= 0:
                spine.append(top)
                top = self._parents[top]
            spine = [bone for bone in spine[::-1] if self._read[bone].joined not in _LIKE["neck"]]
            if top == pelvis and spine:
                self._spine(spine)
        self._neck_and_head()

    def _neck_and_head(self) -> None:
        named = {joint: self._first("", _LIKE[joint]) for joint in ("neck", "head")}
        if named["head"] is None and named["neck"] is None and "spine3" in self._found:
            # What goes on above the chest without a name of its own ends in the head.
            chain, bone = [], self._found["spine3"]
            while (bone := self._child_in_middle(bone)) >= 0:
                chain.append(bone)
            if chain:
                named = {"neck": chain[0] if len(chain) > 1 else None, "head": chain[-1]}
        self._found.update({joint: bone for joint, bone in named.items() if bone is not None})

    def _child_in_middle(self, bone: int) -> int:
        """The first child that is neither left nor right, nor a helper; -1 where there is none."""
        return next(
            (
                child
                for child, parent in enumerate(self._parents)
                if parent == bone and not self._read[child].side and not self._read[child].helper
            ),
            -1,
        )

    def _spine(self, chain: list[int]) -> None:
        """Bottom, middle and top of the chain; of two the ends, one alone is the chest."""
        self._found["spine3"] = chain[-1]
        if len(chain) > 1:
            self._found["spine1"] = chain[0]
        if len(chain) > 2:
            self._found["spine2"] = chain[(len(chain) - 1) // 2]

    def _first(self, side: str, words: tuple[str, ...]) -> int | None:
        """The bone nearest to the root that is called so."""
        called = [
            bone
            for bone, name in enumerate(self._read)
            if name.side == side and name.joined in words and not name.helper
        ]
        return min(called, key=self._depth, default=None)

    def _above(self, bone: int, side: str, words: tuple[str, ...]) -> int | None:
        bone = self._parents[bone]
        while bone >= 0:
            name = self._read[bone]
            if name.side == side and name.joined in words and not name.helper:
                return bone
            bone = self._parents[bone]
        return None

    def _uppermost(self, bone: int) -> int:
        """Of a bone in segments that are all called alike the first one."""
        while self._parents[bone] >= 0 and self._read[self._parents[bone]] == self._read[bone]:
            bone = self._parents[bone]
        return bone

    def _common(self, a: int, b: int) -> int | None:
        above = set()
        while a >= 0:
            above.add(a)
            a = self._parents[a]
        while b >= 0 and b not in above:
            b = self._parents[b]
        return b if b >= 0 else None

    def _is_below(self, bone: int, ancestor: int) -> bool:
        while bone > ancestor:
            bone = self._parents[bone]
        return bone == ancestor

    def _depth(self, bone: int) -> int:
        depth = 0
        while self._parents[bone] >= 0:
            bone, depth = self._parents[bone], depth + 1
        return depth


def _looked_for(joint: str) -> str:
    side, _, part = joint.rpartition("_")
    place = f" on the {side}" if side else ""
    if part in _LIKE:
        return f"no bone{place} is called like {', '.join(_LIKE[part])}"
    if part.startswith("spine"):
        return "there is no such bone between pelvis and shoulders"
    return f"no such finger bone{place}"
