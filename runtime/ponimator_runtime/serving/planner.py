"""The worker's side of a session: from an interaction to frames that begin at a certain place on the timeline.

Everything here runs on the worker. Of the timeline it only reads: the plan is an immutable value, and the rest numbers.
What it hands back says for which plan it was made; the thread that owns the session accepts it or asks again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.placement import Root, placed_at_roots, roots_of
from ponimator_runtime.motion.pose import InteractivePose, Motion, concatenated
from ponimator_runtime.motion.rotations import matrix_from_quaternion, quaternion_from_matrix
from ponimator_runtime.motion.seam import SEAM_BLEND_S
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.stitch import resampled, sampled
from ponimator_runtime.motion.window import MODEL_RATE_HZ, WINDOW_FRAMES
from ponimator_runtime.serving.approach import approach_s, stand_apart, standing_at, waiting
from ponimator_runtime.serving.batching import Sampling, Work, alone
from ponimator_runtime.serving.generator import BodyPose, MotionGenerator, Wanted
from ponimator_runtime.serving.interaction import Interaction
from ponimator_runtime.serving.planning import Before, PlannedFrames, lifted, planned_frames, planned_stop
from ponimator_runtime.serving.timeline import Plan, Timeline
from ponimator_runtime.wire import Pose, Subject, anchor_time_of, pose_arrays

_LEAD_FRAMES: Final = 3
"""Model frames before the anchor of a chained window: what is played of them has its tangents from both sides."""
_EDGE_FRAMES: Final = 1
"""Model frames at the end of a window that are played only if no other window follows: seen from one side alone, they
are the least even ones (docs/seams.md)."""
_OVERLAP_FRAMES: Final = 2
"""A position and a velocity."""
_APPROACH_ANCHOR_TIME: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Generated:
    """A window as the networks made it, in the world at display rate.

    Attributes:
        motion: a first window begins with its first frame; a chained one with the last two frames that the plan plays
            before it, as its own curve has them.
        anchor_offset: where in it the interactive pose stands; None in a chained window.
        timing_ns: how long each stage took.
        steps: diffusion steps that its sampling took.
    """

    motion: Motion
    anchor_offset: int | None
    timing_ns: dict[str, int]
    steps: int


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
        """What the work of a first window makes by itself."""
        return alone(self.first_window_work(interaction, timeline, interaction.steps), self._clock)

    def next_window(self, interaction: Interaction, timeline: Timeline) -> Generated:
        """What the work of a chained window makes by itself."""
        return alone(self.next_window_work(interaction, timeline), self._clock)

    def first_window_work(self, interaction: Interaction, timeline: Timeline, pose_steps: int) -> Work[Generated]:
        """The interactive pose, sampled in so many steps, and the window around it."""
        began_ns = self._clock()
        pose = self._interactive_pose(interaction, timeline, pose_steps)
        posed_ns = self._clock()
        walked_to = self._is_walked_to(interaction)
        anchor_time = _APPROACH_ANCHOR_TIME if walked_to else anchor_time_of(interaction.request)
        anchor_index = round(anchor_time * (WINDOW_FRAMES - 1))
        asked = self._generator.asked_window(pose, anchor_index, generator=interaction.random_numbers)
        made = yield Sampling(network=self._generator.window_latents, row=asked, steps=interaction.steps)
        resumed_ns = self._clock()
        window = self._generator.window_of(asked, made.latent)
        window_ns = self._clock() - resumed_ns + made.duration_ns
        rate_hz = timeline.rate_hz
        motion = lifted(resampled(window, float(rate_hz)), interaction.floor_height)
        anchor_s = anchor_index / MODEL_RATE_HZ
        before = self._before(interaction, motion, timeline.plan, timeline.first_unprotected())
        needed_s = 0.0 if before is None else approach_s(before.motion, motion)
        # Where the take-over is longer than was asked for, the characters are on their way: the anchor waits for them.
        late_s = needed_s - anchor_s if needed_s > interaction.request.blend_in_s else 0.0
        wait_frames = max(0, math.ceil(late_s * rate_hz))
        return Generated(
            motion=waiting(motion, wait_frames),
            anchor_offset=round(anchor_s * rate_hz) + wait_frames,
            timing_ns={"pose": posed_ns - began_ns, "window": window_ns},
            steps=made.steps,
        )

    def next_window_work(self, interaction: Interaction, timeline: Timeline) -> Work[Generated]:
        """The window that goes on where the plan ends, from the first frame that the plan holds back.

        Its anchor is the last frame that was generated. The frames before are sampled from the plan too: the curve
        through them is that of the plan, so that the change from one window to the other is no corner.
        """
        rate_hz = timeline.rate_hz
        planned = timeline.plan.chunks[-1].frames
        known = planned.generated  # the tail of a late plan is no motion to go on from
        anchor_frame = planned.count + min(_interval_frames(rate_hz), planned.held_back) - 1
        lead_s = _LEAD_FRAMES / MODEL_RATE_HZ
        times_s = anchor_frame / rate_hz - lead_s + np.arange(_LEAD_FRAMES + 1) / MODEL_RATE_HZ
        past = lifted(sampled(known, times_s, rate_hz=MODEL_RATE_HZ), -interaction.floor_height)
        lead = past.frames(0, _LEAD_FRAMES)
        asked = self._generator.asked_window(past.pose_at(-1), 0, generator=interaction.random_numbers, lead=lead)
        made = yield Sampling(network=self._generator.window_latents, row=asked, steps=interaction.steps)
        resumed_ns = self._clock()
        whole = lifted(concatenated(lead, self._generator.window_of(asked, made.latent)), interaction.floor_height)
        stop = anchor_frame + math.floor((WINDOW_FRAMES - 1) / MODEL_RATE_HZ * rate_hz + 1e-9) + 1
        frames = np.arange(planned.count - _OVERLAP_FRAMES, stop)
        curve = sampled(whole, lead_s + (frames - anchor_frame) / rate_hz, rate_hz=float(rate_hz))
        timing_ns = {"window": self._clock() - resumed_ns + made.duration_ns}
        return Generated(motion=curve, anchor_offset=None, timing_ns=timing_ns, steps=made.steps)

    def first_draft(self, interaction: Interaction, generated: Generated, timeline: Timeline) -> Draft:
        """The first window from the first unprotected frame on, taking over from what plays there."""
        plan, frame, decided_ns = self._place(timeline)
        before = self._before(interaction, generated.motion, plan, frame)
        frames = planned_frames(
            generated.motion,
            self._surface,
            before=before,
            blend_s=interaction.request.blend_in_s,
            root_blend_s=None if before is None else approach_s(before.motion, generated.motion),
            room=interaction.frame_count(timeline.rate_hz),
            floor_height=interaction.floor_height,
            held_back=_held_back(generated, timeline.rate_hz),
        )
        return Draft(
            frame=None if _idle(plan, frame) else frame, frames=frames, version=plan.version, decided_ns=decided_ns
        )

    def next_draft(self, interaction: Interaction, generated: Generated, timeline: Timeline) -> Draft:
        """A chained window behind the end of the plan."""
        plan, decided_ns = timeline.plan, self._clock()
        room = None if interaction.stop_frame is None else max(1, interaction.stop_frame - plan.stop)
        last = plan.chunks[-1]
        # A late plan has played on into the frames that it held back.
        played = min(last.stop - last.origin - last.frames.count, last.frames.held_back)
        curve = generated.motion
        frames = planned_frames(
            curve.frames(played + _OVERLAP_FRAMES, curve.frame_count),
            self._surface,
            before=_playing_before(plan, plan.stop),
            blend_s=SEAM_BLEND_S,
            lead=curve.frames(played, played + _OVERLAP_FRAMES),
            room=room,
            floor_height=interaction.floor_height,
            held_back=_held_back(generated, timeline.rate_hz),
        )
        return Draft(frame=plan.stop, frames=frames, version=plan.version, decided_ns=decided_ns)

    def stop_draft(self, blend_out_s: float, floor_height: float, timeline: Timeline) -> Draft:
        """What plays, brought to rest from the first unprotected frame on."""
        plan, frame, decided_ns = self._place(timeline)
        before = _playing_before(plan, frame)
        if before is None:
            raise RuntimeError("a plan was cancelled that has no frames")
        frames = planned_stop(before, self._surface, blend_out_s=blend_out_s, floor_height=floor_height)
        return Draft(frame=frame, frames=frames, version=plan.version, decided_ns=decided_ns)

    def _place(self, timeline: Timeline) -> tuple[Plan, int, int]:
        """The plan, and the first of its frames that will still be unprotected when a draft for it is ready."""
        decided_ns = self._clock()
        frame = timeline.first_unprotected() + math.ceil(timeline.pacing.response_s * timeline.rate_hz)
        return timeline.plan, frame, decided_ns

    def _before(self, interaction: Interaction, coming: Motion, plan: Plan, frame: int) -> Before | None:
        """What plays before a first window: the plan, or what the game says of its characters; None where neither."""
        if not (_idle(plan, frame) and interaction.says_where):
            return _playing_before(plan, frame)
        # Where nothing plays the game knows better than the last plan.
        if anchor_time_of(interaction.request) == 0 and not self._is_walked_to(interaction):
            return None  # the interactive pose is to be there at once
        subjects = interaction.request.characters
        given = tuple(None if subject.pose is None else _body_pose(subject.pose, 0.0) for subject in subjects)
        floor = interaction.floor_height
        roots = _root(subjects[0], floor), _root(subjects[1], floor)
        standing = standing_at(coming.pose_at(0), (given[0], given[1]), roots, self.skeleton, rate_hz=coming.rate_hz)
        rotations = quaternion_from_matrix(self._surface.all_rotations(standing.rotations))
        return Before(motion=standing, rotations_xyzw=rotations[:, 0])

    def _is_walked_to(self, interaction: Interaction) -> bool:
        """Two live poses that stand apart: the interactive pose is one between them that has to be made."""
        first, second = (subject.pose for subject in interaction.request.characters)
        if first is None or second is None or interaction.request.anchor_time is not None:
            return False
        bodies = _body_pose(first, 0.0), _body_pose(second, 0.0)
        return stand_apart(_together(bodies, interaction.betas), self.skeleton)

    def _interactive_pose(self, interaction: Interaction, timeline: Timeline, steps: int) -> InteractivePose:
        """In the world, but with the floor at y = 0."""
        subjects, floor = interaction.request.characters, interaction.floor_height
        poses = [None if subject.pose is None else _body_pose(subject.pose, floor) for subject in subjects]
        text = (interaction.request.text or "").strip()
        first, second = poses
        walked_to = self._is_walked_to(interaction)
        if walked_to and first is not None and second is not None:
            # In words, or as the first one stands; where, is in the middle between them.
            wanted = Wanted(poses=(None if text else first, None), text=text, betas=interaction.betas)
            roots: tuple[Root | None, Root | None] = roots_of(_together((first, second), wanted.betas), self.skeleton)
        else:
            wanted = Wanted(poses=(first, second), text=text, betas=interaction.betas)
            roots = _root(subjects[0], floor), _root(subjects[1], floor)
        pose = self._generator.interactive_pose(wanted, steps=steps, generator=interaction.random_numbers)
        if not walked_to and any(given is not None for given in poses):
            return pose
        now = timeline.plan.pose_at(timeline.first_unprotected())
        standing = (None, None) if now is None else roots_of(lifted(now, -floor), self.skeleton)
        return placed_at_roots(pose, (roots[0] or standing[0], roots[1] or standing[1]), self.skeleton)


def _idle(plan: Plan, frame: int) -> bool:
    """Whether nothing plays at a frame."""
    return plan.ended and plan.stop <= frame


def _playing_before(plan: Plan, frame: int) -> Before | None:
    """What the plan plays just before a frame, and what touches there."""
    before = plan.before(frame)
    chunk = next((chunk for chunk in reversed(plan.chunks) if chunk.start < frame), None)
    if before is None or chunk is None:
        return before
    return replace(before, touching=chunk.frames.touching(frame - 1 - chunk.origin))


def _interval_frames(rate_hz: int) -> int:
    """Display frames of one interval of the model's rate."""
    return math.ceil(rate_hz / MODEL_RATE_HZ)


