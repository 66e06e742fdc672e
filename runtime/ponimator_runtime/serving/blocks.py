"""From the arrays of a session to the messages of the stream lane: where motion meets the wire."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.skeleton import JOINT_NAMES, PARENTS
from ponimator_runtime.motion.skeleton import Skeleton as BodySkeleton
from ponimator_runtime.serving.timeline import Block
from ponimator_runtime.wire import Contact, Motion, Skeleton, motion_from_arrays, rest_joints_bytes
from ponimator_runtime.wire.limits import MAX_CONTACTS


def skeleton_message(
    session: str, names: tuple[str, str], betas: Float[np.ndarray, "2 10"], skeleton: BodySkeleton
) -> Skeleton:
    """The two bodies of a session at rest."""
    return Skeleton(
        session=session,
        joints=JOINT_NAMES,
        parents=PARENTS,
        rest_joints=rest_joints_bytes(skeleton.rest_joints(betas)),
        names=names,
    )


def motion_message(block: Block, *, session: str, rate_hz: int, time_ns: int) -> Motion:
    """A block of the plan; ranges of contact are cut to its frames."""
    chunk, frames = block.chunk, block.chunk.frames
    origin = chunk.origin
    shown = frames.indices(block.start - origin, block.stop - origin)
    return motion_from_arrays(
        session=session,
        interaction=chunk.interaction,
        revision=chunk.revision,
        start=block.start,
        rate_hz=rate_hz,
        time_ns=time_ns,
        rotations=frames.rotations_xyzw[:, shown],
        translations=frames.motion.translations[:, shown],
        foot_contacts=frames.foot_contacts[:, shown],
        contacts=_contacts(block),
        anchor=chunk.anchor if chunk.anchor is not None and block.start <= chunk.anchor < block.stop else None,
        final=block.final,
    )


def _contacts(block: Block) -> tuple[Contact, ...]:
    frames, origin = block.chunk.frames, block.chunk.origin
    behind_tail = frames.motion.frame_count
    found = []
    for contact in frames.contacts:
        # What touches in the last frame of the tail goes on touching while that frame stands.
        contact_stop = block.stop if contact.stop >= behind_tail else origin + contact.stop
        start, stop = max(block.start, origin + contact.start), min(block.stop, contact_stop)
        if start < stop:
            found.append(Contact(start=start, stop=stop, a=contact.joint_a, b=contact.joint_b))
    return tuple(found[:MAX_CONTACTS])
