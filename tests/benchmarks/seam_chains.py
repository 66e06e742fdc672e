"""Chains of windows from texts, joined in three ways: what `seams.py` measures.

It makes motion and says where windows join in it; it must never know what is measured there.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from ponimator_runtime.diffusion.plan import sampling_plan
from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_runtime.models.bundle import load_bundle
from ponimator_runtime.motion.canonical import model_from_world, transform_motion, transform_pose
from ponimator_runtime.motion.kinematics import pose_joint_positions
from ponimator_runtime.motion.pose import InteractivePose, Motion, concatenated
from ponimator_runtime.motion.refining.refiner import Refinement, Refiner
from ponimator_runtime.motion.rotations import (
    angle_between,
    matrix_from_quaternion,
    quaternion_from_axis_angle,
    quaternion_from_matrix,
    quaternion_product,
    rotation_vector_between,
)
from ponimator_runtime.motion.skeleton import SHAPE_COUNT, Skeleton
from ponimator_runtime.motion.stitch import resampled
from ponimator_runtime.motion.window import (
    FEATURE_COUNT,
    MODEL_RATE_HZ,
    WINDOW_FRAMES,
    anchor_features,
    motion_from_residual,
)
from ponimator_runtime.serving.config import PACES
from ponimator_runtime.serving.generator import PERSONS, SOLVER, MotionGenerator, Wanted
from ponimator_runtime.serving.interaction import Interaction
from ponimator_runtime.serving.pacing import Pacing
from ponimator_runtime.serving.planner import Planner
from ponimator_runtime.serving.timeline import Timeline
from ponimator_runtime.wire import Interact, Profile, anchor_time_of

TEXTS = (
    "two people shake hands",
    "two people hug",
    "two people give a high five",
    "one person pushes the other",
    "two people bow to each other",
    "one person helps the other to stand up",
    "two people dance together",
    "one person pats the other on the shoulder",
    "two people hold hands",
    "one person waves to the other",
)
_FIRST_BLEND_S, _SPRING = 0.3, 6.6
"""What the runtime did first: a critically damped spring, ω · blend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """What was shown, and where windows join in it.

    Attributes:
        motion: at display rate.
        anchors: frames of the anchors of all windows but the first.
        hand_overs: first frames of their chunks.
        anchor_errors: of each anchor frame against the last pose of the window before, mm and degrees.
    """

    motion: Motion
    anchors: list[int]
    hand_overs: list[int]
    anchor_errors: list[tuple[float, float]]