def _held_back(generated: Generated, rate_hz: int) -> int:
    """Frames that the next window will play or leave out: up to its anchor, and the edge; not what comes first here."""
    behind_anchor = generated.motion.frame_count - 1 - (generated.anchor_offset or 0)
    return min(_interval_frames(rate_hz) + math.ceil(_EDGE_FRAMES * rate_hz / MODEL_RATE_HZ), behind_anchor)


def pelvis_place(subject: Subject, rest_pelvis: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"] | None:
    """Where an `interact` says that a character is, m; None where it does not say."""
    if subject.pose is not None:
        return rest_pelvis + pose_arrays(subject.pose).translation
    return None if subject.root is None else np.array(subject.root.position)


def _body_pose(pose: Pose, floor_height: float) -> BodyPose:
    arrays = pose_arrays(pose)
    translation = arrays.translation.astype(np.float64) - np.array([0.0, floor_height, 0.0])
    return BodyPose(rotations=matrix_from_quaternion(arrays.rotations.astype(np.float64)), translation=translation)


def _together(bodies: tuple[BodyPose, BodyPose], betas: Float[np.ndarray, "P 10"]) -> InteractivePose:
    return InteractivePose(
        rotations=np.stack([body.rotations for body in bodies]),
        translations=np.stack([body.translation for body in bodies]),
        betas=betas,
    )


def _root(subject: Subject, floor_height: float) -> Root | None:
    if subject.root is None:
        return None
    position = np.array(subject.root.position) - np.array([0.0, floor_height, 0.0])
    return Root(position=position, yaw_rad=subject.root.yaw_rad)
