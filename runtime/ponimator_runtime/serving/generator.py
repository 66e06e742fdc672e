"""From a trigger's conditions to an interactive pose, and from an interactive pose to a window of motion.

Takes and gives world space; the networks only ever see model space. Knows no session and no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Float

from ponimator_runtime.diffusion.plan import SamplingPlan, Solver, sampling_plan
from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_runtime.errors import ModelError
from ponimator_runtime.models.bundle import Bundle
from ponimator_runtime.models.networks import Known
from ponimator_runtime.motion.canonical import GroundTransform, model_from_world, transform_motion, transform_pose
from ponimator_runtime.motion.kinematics import pose_joint_positions
from ponimator_runtime.motion.pose import InteractivePose, Motion
from ponimator_runtime.motion.refining.refiner import Refinement, Refiner
from ponimator_runtime.motion.seam import SEAM_BLEND_S, carried_on, drawn_to_anchor
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, SHAPE_COUNT
from ponimator_runtime.motion.window import (
    FEATURE_COUNT,
    GENERATOR_FEATURE_COUNT,
    anchor_features,
    generator_features,
    motion_from_residual,
    pose_from_generator_features,
)

PERSONS = 2
SOLVER: Final = Solver.DDIM
"""Of what is served, at every number of steps. The other one is nearer to what the diffusion converges to, but its
poses show less often what a text says (docs/solvers.md)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyPose:
    """One body's pose in the world: rotations (22, 3, 3) and γ (3,) m."""

    rotations: Float[np.ndarray, "22 3 3"]
    translation: Float[np.ndarray, "3"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a trigger says of the interactive pose.

    Attributes:
        poses: of the two characters, where given, in the world.
        text: "" where none.
        betas: shapes of the two characters, (P, 10).
    """

    poses: tuple[BodyPose | None, BodyPose | None]
    text: str
    betas: Float[np.ndarray, "P 10"]


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowAsked:
    """A window before it is sampled: all chance in it is drawn.

    Attributes:
        anchor: in model space.
        anchor_index: the frame that it stands at.
        noise: x_T.
        lead: the motion that it goes on with, in model space; None where it has no past.
        to_model: from the world to its model space.
    """

    anchor: InteractivePose
    anchor_index: int
    noise: Float[np.ndarray, "P N 135"]
    lead: Motion | None
    to_model: GroundTransform


class MotionGenerator:
    """Makes interactive poses and windows with the networks of a bundle."""

    def __init__(self, bundle: Bundle, refinement: Refinement | None = None) -> None:
        """Reads the schedule that the bundle was trained with; None = everything that refines is on."""
        self.bundle = bundle
        self._skeleton = bundle.surface.skeleton
        self._schedule = cosine_schedule(bundle.card.training_steps)
        self._refiner = Refiner(bundle.surface, refinement or Refinement())

    @property
    def has_text(self) -> bool:
        """Whether interactions can be told in words."""
        return self.bundle.text_encoder is not None

    def warm_up(self) -> None:
        """Runs every network once, so that the first trigger does not wait for their memory to be laid out."""
        rng = np.random.default_rng(0)
        betas = np.zeros((PERSONS, SHAPE_COUNT))
        text = "hello" if self.has_text else ""
        pose = self.interactive_pose(Wanted(poses=(None, None), text=text, betas=betas), steps=1, generator=rng)
        first = BodyPose(rotations=pose.rotations[0], translation=pose.translations[0])
        self.interactive_pose(Wanted(poses=(first, None), text=text, betas=betas), steps=1, generator=rng)
        self.window(pose, 0, steps=1, generator=rng)

    def interactive_pose(self, wanted: Wanted, *, steps: int, generator: np.random.Generator) -> InteractivePose:
        """The two-person pose that a trigger asks for, in the world.

        Two poses come back as they are. With one, the partner is made around it. With a text alone both are made,
        person A at the origin facing +Z.

        Raises:
            ModelError: a text is wanted and the bundle has no text encoder.
        """
        first, second = wanted.poses
        if first is not None and second is not None:
            return InteractivePose(
                rotations=np.stack([first.rotations, second.rotations]),
                translations=np.stack([first.translation, second.translation]),
                betas=wanted.betas,
            )
        text = self._embedded(wanted.text)
        if first is not None:
            return self._with_partner(first, wanted.betas, text, steps, generator)
        if second is not None:
            # The networks know the given person as the first: told with the other person first, and back.
            return self._with_partner(second, wanted.betas[::-1], text, steps, generator).swapped()
        return self._drawn(given=None, betas=wanted.betas, text=text, steps=steps, generator=generator)

    def window(
        self,
        anchor: InteractivePose,
        anchor_index: int,
        *,
        steps: int,
        generator: np.random.Generator,
        lead: Motion | None = None,
    ) -> Motion:
        """A window of motion around an interactive pose, in the world, at the model's rate.

        Args:
            anchor: in the world; it stands in the window unchanged.
            anchor_index: the frame that it stands at.
            steps: K of the sampling.
            generator: of the noise.
            lead: the motion up to the frame before an anchor at index 0, which the window goes on with; None where it
                has no past.
        """
        asked = self.asked_window(anchor, anchor_index, generator=generator, lead=lead)
        (window,) = self.windows([asked], steps=steps)
        return window

    def windows(self, asked: Sequence[WindowAsked], *, steps: int) -> list[Motion]:
        """Windows that the network makes in one go; none depends on its neighbours."""
        latents = self.window_latents(asked, steps)
        return [self.window_of(one, latent) for one, latent in zip(asked, latents, strict=True)]

    def asked_window(
        self, anchor: InteractivePose, anchor_index: int, *, generator: np.random.Generator, lead: Motion | None = None
    ) -> WindowAsked:
        """What sampling needs of a window; arguments as of `window`."""
        to_model = model_from_world(anchor, self._skeleton)
        return WindowAsked(
            anchor=transform_pose(anchor, to_model, self._skeleton),
            anchor_index=anchor_index,
            noise=generator.standard_normal((PERSONS, self.bundle.card.animator.frames, FEATURE_COUNT)),
            lead=None if lead is None else transform_motion(lead, to_model, self._skeleton),
            to_model=to_model,
        )

    def window_latents(self, asked: Sequence[WindowAsked], steps: int) -> Float[np.ndarray, "B P N 135"]:
        """One call of the network for all; the same rows may be sampled again."""
        return self.bundle.animator.sample(
            np.stack([one.noise for one in asked]),
            np.stack([anchor_features(one.anchor) for one in asked]),
            np.stack([pose_joint_positions(one.anchor, self._skeleton) for one in asked]),
            np.array([one.anchor_index for one in asked]),
            plan=self._plan(steps),
        )

    def window_of(self, asked: WindowAsked, latent: Float[np.ndarray, "P N 135"]) -> Motion:
        """The window that a latent tells, refined, in the world."""
        motion = motion_from_residual(self.bundle.animator.residual(latent[None])[0], asked.anchor)
        held, lead = asked.anchor_index, asked.lead
        if lead is None:
            drawn = drawn_to_anchor(motion, held, blend_s=SEAM_BLEND_S)
            refined = self._refiner.window(drawn, held=held)
        else:
            drawn = carried_on(motion, lead, blend_s=SEAM_BLEND_S)
            # Refining holds the anchor's place; what it does just behind it is a step in velocity, which goes again.
            refined = carried_on(self._refiner.window(drawn, held=held), lead, blend_s=SEAM_BLEND_S)
        return transform_motion(refined, asked.to_model.inverse(), self._skeleton)

    def _plan(self, steps: int) -> SamplingPlan:
        return sampling_plan(self._schedule, SOLVER, steps)

    def _embedded(self, text: str) -> Float[np.ndarray, "1 E"] | None:
        if not text:
            return None
        if self.bundle.text_encoder is None:
            raise ModelError(
                f"The bundle '{self.bundle.card.name}' has no text encoder: "
                "trigger with poses, or serve another bundle."
            )
        return self.bundle.text_encoder.encode([text])

    def _with_partner(
        self,
        given: BodyPose,
        betas: Float[np.ndarray, "P 10"],
        text: Float[np.ndarray, "1 E"] | None,
        steps: int,
        generator: np.random.Generator,
    ) -> InteractivePose:
        """Person A is given in the world; the partner is made around that pose."""
        doubled = InteractivePose(
            rotations=np.stack([given.rotations] * PERSONS),
            translations=np.stack([given.translation] * PERSONS),
            betas=betas,
        )
        to_model = model_from_world(doubled, self._skeleton)
        in_model = transform_pose(doubled, to_model, self._skeleton)
        made = self._drawn(given=in_model, betas=betas, text=text, steps=steps, generator=generator)
        world = transform_pose(made, to_model.inverse(), self._skeleton)
        rotations, translations = world.rotations.copy(), world.translations.copy()
        rotations[0], translations[0] = given.rotations, given.translation
        return replace(world, rotations=rotations, translations=translations)

    def _drawn(
        self,
        *,
        given: InteractivePose | None,
        betas: Float[np.ndarray, "P 10"],
        text: Float[np.ndarray, "1 E"] | None,
        steps: int,
        generator: np.random.Generator,
    ) -> InteractivePose:
        """An interactive pose in model space; `given` tells person A, the shapes of both are known."""
        network = self.bundle.generator
        rest_joints = self._skeleton.rest_joints(betas)
        values = np.zeros((PERSONS, GENERATOR_FEATURE_COUNT))
        values[:, FEATURE_COUNT:] = rest_joints[:, :BODY_JOINT_COUNT].reshape(PERSONS, -1)
        where = np.zeros_like(values)
        where[:, FEATURE_COUNT:] = 1.0
        if given is not None:
            values[0] = generator_features(given, rest_joints)[0]
            where[0] = 1.0
        latent_values = network.latent(values)[None]
        latent = network.sample(
            generator.standard_normal((1, *values.shape)),
            given=latent_values if given is not None else None,
            text=text,
            known=Known(values=latent_values, where=where[None]),
            plan=self._plan(steps),
        )
        pose = pose_from_generator_features(network.features(latent)[0], betas)
        return self._refiner.pose(pose, movable=(given is None, True))