class Chains:
    """Makes chains of one kind after another from the same texts and seeds."""

    def __init__(self, bundle: str, *, seams: int, steps: int, rate_hz: int) -> None:
        """Loads a bundle; every chain has so many seams, every sampling so many steps."""
        self._seams, self._steps, self._rate_hz = seams, steps, rate_hz
        self._bundle = load_bundle(bundle)
        self._generator = MotionGenerator(self._bundle)
        self._refiner = Refiner(self._bundle.surface, Refinement())
        self._planner = Planner(self._generator)
        schedule = cosine_schedule(self._bundle.card.training_steps)
        self._plan = sampling_plan(schedule, SOLVER, steps)
        self.skeleton: Skeleton = self._bundle.surface.skeleton
        self.window_ms: list[float] = []

    def runtime(self, seed: int) -> Chain:
        """By planner and timeline; windows are appended as the server does when it is in time."""
        pacing = Pacing(PACES[Profile.BALANCED], self._rate_hz)
        timeline = Timeline(rate_hz=self._rate_hz, pacing=pacing, clock=lambda: 0)
        interaction = self._interaction(seed)
        first = self._planner.first_window(interaction, timeline)
        draft = self._planner.first_draft(interaction, first, timeline)
        timeline.replace_from(timeline.first_unprotected(), draft.frames, interaction=1)
        origin = timeline.plan.chunks[0].start
        anchors, hand_overs, errors = [], [], []
        for _ in range(self._seams):
            last = timeline.plan.chunks[-1].frames
            began_s = time.perf_counter()
            following = self._planner.next_window(interaction, timeline)
            draft = self._planner.next_draft(interaction, following, timeline)
            self.window_ms.append(1000 * (time.perf_counter() - began_s))
            hand_over = timeline.plan.stop - origin
            hand_overs.append(hand_over)
            to_anchor = min(math.ceil(self._rate_hz / MODEL_RATE_HZ), last.held_back) - 1
            anchors.append(hand_over + to_anchor)
            errors.append(_error(last.motion.pose_at(last.count + to_anchor), draft.frames.motion.pose_at(to_anchor)))
            timeline.append(draft.frames, interaction=1)
        shown = [chunk.frames.motion.frames(0, chunk.frames.count) for chunk in timeline.plan.chunks]
        return Chain(motion=_joined(shown), anchors=anchors, hand_overs=hand_overs, anchor_errors=errors)

    def plain(self, seed: int) -> Chain:
        """As the paper says: the last frame of a window is the anchor of the next, nothing else."""
        return self._by_windows(seed, refined=False, spring=False)

    def first_runtime(self, seed: int) -> Chain:
        """Each window refined and resampled by itself, a spring of 0.3 s at display rate."""
        return self._by_windows(seed, refined=True, spring=True)

    def _by_windows(self, seed: int, *, refined: bool, spring: bool) -> Chain:
        interaction = self._interaction(seed)
        wanted = Wanted(poses=(None, None), text=interaction.request.text or "", betas=interaction.betas)
        pose = self._generator.interactive_pose(wanted, steps=self._steps, generator=interaction.random_numbers)
        index = round(anchor_time_of(interaction.request) * (WINDOW_FRAMES - 1))
        window = self._window(pose, index, interaction, refined=refined)
        rate_hz = float(self._rate_hz)
        whole, seams, errors = resampled(window, rate_hz), [], []
        for _ in range(self._seams):
            last = whole.pose_at(-1)
            following = resampled(self._window(last, 0, interaction, refined=refined), rate_hz)
            errors.append(_error(last, following.pose_at(0)))
            following = following.frames(1, following.frame_count)
            if spring:
                following = _sprung(following, whole.frames(-2, whole.frame_count))
            seams.append(whole.frame_count)
            whole = concatenated(whole, following)
        return Chain(motion=whole, anchors=[seam - 1 for seam in seams], hand_overs=seams, anchor_errors=errors)

    def _window(self, anchor: InteractivePose, index: int, interaction: Interaction, *, refined: bool) -> Motion:
        to_model = model_from_world(anchor, self.skeleton)
        in_model = transform_pose(anchor, to_model, self.skeleton)
        animator = self._bundle.animator
        latent = animator.sample(
            interaction.random_numbers.standard_normal((1, PERSONS, WINDOW_FRAMES, FEATURE_COUNT)),
            anchor_features(in_model)[None],
            pose_joint_positions(in_model, self.skeleton)[None],
            np.array([index]),
            plan=self._plan,
        )
        motion = motion_from_residual(animator.residual(latent)[0], in_model)
        if refined:
            motion = self._refiner.window(motion, held=index)
        return transform_motion(motion, to_model.inverse(), self.skeleton)

    def _interaction(self, seed: int) -> Interaction:
        return Interaction(
            number=1,
            request=Interact(request_id=1, session="s", text=TEXTS[seed % len(TEXTS)], duration_s=None),
            betas=np.zeros((PERSONS, SHAPE_COUNT)),
            steps=self._steps,
            random_numbers=np.random.default_rng(seed),
            floor_height=0.0,
            received_ns=0,
        )


def _joined(motions: list[Motion]) -> Motion:
    return replace(
        motions[0],
        rotations=np.concatenate([motion.rotations for motion in motions], axis=1),
        translations=np.concatenate([motion.translations for motion in motions], axis=1),
    )


def _error(wanted: InteractivePose, found: InteractivePose) -> tuple[float, float]:
    """Mm and degrees, the largest of both bodies and all joints."""
    shift_mm = 1000 * np.linalg.norm(wanted.translations - found.translations, axis=-1).max()
    return float(shift_mm), float(np.degrees(angle_between(wanted.rotations, found.rotations).max()))


def _sprung(motion: Motion, previous: Motion) -> Motion:
    """Offsets that decay as (x + (v + ωx) t) e^−ωt."""
    rate, time_s = _SPRING / _FIRST_BLEND_S, np.arange(1, motion.frame_count + 1) / motion.rate_hz

    def decay(offset: np.ndarray, speed: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.asarray((offset + (speed + rate * offset) * at) * np.exp(-rate * at))

    coming, going = quaternion_from_matrix(motion.rotations), quaternion_from_matrix(previous.rotations)
    step = rotation_vector_between(coming[:, 0], coming[:, 1])
    before = quaternion_product(coming[:, 0], quaternion_from_axis_angle(-step))
    turn_speed = (rotation_vector_between(going[:, 0], going[:, 1]) - step) * motion.rate_hz
    turn = decay(rotation_vector_between(before, going[:, 1])[:, None], turn_speed[:, None], time_s[:, None, None])
    shift_step = motion.translations[:, 1] - motion.translations[:, 0]
    offset = previous.translations[:, 1] - (motion.translations[:, 0] - shift_step)
    speed = (previous.translations[:, 1] - previous.translations[:, 0] - shift_step) * motion.rate_hz
    return replace(
        motion,
        rotations=matrix_from_quaternion(quaternion_product(coming, quaternion_from_axis_angle(turn))),
        translations=motion.translations + decay(offset[:, None], speed[:, None], time_s[:, None]),
    )
