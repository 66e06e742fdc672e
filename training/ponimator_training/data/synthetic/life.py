"""What bodies do that no script asks for: breathing, sway, posture, glances, and how free arms are carried."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ponimator_training.data.synthetic.arms import RestingArm
from ponimator_training.data.synthetic.curves import drift, pulse
from ponimator_training.data.synthetic.limb import unit
from ponimator_training.data.synthetic.puppet import SIDES, Puppet

_HANGING_POLE = np.array([0.35, 0.0, -1.0])
_BENT_POLE = np.array([0.5, -1.0, -0.5])
"""Where the elbow of a free arm points: outward, up, forward."""
_BENT_SHARE = 0.2


class Life:
    """One person's manner in one clip.

    Attributes (N frames): pitch, roll, twist, head_tilt (N,) rad and crouch (N,) m add to the script's;
    sway (N, 2) m of the pelvis in world x and z; gaze_drift (N, 3) m of what the eyes look at.
    """

    def __init__(self, generator: np.random.Generator, time: Float[np.ndarray, "N"]) -> None:
        """Draws the manner."""
        self._time = time
        restless = generator.uniform(0.6, 1.6)
        breath = 0.012 * np.sin(2 * np.pi * generator.uniform(0.2, 0.33) * time + generator.uniform(0, 2 * np.pi))
        wander = drift(time, generator, channels=6, scale=restless)
        self.pitch = breath + 0.02 * wander[:, 0] + generator.uniform(-0.04, 0.08)
        self.roll = 0.015 * wander[:, 1]
        self.twist = 0.03 * wander[:, 2] + generator.normal(0.0, 0.03)
        self.crouch = 0.003 + generator.uniform(0.0, 0.006) + 0.001 * np.abs(wander[:, 5])
        self.head_tilt = generator.normal(0.0, 0.04) + 0.02 * wander[:, 5]
        self.sway = 0.009 * wander[:, 3:5]
        self.gaze_drift = 0.03 * drift(time, generator, channels=3, scale=restless)
        self._arm_drift = {side: drift(time, generator, channels=3, scale=restless) for side in SIDES}
        self._open_arms = generator.uniform(0.1, 0.22)
        self._swing = generator.uniform(0.2, 0.4)
        self._bent = {side: self._gesture(generator) for side in SIDES}

    def let_hang(self) -> None:
        """Both arms hang or swing the whole clip."""
        self._bent = {side: np.zeros_like(self._time) for side in SIDES}

    def _gesture(self, generator: np.random.Generator) -> Float[np.ndarray, "N"]:
        """How far an arm is bent in front of the body: mostly not at all, sometimes for a while."""
        begin, hold = generator.uniform(-2.0, 4.0), generator.uniform(1.0, 4.0)
        height = generator.uniform(0.4, 1.0) if generator.random() < _BENT_SHARE else 0.0
        return height * pulse(self._time, begin, begin + 1.0, begin + 1.0 + hold, begin + 2.0 + hold)

    def resting_arm(
        self, puppet: Puppet, side: str, facing: Float[np.ndarray, "N 3 3"], shoulder: Float[np.ndarray, "N 3"]
    ) -> RestingArm:
        """Hanging, swinging against the legs while walking, or bent in front of the body."""
        sign, length = (1.0 if side == "left" else -1.0), puppet.arm_length()
        outward, up, forward = (facing[:, :, axis] for axis in range(3))
        stride = np.sum((puppet.at("right_ankle") - puppet.at("left_ankle")) * forward, axis=-1)
        bent = self._bent[side][:, None]
        down = (0.965 + 0.01 * np.sin(self._time + sign))[:, None]
        hanging = sign * self._open_arms * outward + 0.1 * forward - down * up
        in_front = 0.05 * sign * outward + 0.55 * forward - 0.45 * up
        wrist = shoulder + length * ((1 - bent) * hanging + bent * in_front)
        wrist = wrist + sign * self._swing * stride[:, None] * forward * (1 - bent)
        wrist = wrist + (0.01 + 0.03 * bent) * self._arm_drift[side]
        poles = [p * np.array([sign, 1.0, 1.0]) for p in (_HANGING_POLE, _BENT_POLE)]
        pole = (1 - bent) * (facing @ poles[0]) + bent * (facing @ poles[1])
        return RestingArm(wrist=wrist, pole=unit(pole))
