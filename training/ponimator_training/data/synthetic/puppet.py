"""A puppet: one body that turns a script's controls into the rotations of its 22 joints.

Solved in two stages, since hands reach for the *other* body: first trunk, head and legs, which need nobody else; then
the arms, whose targets may sit on the partner's trunk.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.motion.rotations import axis_angle_from_matrix, matrix_about_y, matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_INDEX, PARENTS, Skeleton
from ponimator_training.data.synthetic.curves import minimum_jerk
from ponimator_training.data.synthetic.footsteps import RootPath
from ponimator_training.data.synthetic.limb import Limb, unit
from ponimator_training.data.synthetic.limits import limited_turn, weighted_turn

_UP = np.array([0.0, 1.0, 0.0])
_NECK_LIMIT_RAD = np.radians(65.0)
_BEHIND_RAD = (np.radians(95.0), np.radians(175.0))
_FOREARM_TWIST_LIMIT_RAD = np.radians(85.0)
_WRIST_LIMIT_RAD = np.radians(65.0)
_STANDING_LEG = 0.996
"""Share of the leg's full length at which a person stands."""
_SPINE = ("spine1", "spine2", "spine3")
SIDES = ("left", "right")


@dataclass(kw_only=True, slots=True)
class TrunkControls:
    """What trunk, head and legs shall do, over N frames (angles in radians, about the body's own axes).

    Attributes:
        path: where the root goes, and the steps.
        pitch: bending forward, shared by hips and spine, (N,).
        roll: bending to the left (< 0: right), (N,).
        twist: turning the chest to the left, (N,).
        crouch: lowering of the pelvis, (N,) m.
        sway: shift of the pelvis in world x and z, (N, 2) m.
        look_at: what the eyes look at, (N, 3) m, world.
        head_tilt: tilting the head to the left, (N,).
        foot_shift: where each foot is beside its place in the path: left, up, forward, (F, N, 3) m.
        heel_lift: how far each foot is turned up about its toes, the toes flat on the floor, (F, N).
    """

    path: RootPath
    pitch: Float[np.ndarray, "N"]
    roll: Float[np.ndarray, "N"]
    twist: Float[np.ndarray, "N"]
    crouch: Float[np.ndarray, "N"]
    sway: Float[np.ndarray, "N 2"]
    look_at: Float[np.ndarray, "N 3"]
    head_tilt: Float[np.ndarray, "N"]
    foot_shift: Float[np.ndarray, "F N 3"]
    heel_lift: Float[np.ndarray, "F N"]


@dataclass(kw_only=True, slots=True)
class ArmControls:
    """What one arm shall do, over N frames.

    Attributes:
        wrist: target of the wrist joint, (N, 3) m, world.
        pole: direction the elbow points to, (N, 3), world.
        hand: wanted rotation of the hand to world, (N, 3, 3).
        hand_weight: 0 leaves the hand in line with the forearm, 1 turns it as wanted, (N,).
    """

    wrist: Float[np.ndarray, "N 3"]
    pole: Float[np.ndarray, "N 3"]
    hand: Float[np.ndarray, "N 3 3"]
    hand_weight: Float[np.ndarray, "N"]


