"""Planted feet under a root that walks: where each foot stands, and the steps between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_training.data.synthetic.curves import cruise, minimum_jerk, pulse

_STEP_LENGTH_M = 0.5
_STEP_TURN_RAD = np.radians(60.0)
_RAMP_STEPS = 1.5
"""Over so many steps a walk gathers speed, and loses it."""
_STEP_LIFT_M = 0.07
_RISE_SHARE = 0.13
"""Of a step's duration, at either end of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """One stretch of walking or stepping.

    Attributes:
        start: when it begins, s.
        shift: how far the root goes, world x and z, (2,) m.
        turn_rad: how far it turns about the up axis meanwhile.
        step_s: duration of one step.
        first_foot: 0 left, 1 right.
    """

    start: float
    shift: Float[np.ndarray, "2"]
    turn_rad: float = 0.0
    step_s: float = 0.42
    first_foot: int = 0

    @property
    def steps(self) -> int:
        """At least one for each foot, so that it ends with the feet side by side."""
        far, around = np.linalg.norm(self.shift) / _STEP_LENGTH_M, abs(self.turn_rad) / _STEP_TURN_RAD
        return 1 + max(1, int(np.ceil(far)), int(np.ceil(around)))

    @property
    def stop(self) -> float:
        """When both feet stand again, s."""
        return self.start + self.steps * self.step_s


@dataclass(frozen=True, kw_only=True, slots=True)
class RootPath:
    """Where the root is on the ground over time: a start and the walks that follow, in order of time.

    Attributes:
        place: world x and z at the start, (2,) m.
        yaw_rad: facing at the start, from +Z about +Y.
        walks: do not overlap.
        half_stance_m: sideways distance of each foot from the middle.
    """

    place: Float[np.ndarray, "2"]
    yaw_rad: float
    walks: tuple[Walk, ...]
    half_stance_m: float

    def root(self, time: Float[np.ndarray, "N"]) -> tuple[Float[np.ndarray, "N 2"], Float[np.ndarray, "N"]]:
        """Place on the ground (x, z) and yaw over time."""
        place = np.broadcast_to(self.place, (len(time), 2)).astype(np.float64)
        yaw = np.full(len(time), self.yaw_rad)
        for walk in self.walks:
            progress = cruise(time, walk.start, walk.stop, _RAMP_STEPS * walk.step_s)
            place = place + progress[:, None] * walk.shift
            yaw = yaw + progress * walk.turn_rad
        return place, yaw

    def _stand(self, time: float, foot: int) -> tuple[Float[np.ndarray, "2"], float]:
        """Where a foot stands best under the root at one time, and its yaw."""
        place, yaw = self.root(np.array([time]))
        side = 1.0 if foot == 0 else -1.0
        offset = matrix_about_y(yaw[0]) @ np.array([side * self.half_stance_m, 0.0, 0.0])
        toe_out = side * 0.12
        return place[0] + offset[[0, 2]], float(yaw[0]) + toe_out

    def feet(
        self, time: Float[np.ndarray, "N"]
    ) -> tuple[Float[np.ndarray, "F N 3"], Float[np.ndarray, "F N"], Float[np.ndarray, "F N"]]:
        """Sole positions (left, right; y = lift), their yaws, and how far each is through the air (0 … 1 … 0)."""
        positions, yaws, airborne = np.zeros((2, len(time), 3)), np.zeros((2, len(time))), np.zeros((2, len(time)))
        for foot in (0, 1):
            stand, stand_yaw = self._stand(0.0, foot)
            place = np.broadcast_to(stand, (len(time), 2))
            yaw = np.full(len(time), stand_yaw)
            for walk in self.walks:
                for step in range(walk.steps):
                    if (walk.first_foot + step) % 2 != foot:
                        continue
                    leave = walk.start + step * walk.step_s
                    land = leave + walk.step_s
                    # A foot lands where the root will be in the middle of its stance; the last two end the walk.
                    last = step >= walk.steps - 2
                    next_stand, next_yaw = self._stand(walk.stop if last else land + 0.5 * walk.step_s, foot)
                    # A foot rises before it goes and is there before it comes down.
                    rise = _RISE_SHARE * walk.step_s
                    progress = minimum_jerk(time, leave + rise, land - rise)
                    place = place + progress[:, None] * (next_stand - stand)
                    yaw = yaw + progress * (next_yaw - stand_yaw)
                    phase = np.clip((time - leave) / walk.step_s, 0.0, 1.0)
                    airborne[foot] += pulse(phase, 0.0, 0.4, 0.6, 1.0)
                    stand, stand_yaw = next_stand, next_yaw
            positions[foot, :, 0], positions[foot, :, 2] = place[:, 0], place[:, 1]
            positions[foot, :, 1] = _STEP_LIFT_M * airborne[foot]
            yaws[foot] = yaw
        return positions, yaws, airborne
