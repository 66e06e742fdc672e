"""Writes the golden file of retargeting, `golden/retarget.json`; run by hand only, when retargeting changes on purpose.

    python -m tests.contract.make_golden_retarget

All inputs are rounded before anything is computed from them, so that a reader has what the numbers come from.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tests.unit.made_rig_names import RIGS
from tests.unit.made_rigs import Build, made_rig

from ponimator_runtime.motion.retargeting.fitting import FittedRig, fit_rig
from ponimator_runtime.motion.retargeting.pair import PairFrame, PairPosed, PairRetargeter, Stage
from ponimator_runtime.motion.retargeting.posing import RigPose
from ponimator_runtime.motion.retargeting.proposal import propose_map
from ponimator_runtime.motion.retargeting.rig import Rig, RigMap
from ponimator_runtime.motion.retargeting.root_motion import RootMode, rooted
from ponimator_runtime.motion.retargeting.touching import TouchNow

GOLDEN = Path(__file__).parent / "golden" / "retarget.json"
DIGITS = 6
TOLERANCES = {"rotation_rad": 1e-4, "position_m": 1e-4}
_PERSONS = range(2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """Two rigs that follow a scripted interaction.

    Attributes:
        kind: of the interaction.
        builds: of the two rigs.
        steps: frames of the clip that are shown, counted from the first contact's start (before 0) and stop (behind).
        floor: height of the ground, m.
        approach: whether near pairs may stand closer.
    """

    kind: str
    builds: tuple[Build, Build]
    before: tuple[int, ...]
    behind: tuple[int, ...]
    floor: float = 0.0
    approach: bool = True


_SMALL = Build(
    legs=0.7, arms=0.75, torso=0.7, arm_drop_rad=0.8, leg_spread_rad=0.1, spine_bones=5, twists=True, axes_seed=3,
    yaw_rad=1.0,
)  # fmt: skip
_LARGE = Build(legs=1.4, arms=1.35, torso=1.3, spine_bones=2, fingers=False, yaw_rad=np.pi)
_STOUT = Build(legs=0.8, torso=1.1, arm_drop_rad=0.5, toes=False, fingers=False, axes_seed=5, root=False)
_LANKY = Build(legs=1.1, arms=1.3, spine_bones=3, fingers=False, axes_seed=6, yaw_rad=-0.5)
CASES = (
    Case(kind="handshake", builds=(_SMALL, _LARGE), before=(*range(-14, 8, 2), 15, 30), behind=(-8, *range(-2, 12, 2))),
    Case(kind="hug", builds=(_STOUT, _LANKY), before=(*range(-10, 8, 2), 15, 30), behind=(-4, 0, 4, 8, 12)),
    Case(
        kind="high_five", builds=(_LANKY, _STOUT), before=(-12, -8, -5, -3, -1, 0, 2), behind=(0, 3, 6, 9), floor=0.25,
        approach=False,
    ),
)  # fmt: skip


def array(values: np.ndarray) -> dict[str, Any]:
    """Shape and the numbers, the last axis fastest."""
    flat = np.round(np.asarray(values, dtype=np.float64), DIGITS).ravel() + 0.0
    return {"shape": list(np.shape(values)), "data": [int(x) if x == int(x) else float(x) for x in flat]}


def plain(stored: dict[str, Any]) -> np.ndarray:
    """The array that was stored."""
    return np.array(stored["data"], dtype=np.float64).reshape(stored["shape"])


def rig_from(person: dict[str, Any]) -> FittedRig:
    """The fitted rig of one person of a case."""
    rig = Rig(
        names=tuple(person["bones"]),
        parents=tuple(person["parents"]),
        bind_rotations_xyzw=plain(person["bind_rotations_xyzw"]),
        bind_positions=plain(person["bind_positions"]),
        floor_height=person["floor_height"],
    )
    return fit_rig(rig, RigMap(person["map"]), plain(person["rest_joints"]))


def frame_from(frame: dict[str, Any]) -> PairFrame:
    """One frame of a case."""
    return PairFrame(
        rotations_xyzw=plain(frame["rotations_xyzw"]),
        translations=plain(frame["translations"]),
        foot_contacts=plain(frame["foot_contacts"]).astype(bool),
        touches=tuple(TouchNow(**touch) for touch in frame["touches"]),
    )


def expected_of(case: dict[str, Any]) -> dict[str, Any]:
    """All that retargeting makes of a case: poses after each stage, roots, and root motion."""
    fitted = rig_from(case["persons"][0]), rig_from(case["persons"][1])
    expected: dict[str, Any] = {
        "fits": [_fit(one) for one in fitted],
        "stages": {},
    }
    for stage in Stage:
        retargeter = PairRetargeter(fitted, stage=stage, floor=case["floor"], approach=case["approach"])
        followed = [retargeter.follow(frame_from(frame), frame["dt_s"]) for frame in case["frames"]]
        expected["stages"][stage.value] = [_persons(both.poses()) for both in followed]
        if stage is Stage.HANDS:
            expected["roots"] = [_roots(both) for both in followed]
            expected["root_motion"] = _root_motion(followed)
            expected["hand_goals"] = [
                [
                    {
                        "person": hand[0],
                        "side": hand[1],
                        "weight": round(goal.weight, DIGITS),
                        "place": array(goal.place),
                    }
                    for hand, goal in both.goals.items()
                ]
                for both in followed
            ]
    return expected


def proposals() -> list[dict[str, Any]]:
    """What is proposed for rigs that people have."""
    made = []
    for name, (bones, parents) in RIGS.items():
        proposal = propose_map(bones, parents)
        made.append(
            {
                "rig": name, "bones": list(bones), "parents": list(parents),
                "map": dict(sorted(proposal.rig_map.bones.items())),
                "score": round(proposal.score, DIGITS), "missing": list(proposal.missing),
            }
        )  # fmt: skip
    return made


def _fit(fitted: FittedRig) -> dict[str, Any]:
    return {
        "carrier": fitted.carrier,
        "leg_scale": round(fitted.leg_scale, DIGITS),
        "body_scale": round(fitted.body_scale, DIGITS),
        "arm_lengths": array(np.array(fitted.arm_lengths)),
        "hand_scales": array(np.array(fitted.hand_scales)),
        "ankle_heights": array(np.array(fitted.ankle_heights)),
        "source_ankle_heights": array(np.array(fitted.source_ankle_heights)),
        "source_leg_length": round(fitted.source_leg_length, DIGITS),
        "to_front": array(fitted.to_front),
        "references": array(fitted.references),
        "toes": array(np.array(fitted.toes)),
        "toe_heights": array(np.array(fitted.toe_heights)),
    }


def _pose(pose: RigPose) -> dict[str, Any]:
    return {
        "rotations_xyzw": array(pose.rotations_xyzw),
        "carrier_position": array(pose.carrier_position),
        "hips_position": array(pose.hips_position),
    }


def _persons(poses: tuple[RigPose, RigPose]) -> list[dict[str, Any]]:
    return [_pose(pose) for pose in poses]


def _roots(both: PairPosed) -> list[dict[str, Any]]:
    return [{"position": array(root.position), "yaw_rad": round(root.yaw_rad, DIGITS)} for root in both.roots]


def _root_motion(followed: list[PairPosed]) -> list[list[dict[str, Any]]]:
    """Of each frame and person: the carrier in the actor's space, and the actor's own way."""
    made, before = [], None
    for both in followed:
        row = []
        for person in _PERSONS:
            moved = rooted(
                both.bodies[person], both.roots[person], RootMode.DELTA, before.roots[person] if before else None
            )
            row.append(
                {
                    "carrier_rotation_xyzw": array(moved.pose.rotations_xyzw[moved.pose.carrier]),
                    "carrier_position": array(moved.pose.carrier_position),
                    "hips_position": array(moved.pose.hips_position),
                    "move": array(moved.move),
                    "turn_rad": round(moved.turn_rad, DIGITS),
                }
            )
        made.append(row)
        before = both
    return made


def _stored_case(case: Case) -> dict[str, Any]:
    from retargeting_clips import scripted_clip  # the scripted kinds need more than the runtime

    clip = scripted_clip(case.kind)
    first = min(clip.contacts, key=lambda contact: contact.start)
    shown = sorted({first.start + step for step in case.before} | {first.stop + step for step in case.behind})
    shown = [index for index in shown if 0 <= index < clip.frame_count]
    rigs = [made_rig(clip.rest_joints[p], case.builds[p], prefix=("", "b:")[p]) for p in _PERSONS]
    frames = []
    for index, before in zip(shown, [shown[0] - 1, *shown[:-1]], strict=True):
        frame = clip.frame(index)
        moved = replace(frame, translations=frame.translations + np.array([0.0, case.floor, 0.0]))
        touches = [
            {
                "joint_a": touch.joint_a,
                "joint_b": touch.joint_b,
                "begins_in_s": round(touch.begins_in_s, DIGITS),
                "ended_since_s": round(touch.ended_since_s, DIGITS),
            }
            for touch in moved.touches
        ]
        frames.append(
            {
                "dt_s": round((index - before) / clip.rate_hz, DIGITS),
                "rotations_xyzw": array(moved.rotations_xyzw),
                "translations": array(moved.translations),
                "foot_contacts": array(moved.foot_contacts),
                "touches": touches,
            }
        )
    persons = [
        {
            "rest_joints": array(clip.rest_joints[p]),
            "bones": list(rig.names),
            "parents": list(rig.parents),
            "bind_rotations_xyzw": array(rig.bind_rotations_xyzw),
            "bind_positions": array(rig.bind_positions),
            "floor_height": rig.floor_height,
            "map": dict(rig_map.bones),
        }
        for p, (rig, rig_map) in zip(_PERSONS, rigs, strict=True)
    ]
    stored = {
        "name": case.kind,
        "floor": case.floor,
        "approach": case.approach,
        "persons": persons,
        "frames": frames,
    }
    return {**stored, "expected": expected_of(stored)}


def main() -> None:
    """Writes the file."""
    sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
    golden = {
        "tolerances": TOLERANCES,
        "cases": [_stored_case(case) for case in CASES],
        "proposals": proposals(),
    }
    GOLDEN.write_text(json.dumps(golden, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
