"""The worker's side of a session: from an interaction to frames that begin at a certain place on the timeline.

Everything here runs on the worker. Of the timeline it only reads: the plan is an immutable value, and the rest numbers.
What it hands back says for which plan it was made; the thread that owns the session accepts it or asks again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.placement import Root, placed_at_roots, roots_of
from ponimator_runtime.motion.pose import InteractivePose, Motion
from ponimator_runtime.motion.rotations import matrix_from_quaternion
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.stitch import resampled
from ponimator_runtime.motion.window import MODEL_RATE_HZ, WINDOW_FRAMES
from ponimator_runtime.serving.generator import BodyPose, MotionGenerator, Wanted
from ponimator_runtime.serving.interaction import Interaction
from ponimator_runtime.serving.planning import PlannedFrames, lifted, planned_frames, planned_stop
from ponimator_runtime.serving.timeline import Plan, Timeline
from ponimator_runtime.wire import Pose, Subject, anchor_time_of, pose_arrays

SEAM_BLEND_S: Final = 0.3
"""How long a chained window takes over from the one before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Generated:
    """A window as the networks made it, in the world at display rate.

    Attributes:
        motion: without the frame that the plan has already, if it is a chained window.
        anchor_offset: where in it the interactive pose stands; None in a chained window.
        timing_ns: how long each stage took.
    """

    motion: Motion
    anchor_offset: int | None
    timing_ns: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """Frames for one place of one plan.

    Attributes:
        frame: the first absolute frame; None where nothing plays and any frame will do.
        frames: what plays from there on.
        version: the plan that they take over from.
        decided_ns: when the place was chosen.
    """

    frame: int | None
    frames: PlannedFrames
    version: int
    decided_ns: int