@dataclass(kw_only=True, slots=True)
class Puppet:
    """One body being posed; `to_world` and `positions` fill up as the stages run."""

    skeleton: Skeleton
    betas: Float[np.ndarray, "10"]
    time: Float[np.ndarray, "N"]
    rest: Float[np.ndarray, "55 3"] = field(init=False)
    to_world: Float[np.ndarray, "N 22 3 3"] = field(init=False)
    positions: Float[np.ndarray, "N 22 3"] = field(init=False)

    def __post_init__(self) -> None:
        """Measures the body."""
        self.rest = self.skeleton.rest_joints(self.betas)
        self.to_world = np.broadcast_to(np.eye(3), (len(self.time), BODY_JOINT_COUNT, 3, 3)).copy()
        self.positions = np.zeros((len(self.time), BODY_JOINT_COUNT, 3))

    def bone(self, joint: str) -> Float[np.ndarray, "3"]:
        """From the parent of a joint to it, at rest, m."""
        index = JOINT_INDEX[joint]
        return self.rest[index] - self.rest[PARENTS[index]]

    def at(self, joint: str) -> Float[np.ndarray, "N 3"]:
        """World position of a joint."""
        return self.positions[:, JOINT_INDEX[joint]]

    def turn_of(self, joint: str) -> Float[np.ndarray, "N 3 3"]:
        """World rotation of a joint."""
        return self.to_world[:, JOINT_INDEX[joint]]

    def arm_length(self) -> float:
        """From shoulder to wrist, m."""
        return float(np.linalg.norm(self.bone("left_elbow")) + np.linalg.norm(self.bone("left_wrist")))

    def pose_trunk(self, controls: TrunkControls, sole_height: float) -> None:
        """Pelvis, spine, head and legs. `sole_height` is how far the ankle stands above the sole at rest, m."""
        place, yaw = controls.path.root(self.time)
        facing = matrix_about_y(yaw)
        soles, foot_yaws, airborne = controls.path.feet(self.time)
        hips_share = 0.4
        lean = np.stack([hips_share * controls.pitch, np.zeros_like(yaw), -0.3 * controls.roll], axis=-1)
        self.to_world[:, 0] = facing @ matrix_from_axis_angle(lean)

        # Hips go back when the trunk bends forward, so that the weight stays over the feet.
        backward = -0.16 * np.sin(np.clip(controls.pitch, 0, None))[:, None] * facing[:, [0, 2], 2]
        weight_shift = 0.02 * (airborne[0] - airborne[1])[:, None] * -facing[:, [0, 2], 0]
        ground = place + backward + weight_shift + controls.sway
        toes_turn, feet_turn = _foot_rotations(foot_yaws, airborne, controls.heel_lift)
        ankles = soles + np.einsum("nij,fnj->fni", facing, controls.foot_shift) + np.array([0.0, sole_height, 0.0])
        for foot, side in enumerate(SIDES):
            # A lifted heel turns about the toes, which stay where they are.
            ankles[foot] += (toes_turn[foot] - feet_turn[foot]) @ self.bone(f"{side}_foot")
        self.positions[:, 0, [0, 2]] = ground
        self.positions[:, 0, 1] = self._pelvis_height(controls, ankles, ground, sole_height)

        bend = np.stack([(1 - hips_share) * controls.pitch, controls.twist, -0.7 * controls.roll], axis=-1) / len(
            _SPINE
        )
        for joint in _SPINE:
            self._turn(joint, matrix_from_axis_angle(bend))
        for joint in ("left_hip", "right_hip", "neck", "left_collar", "right_collar"):
            self._turn(joint, None)
        self._pose_head(controls)
        for foot, side in enumerate(SIDES):
            self._pose_leg(side, ankles[foot], feet_turn[foot], toes_turn[foot], facing)

    def pose_arm(self, side: str, controls: ArmControls) -> None:
        """Collar, shoulder, elbow and wrist of one side, after the trunk."""
        self._reach_with_collar(side, controls.wrist)
        self._place(f"{side}_shoulder")
        limb = self.arm(side)
        upper, lower = limb.solve(self.at(f"{side}_shoulder"), controls.wrist, controls.pole)
        wanted = weighted_turn(lower, controls.hand, controls.hand_weight)
        # Forearms twist along their length: half of the hand's twist about the forearm is given to the elbow.
        axis = unit(limb.lower)
        relative = axis_angle_from_matrix(np.swapaxes(lower, -1, -2) @ wanted)
        twist = np.clip(relative @ axis, -_FOREARM_TWIST_LIMIT_RAD, _FOREARM_TWIST_LIMIT_RAD)
        lower = lower @ matrix_from_axis_angle(0.5 * twist[:, None] * axis)
        self.to_world[:, JOINT_INDEX[f"{side}_shoulder"]] = upper
        self._place(f"{side}_elbow")
        self.to_world[:, JOINT_INDEX[f"{side}_elbow"]] = lower
        self._place(f"{side}_wrist")
        self.to_world[:, JOINT_INDEX[f"{side}_wrist"]] = limited_turn(lower, wanted, _WRIST_LIMIT_RAD)

    def arm(self, side: str) -> Limb:
        """The arm at rest; its hinge flexes the forearm forward."""
        sign = 1.0 if side == "left" else -1.0
        return Limb(upper=self.bone(f"{side}_elbow"), lower=self.bone(f"{side}_wrist"), hinge=-sign * _UP)

    def local_rotations(self, frames: Int[np.ndarray, "F"] | None = None) -> Float[np.ndarray, "F 22 3 3"]:
        """Rotations to the parent, the root's to world, of all frames or some."""
        to_world = self.to_world if frames is None else self.to_world[frames]
        local = to_world.copy()
        parents = list(PARENTS[1:BODY_JOINT_COUNT])
        local[:, 1:] = np.swapaxes(to_world[:, parents], -1, -2) @ to_world[:, 1:]
        return local

    def translation(self) -> Float[np.ndarray, "N 3"]:
        """γ: pelvis minus rest pelvis, m."""
        return self.positions[:, 0] - self.rest[0]

    def _place(self, joint: str) -> None:
        index = JOINT_INDEX[joint]
        parent = PARENTS[index]
        self.positions[:, index] = self.positions[:, parent] + self.to_world[:, parent] @ self.bone(joint)

    def _turn(self, joint: str, local: Float[np.ndarray, "N 3 3"] | None) -> None:
        index = JOINT_INDEX[joint]
        self._place(joint)
        parent = self.to_world[:, PARENTS[index]]
        self.to_world[:, index] = parent if local is None else parent @ local

    def _pelvis_height(
        self,
        controls: TrunkControls,
        ankles: Float[np.ndarray, "F N 3"],
        ground: Float[np.ndarray, "N 2"],
        sole_height: float,
    ) -> Float[np.ndarray, "N"]:
        """As high as both legs allow, less the crouch; smooth over time and never above what the legs reach."""
        hip_drop = -float(self.bone("left_hip")[1])
        leg = _STANDING_LEG * self._leg("left").length
        height = np.full(len(self.time), sole_height + leg + hip_drop)
        for foot, side in enumerate(SIDES):
            sideways = self.to_world[:, 0] @ self.bone(f"{side}_hip")
            away = np.linalg.norm(ankles[foot][:, [0, 2]] - ground - sideways[:, [0, 2]], axis=-1)
            reachable = ankles[foot][:, 1] + np.sqrt(np.maximum(leg**2 - away**2, 0.01)) - sideways[:, 1]
            height = np.minimum(height, reachable)
        height = height - controls.crouch
        lowest = np.minimum(np.minimum(height, np.r_[height[1:], height[-1]]), np.r_[height[0], height[:-1]])
        padded = np.r_[lowest[0], lowest, lowest[-1]]
        return 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]

    def _leg(self, side: str) -> Limb:
        return Limb(upper=self.bone(f"{side}_knee"), lower=self.bone(f"{side}_ankle"), hinge=np.array([1.0, 0.0, 0.0]))

    def _pose_leg(
        self,
        side: str,
        ankle: Float[np.ndarray, "N 3"],
        foot_turn: Float[np.ndarray, "N 3 3"],
        toes_turn: Float[np.ndarray, "N 3 3"],
        facing: Float[np.ndarray, "N 3 3"],
    ) -> None:
        self._place(f"{side}_hip")
        knee_direction = 0.5 * (toes_turn[:, :, 2] + facing[:, :, 2])
        upper, lower = self._leg(side).solve(self.at(f"{side}_hip"), ankle, knee_direction)
        self.to_world[:, JOINT_INDEX[f"{side}_hip"]] = upper
        self._place(f"{side}_knee")
        self.to_world[:, JOINT_INDEX[f"{side}_knee"]] = lower
        self._place(f"{side}_ankle")
        self.to_world[:, JOINT_INDEX[f"{side}_ankle"]] = foot_turn
        self._place(f"{side}_foot")
        self.to_world[:, JOINT_INDEX[f"{side}_foot"]] = toes_turn

    def _pose_head(self, controls: TrunkControls) -> None:
        chest = self.turn_of("spine3")
        eyes = self.at("neck") + chest @ (self.bone("head") + np.array([0.0, 0.07, 0.0]))
        seen = np.einsum("nij,ni->nj", chest, unit(controls.look_at - eyes))
        yaw = np.arctan2(seen[:, 0], seen[:, 2])
        # What is behind is let go of: the head comes back to the front instead of snapping to the other side.
        seeable = 1.0 - minimum_jerk(np.abs(yaw), *_BEHIND_RAD)
        yaw = seeable * np.clip(yaw, -_NECK_LIMIT_RAD, _NECK_LIMIT_RAD)
        pitch = np.clip(-np.arcsin(np.clip(seen[:, 1], -1, 1)), -0.6, 0.6)
        half_turn = 0.5 * np.stack([pitch, yaw, -controls.head_tilt], axis=-1)
        for joint in ("neck", "head"):
            self._turn(joint, matrix_from_axis_angle(half_turn))

    def _reach_with_collar(self, side: str, wrist: Float[np.ndarray, "N 3"]) -> None:
        """Shoulders follow the arm a little: up for a high hand, forward for one in front."""
        collar = f"{side}_collar"
        chest = self.turn_of("spine3")
        out = np.array([1.0 if side == "left" else -1.0, 0.0, 0.0])
        wanted = np.einsum("nij,ni->nj", chest, unit(wrist - self.at(collar)))
        wanted[:, 1] = np.maximum(wanted[:, 1], -0.1)
        away = np.cross(np.broadcast_to(out, wanted.shape), wanted)
        self.to_world[:, JOINT_INDEX[collar]] = chest @ matrix_from_axis_angle(0.22 * away)


def _foot_rotations(
    foot_yaws: Float[np.ndarray, "F N"], airborne: Float[np.ndarray, "F N"], heel_lift: Float[np.ndarray, "F N"]
) -> tuple[Float[np.ndarray, "F N 3 3"], Float[np.ndarray, "F N 3 3"]]:
    """World rotations of the toes, which a lifted heel leaves flat, and of the feet."""
    step, heel = np.zeros((*foot_yaws.shape, 3)), np.zeros((*foot_yaws.shape, 3))
    step[..., 0] = 0.25 * airborne
    heel[..., 0] = heel_lift
    toes = matrix_about_y(foot_yaws) @ matrix_from_axis_angle(step)
    return toes, toes @ matrix_from_axis_angle(heel)
