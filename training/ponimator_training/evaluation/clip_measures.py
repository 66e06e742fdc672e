"""What a clip set holds, told in numbers for each kind of interaction.

Whether the bodies touch, stay out of each other, keep their feet planted and joints in range, and move smoothly.

Surfaces are told exactly: gaps between the vertices of the contact regions, as extraction does; depths with signed
distances.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import angle_between
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion.window import MODEL_RATE_HZ
from ponimator_training.data.clips import ClipSet
from ponimator_training.data.contact_regions import ContactRegions
from ponimator_training.data.synthetic.limits import degrees_beyond_limits
from ponimator_training.evaluation.movement import foot_slide_cm_s, planted_speeds, standing_heights
from ponimator_training.evaluation.proximity import ClosedMesh, signed_distances

CONTACT_M = 0.013
"""Surfaces nearer than this are in contact (paper)."""
_NEVER_M = 0.05
_ANCHORS = 3
_STRIDE = 4
_CM_PER_M = 100.0


@dataclass(frozen=True, kw_only=True, slots=True)
class KindMeasures:
    """Of the clips of one kind.

    Attributes:
        kind: its name.
        clips: how many.
        touching: share of anchors with the surfaces within 1.3 cm.
        depth_p50_cm, depth_p95_cm: of the deepest point of either body in the other, over clips: the worst of every
            fourth frame and three anchors.
        slide_cm_s: mean ground speed of planted feet.
        beyond_deg: the furthest that any joint is past its limits.
        jump_m: the largest change of a joint's velocity from frame to frame, m per frame.
        turn_deg: the largest turn of a joint from frame to frame.
    """

    kind: str
    clips: int
    touching: float
    depth_p50_cm: float
    depth_p95_cm: float
    slide_cm_s: float
    beyond_deg: float
    jump_m: float
    turn_deg: float


def measured(clips: ClipSet, surface: BodySurface, regions: ContactRegions) -> Iterator[KindMeasures]:
    """One kind after the other, in alphabetical order."""
    mesh = ClosedMesh(surface.faces, len(surface.vertices))
    for kind in sorted(set(clips.kinds)):
        chosen = [index for index, name in enumerate(clips.kinds) if name == kind]
        depths, gaps, speeds, beyond, jumps, turns = [], [], [], [], [], []
        for index in chosen:
            motion = clips.motion(index)
            anchors = np.flatnonzero(clips.interactive[index])
            told = anchors[np.unique(np.linspace(0, len(anchors) - 1, _ANCHORS).round().astype(int))]
            gaps.append(regions.distances(_frames_of(motion, told), below_m=_NEVER_M))
            depths.append(_depth(motion, np.union1d(told, np.arange(0, motion.frame_count, _STRIDE)), surface, mesh))
            joints = motion_joint_positions(motion, surface.skeleton)
            standing = standing_heights(surface, motion.betas[None])
            speeds.append(planted_speeds(joints[None], standing, MODEL_RATE_HZ))
            beyond.append(degrees_beyond_limits(motion.rotations, surface.skeleton).max())
            jumps.append(np.linalg.norm(np.diff(joints, n=2, axis=1), axis=-1).max())
            turns.append(angle_between(motion.rotations[:, 1:], motion.rotations[:, :-1]).max())
        yield KindMeasures(
            kind=kind,
            clips=len(chosen),
            touching=float(np.mean(np.concatenate(gaps) <= CONTACT_M)),
            depth_p50_cm=float(np.median(depths)) * _CM_PER_M,
            depth_p95_cm=float(np.percentile(depths, 95)) * _CM_PER_M,
            slide_cm_s=foot_slide_cm_s(np.concatenate(speeds)),
            beyond_deg=float(np.max(beyond)),
            jump_m=float(np.max(jumps)),
            turn_deg=float(np.degrees(np.max(turns))),
        )


def table(rows: list[KindMeasures]) -> str:
    """Markdown."""
    lines = [
        "| kind | clips | touching at anchors | depth p50, cm | p95, cm | slide, cm/s | past limits, deg "
        "| velocity jump, m/frame | turn, deg/frame |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines.extend(
        f"| {row.kind} | {row.clips} | {row.touching:.1%} | {row.depth_p50_cm:.1f} | {row.depth_p95_cm:.1f} "
        f"| {row.slide_cm_s:.2f} | {row.beyond_deg:.1f} | {row.jump_m:.2f} | {row.turn_deg:.0f} |"
        for row in rows
    )
    return "\n".join(lines) + "\n"


def _frames_of(motion: Motion, frames: Int[np.ndarray, "F"]) -> Motion:
    return Motion(
        rotations=motion.rotations[:, frames],
        translations=motion.translations[:, frames],
        betas=motion.betas,
        rate_hz=motion.rate_hz,
    )


def _depth(motion: Motion, frames: Int[np.ndarray, "F"], surface: BodySurface, mesh: ClosedMesh) -> float:
    some = _frames_of(motion, frames)
    bodies = [surface.posed(some.rotations[p], some.translations[p], some.betas[p]) for p in range(2)]
    points = np.concatenate(bodies)
    return max(0.0, -float(signed_distances(points, np.concatenate(bodies[::-1]), mesh).min()))
