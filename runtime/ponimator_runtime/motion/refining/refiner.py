"""What is done to poses and windows after they were sampled: bodies taken apart, feet planted.

Everything here works in model space or any other whose floor is at y = 0, turns with the motion, and knows no network.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.contact import standing_heights
from ponimator_runtime.motion.pose import InteractivePose, Motion, still_motion
from ponimator_runtime.motion.refining.balls import BodyBalls, ShapedBalls
from ponimator_runtime.motion.refining.parting import STEPS, parted_motion
from ponimator_runtime.motion.refining.planting import planted_motion
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion.window import MODEL_RATE_HZ

_KEPT_SHAPES = 64
_POSE_STEPS = 8
"""One frame costs little, and the window around it will stand on it."""
_DRAWN_M = 0.06
"""Balls of two bodies, which lie inside the skin, no further apart than this were meant to touch in a pose."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refinement:
    """What is done.

    Attributes:
        parting: bodies that are in each other are taken apart until they touch.
        planting: feet that stand do not slide, and no foot is left below the floor.
    """

    parting: bool = True
    planting: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shapes:
    """What is known of two bodies before they move."""

    balls: ShapedBalls
    standing: Float[np.ndarray, "P 4"]


class Refiner:
    """Refines poses and windows of the bodies of one surface; keeps what it computed for their shapes."""

    def __init__(self, surface: BodySurface, refinement: Refinement) -> None:
        """Chooses the balls of the body."""
        self._surface = surface
        self._refinement = refinement
        self._balls = BodyBalls(surface)
        self._shapes: OrderedDict[bytes, _Shapes] = OrderedDict()

    def pose(self, pose: InteractivePose, *, movable: tuple[bool, bool] = (True, True)) -> InteractivePose:
        """An interactive pose that was made; a person who was given is not `movable`."""
        instant = still_motion(pose, frame_count=1, rate_hz=MODEL_RATE_HZ)
        refined = self._refined(instant, held=None, movable=movable, steps=_POSE_STEPS, drawn_m=_DRAWN_M)
        return pose if refined is instant else refined.pose_at(0)

    def window(self, motion: Motion, *, held: int) -> Motion:
        """A window that was made; its frame `held`, the anchor, stands as it is."""
        return self._refined(motion, held=held, movable=(True, True), steps=STEPS)

    def _refined(
        self, motion: Motion, *, held: int | None, movable: tuple[bool, bool], steps: int, drawn_m: float = 0.0
    ) -> Motion:
        shapes = self._shapes_of(motion.betas)
        refined = motion
        if self._refinement.parting:
            refined = parted_motion(refined, shapes.balls, held=held, movable=movable, steps=steps, drawn_m=drawn_m)
        if self._refinement.planting:
            # A body that was shifted takes its feet along: which of them stand, the motion as it was made tells.
            refined = planted_motion(
                refined, shapes.balls.rest_joints, shapes.standing, held=held, movable=movable, like=motion
            )
        return refined

    def _shapes_of(self, betas: Float[np.ndarray, "P 10"]) -> _Shapes:
        key = betas.tobytes()
        if key not in self._shapes:
            self._shapes[key] = _Shapes(
                balls=self._balls.shaped(betas), standing=standing_heights(self._surface, betas)
            )
            if len(self._shapes) > _KEPT_SHAPES:
                self._shapes.popitem(last=False)
        self._shapes.move_to_end(key)
        return self._shapes[key]
