"""From what was received to what files hold: frames in a row, beside the bodies' rest joints."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ponimator_runtime.client.playout import Playout, ReceivedMotion
from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.skeleton import SHAPE_COUNT
from ponimator_runtime.motion_files.performance import Performance, PersonMotion
from ponimator_runtime.recording.format import Lane
from ponimator_runtime.recording.reader import Recording
from ponimator_runtime.wire import (
    Motion,
    OpenSession,
    Skeleton,
    decode_request,
    decode_stream,
    encoding_of,
    rest_joints_array,
)

Betas = Float[np.ndarray, "2 10"]


def performance_of(received: ReceivedMotion, skeleton: Skeleton, betas: Betas | None = None) -> Performance:
    """What a session showed; anchors count from its first frame.

    Args:
        received: of the session.
        skeleton: what it said of the bodies.
        betas: with which the session was opened; None: with none.
    """
    shapes = np.zeros((2, SHAPE_COUNT)) if betas is None else betas
    persons = tuple(
        PersonMotion(name=name, rotations_xyzw=rotations, translations=translations, rest_joints=rest, betas=shape)
        for name, rotations, translations, rest, shape in zip(
            skeleton.names,
            received.rotations_xyzw.astype(np.float64),
            received.translations.astype(np.float64),
            rest_joints_array(skeleton).astype(np.float64),
            shapes,
            strict=True,
        )
    )
    anchors = tuple(anchor - received.start for anchor in received.anchors)
    return Performance(persons=persons, rate_hz=float(received.rate_hz), anchors=anchors)


def performance_of_recording(recording: Recording) -> Performance:
    """All that a recorded session showed, from its first frame to its last, at rest between interactions.

    Raises:
        DataError: it holds no motion, or no skeleton.
    """
    playout, skeleton, betas = playout_of(recording)
    return performance_of(playout.motion(fill=True), skeleton, betas)


def playout_of(recording: Recording) -> tuple[Playout, Skeleton, Betas | None]:
    """What a client of the recorded session received: all frames, the bodies at rest, and their shapes where told.

    Raises:
        DataError: it holds no motion, or no skeleton.
    """
    playout, skeleton, betas = Playout(), None, None
    for record in recording.records:
        if record.lane is Lane.STREAM:
            message = decode_stream(record.payload, encoding=encoding_of(record.payload))
            if isinstance(message, Motion):
                playout.add(message, arrival_ns=recording.header.server_clock_ns + record.time_ns)
            elif isinstance(message, Skeleton):
                skeleton = message
        elif record.lane is Lane.REQUEST:
            request = decode_request(record.payload, encoding=encoding_of(record.payload))
            if isinstance(request, OpenSession):
                betas = np.array([character.betas or (0.0,) * SHAPE_COUNT for character in request.characters])
    if skeleton is None or playout.frame_count == 0:
        missing = "the bodies' skeleton" if skeleton is None else "motion"
        raise DataError(f"{recording.name} holds no {missing}: record a session while an interaction plays.")
    return playout, skeleton, betas