class Planner:
    """Generates windows and fits them into timelines; shared by all sessions, used by the worker alone."""

    def __init__(self, generator: MotionGenerator, clock: Callable[[], int] = time.monotonic_ns) -> None:
        """Takes the networks and a monotonic clock in nanoseconds."""
        self._generator = generator
        self._surface = generator.bundle.surface
        self._clock = clock

    @property
    def skeleton(self) -> Skeleton:
        """Of the bodies that are planned for."""
        return self._surface.skeleton

    def first_window(self, interaction: Interaction, timeline: Timeline) -> Generated:
        """The interactive pose and the window around it."""
        began_ns = self._clock()
        pose = self._interactive_pose(interaction, timeline)
        posed_ns = self._clock()
        anchor_index = round(anchor_time_of(interaction.request) * (WINDOW_FRAMES - 1))
        window = self._generator.window(
            pose, anchor_index, steps=interaction.steps, generator=interaction.random_numbers
        )
        window_ns = self._clock()
        return Generated(
            motion=lifted(resampled(window, float(timeline.rate_hz)), interaction.floor_height),
            anchor_offset=round(anchor_index / MODEL_RATE_HZ * timeline.rate_hz),
            timing_ns={"pose": posed_ns - began_ns, "window": window_ns - posed_ns},
        )

    def next_window(self, interaction: Interaction, timeline: Timeline) -> Generated:
        """The window that begins where the plan ends, without the frame that both have."""
        plan = timeline.plan
        last = plan.chunks[-1]
        # The tail of a late plan is no motion to go on from: the anchor is the last frame that was generated.
        anchor = lifted(last.frames.motion.pose_at(last.frames.count - 1), -interaction.floor_height)
        began_ns = self._clock()
        window = self._generator.window(anchor, 0, steps=interaction.steps, generator=interaction.random_numbers)
        motion = lifted(resampled(window, float(timeline.rate_hz)), interaction.floor_height)
        return Generated(
            motion=motion.frames(1, motion.frame_count),
            anchor_offset=None,
            timing_ns={"window": self._clock() - began_ns},
        )

    def first_draft(self, interaction: Interaction, generated: Generated, timeline: Timeline) -> Draft:
        """The first window from the first unprotected frame on, taking over from what plays there."""
        plan, frame, decided_ns = self._place(timeline)
        idle = plan.ended and plan.stop <= frame
        # Where nothing plays and the game says where its characters are, it knows better than the last plan.
        before = None if idle and interaction.says_where else plan.before(frame)
        frames = planned_frames(
            generated.motion,
            self._surface,
            before=before,
            blend_s=interaction.request.blend_in_s,
            room=interaction.frame_count(timeline.rate_hz),
            floor_height=interaction.floor_height,
        )
        return Draft(frame=None if idle else frame, frames=frames, version=plan.version, decided_ns=decided_ns)

    def next_draft(self, interaction: Interaction, generated: Generated, timeline: Timeline) -> Draft:
        """A chained window behind the end of the plan."""
        plan, decided_ns = timeline.plan, self._clock()
        room = None if interaction.stop_frame is None else max(1, interaction.stop_frame - plan.stop)
        frames = planned_frames(
            generated.motion,
            self._surface,
            before=plan.before(plan.stop),
            blend_s=SEAM_BLEND_S,
            room=room,
            floor_height=interaction.floor_height,
        )
        return Draft(frame=plan.stop, frames=frames, version=plan.version, decided_ns=decided_ns)

    def stop_draft(self, blend_out_s: float, floor_height: float, timeline: Timeline) -> Draft:
        """What plays, brought to rest from the first unprotected frame on."""
        plan, frame, decided_ns = self._place(timeline)
        before = plan.before(frame)
        if before is None:
            raise RuntimeError("a plan was cancelled that has no frames")
        frames = planned_stop(before, self._surface, blend_out_s=blend_out_s, floor_height=floor_height)
        return Draft(frame=frame, frames=frames, version=plan.version, decided_ns=decided_ns)

    def _place(self, timeline: Timeline) -> tuple[Plan, int, int]:
        """The plan, and the first of its frames that will still be unprotected when a draft for it is ready."""
        decided_ns = self._clock()
        frame = timeline.first_unprotected() + math.ceil(timeline.pacing.response_s * timeline.rate_hz)
        return timeline.plan, frame, decided_ns

    def _interactive_pose(self, interaction: Interaction, timeline: Timeline) -> InteractivePose:
        """In the world, but with the floor at y = 0."""
        subjects, floor = interaction.request.characters, interaction.floor_height
        poses = [None if subject.pose is None else _body_pose(subject.pose, floor) for subject in subjects]
        wanted = Wanted(
            poses=(poses[0], poses[1]), text=(interaction.request.text or "").strip(), betas=interaction.betas
        )
        pose = self._generator.interactive_pose(wanted, steps=interaction.steps, generator=interaction.random_numbers)
        if any(given is not None for given in poses):
            return pose
        skeleton = self._surface.skeleton
        now = timeline.plan.pose_at(timeline.first_unprotected())
        standing = (None, None) if now is None else roots_of(lifted(now, -floor), skeleton)
        given_a, given_b = (_root(subject, floor) for subject in subjects)
        return placed_at_roots(pose, (given_a or standing[0], given_b or standing[1]), skeleton)


def pelvis_place(subject: Subject, rest_pelvis: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"] | None:
    """Where an `interact` says that a character is, m; None where it does not say."""
    if subject.pose is not None:
        return rest_pelvis + pose_arrays(subject.pose).translation
    return None if subject.root is None else np.array(subject.root.position)


def _body_pose(pose: Pose, floor_height: float) -> BodyPose:
    arrays = pose_arrays(pose)
    translation = arrays.translation.astype(np.float64) - np.array([0.0, floor_height, 0.0])
    return BodyPose(rotations=matrix_from_quaternion(arrays.rotations.astype(np.float64)), translation=translation)


def _root(subject: Subject, floor_height: float) -> Root | None:
    if subject.root is None:
        return None
    position = np.array(subject.root.position) - np.array([0.0, floor_height, 0.0])
    return Root(position=position, yaw_rad=subject.root.yaw_rad)
