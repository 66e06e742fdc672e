"""A session that no server ever served: an interaction of a second and a half, said ahead of its time."""

import numpy as np

from ponimator_runtime.recording.format import Header, Lane, Record
from ponimator_runtime.recording.writer import RecordingWriter
from ponimator_runtime.wire import (
    PROTOCOL,
    Contact,
    Encoding,
    Heartbeat,
    InteractionAccepted,
    ModelInfo,
    Skeleton,
    State,
    Status,
    encode,
    motion_from_arrays,
)
from ponimator_runtime.wire.limits import JOINT_COUNT, REST_JOINTS_BYTES

SESSION = "recorded-session"
RATE_HZ = 30
BLOCK_FRAMES = 9
BLOCKS = 5
FIRST_FRAME = 24
BLOCK_NS = BLOCK_FRAMES * 10**9 // RATE_HZ
CLOCK_NS = 5_000_000_000_000
"""The recorded server's clock at the recording's time 0."""
LEAD_NS = 400_000_000
ACCEPTED_NS = 200_000_000
HEADER = Header(
    protocol=PROTOCOL,
    server="ponimator test",
    session=SESSION,
    topic=f"session/{SESSION}",
    server_clock_ns=CLOCK_NS,
    models=(ModelInfo(name="made", text=True),),
)


def skeleton():
    return Skeleton(
        session=SESSION,
        joints=tuple(f"joint{joint}" for joint in range(JOINT_COUNT)),
        parents=(-1, *range(JOINT_COUNT - 1)),
        rest_joints=bytes(REST_JOINTS_BYTES),
        names=("Ann", "Ben"),
    )


def block(index):
    """The nth block, different in every number from the others."""
    random = np.random.default_rng(index)
    start = FIRST_FRAME + index * BLOCK_FRAMES
    return motion_from_arrays(
        session=SESSION,
        interaction=1,
        revision=1,
        start=start,
        rate_hz=RATE_HZ,
        time_ns=CLOCK_NS + ACCEPTED_NS + LEAD_NS + index * BLOCK_NS,
        rotations=random.normal(size=(2, BLOCK_FRAMES, JOINT_COUNT, 4)),
        translations=random.normal(size=(2, BLOCK_FRAMES, 3)),
        foot_contacts=random.integers(0, 2, (2, BLOCK_FRAMES, 4)),
        contacts=(Contact(start=start, stop=start + 2, a=20, b=21),),
        anchor=start + 1 if index == 2 else None,
        final=index == BLOCKS - 1,
    )


def stream(encoding=Encoding.MSGPACK):
    """Everything that was said on the stream lane, with its times since the recording began."""
    over_ns = ACCEPTED_NS + LEAD_NS + BLOCKS * BLOCK_NS
    said = [
        (1_000_000, skeleton()),
        (100_000_000, Heartbeat(session=SESSION, time_ns=CLOCK_NS + 100_000_000, play_frame=9, buffered_s=0.0)),
        (ACCEPTED_NS, Status(session=SESSION, state=State.ACCEPTED, time_ns=CLOCK_NS + ACCEPTED_NS, interaction=1)),
        *((ACCEPTED_NS + index * BLOCK_NS, block(index)) for index in range(BLOCKS)),
        (over_ns, Status(session=SESSION, state=State.FINISHED, time_ns=CLOCK_NS + over_ns, interaction=1, frame=69)),
    ]
    return [(time_ns, encode(message, encoding)) for time_ns, message in said]


def accepted():
    return InteractionAccepted(request_id=9, interaction=1, apply_frame=FIRST_FRAME, timing_ms={"total": 123.0})


def records(encoding=Encoding.MSGPACK):
    """The records of a recorder that triggered it."""
    heard = [Record(lane=Lane.STREAM, time_ns=time_ns, payload=payload) for time_ns, payload in stream(encoding)]
    return [*heard[:3], Record(lane=Lane.REPLY, time_ns=ACCEPTED_NS, payload=encode(accepted())), *heard[3:]]


def write_recording(path, made=None):
    with RecordingWriter(path, HEADER) as writer:
        for record in records() if made is None else made:
            writer.write(record)
    return path
