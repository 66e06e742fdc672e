"""Every number that bounds a message, and the field types made of them: a message is checked as it is decoded.

A float without both bounds would let NaN and infinity through, an integer without them would let JSON send
more than 64 bits; so no number field of a message stands without its bounds.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

MAX_REQUEST_BYTES: Final = 64 * 1024
"""A client's message; an `interact` with two poses is about 1 kB in msgpack."""
MAX_REPLY_BYTES: Final = 256 * 1024
MAX_STREAM_BYTES: Final = 2 * 1024 * 1024
"""A stream message; the largest block is 512 frames of 1.8 kB, a third more in JSON."""

PERSON_COUNT: Final = 2
BODY_JOINT_COUNT: Final = 22
JOINT_COUNT: Final = 55
FOOT_COUNT: Final = 4
"""Contact points of the feet: left heel, left toe, right heel, right toe."""
BETA_COUNT: Final = 10
FLOAT32_BYTES: Final = 4
POSE_ROTATIONS_BYTES: Final = BODY_JOINT_COUNT * 4 * FLOAT32_BYTES
TRANSLATION_BYTES: Final = 3 * FLOAT32_BYTES
REST_JOINTS_BYTES: Final = PERSON_COUNT * JOINT_COUNT * 3 * FLOAT32_BYTES

MAX_NAME_CHARACTERS: Final = 64
MAX_TEXT_CHARACTERS: Final = 1000
MAX_ERROR_CHARACTERS: Final = 1000
MIN_RATE_HZ: Final = 10
MAX_RATE_HZ: Final = 120
MIN_DURATION_S: Final = 0.1
MAX_DURATION_S: Final = 3600.0
MAX_BLEND_S: Final = 5.0
MAX_STEPS: Final = 1000
MAX_DISTANCE_M: Final = 100.0
MAX_COORDINATE_M: Final = 1e4
"""Farther from the world's origin than this, float32 no longer holds a millimetre."""
MAX_YAW_RAD: Final = 1e4
MAX_BETA: Final = 10.0
MAX_RESEND_FRAMES: Final = 3600
MAX_BLOCK_FRAMES: Final = 512
MAX_CONTACTS: Final = 1024
MAX_ENTRIES: Final = 256
"""Entries of the lists and maps that a reply carries for people: models, counters, timings."""
UNIT_NORM_TOLERANCE: Final = 1e-3
"""How far the length of a client's quaternion may stand from 1."""

MAX_INT64: Final = 2**63 - 1
MIN_INT64: Final = -(2**63)
_MAX_REAL: Final = 1e15
_SESSION_PATTERN: Final = rf"\A[A-Za-z0-9_-]{{1,{MAX_NAME_CHARACTERS}}}\Z"

RequestId = Annotated[int, Meta(ge=0, le=MAX_INT64)]
InteractionId = Annotated[int, Meta(ge=0, le=MAX_INT64)]
Frame = Annotated[int, Meta(ge=0, le=MAX_INT64)]
Counter = Annotated[int, Meta(ge=0, le=MAX_INT64)]
Nanoseconds = Annotated[int, Meta(ge=MIN_INT64, le=MAX_INT64)]
Integer = Annotated[int, Meta(ge=MIN_INT64, le=MAX_INT64)]
Seed = Annotated[int, Meta(ge=0, le=MAX_INT64)]
Steps = Annotated[int, Meta(ge=1, le=MAX_STEPS)]
RateHz = Annotated[int, Meta(ge=MIN_RATE_HZ, le=MAX_RATE_HZ)]
FrameCount = Annotated[int, Meta(ge=1, le=MAX_BLOCK_FRAMES)]
JointIndex = Annotated[int, Meta(ge=0, le=JOINT_COUNT - 1)]
ParentIndex = Annotated[int, Meta(ge=-1, le=JOINT_COUNT - 1)]

Real = Annotated[float, Meta(ge=-_MAX_REAL, le=_MAX_REAL)]
Coordinate = Annotated[float, Meta(ge=-MAX_COORDINATE_M, le=MAX_COORDINATE_M)]
Yaw = Annotated[float, Meta(ge=-MAX_YAW_RAD, le=MAX_YAW_RAD)]
Beta = Annotated[float, Meta(ge=-MAX_BETA, le=MAX_BETA)]
Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]
Duration = Annotated[float, Meta(ge=MIN_DURATION_S, le=MAX_DURATION_S)]
Blend = Annotated[float, Meta(ge=0.0, le=MAX_BLEND_S)]
Distance = Annotated[float, Meta(ge=0.0, le=MAX_DISTANCE_M)]
Milliseconds = Annotated[float, Meta(ge=0.0, le=_MAX_REAL)]

Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME_CHARACTERS)]
Label = Annotated[str, Meta(max_length=MAX_NAME_CHARACTERS)]
Text = Annotated[str, Meta(max_length=MAX_TEXT_CHARACTERS)]
Explanation = Annotated[str, Meta(max_length=MAX_ERROR_CHARACTERS)]
SessionId = Annotated[str, Meta(pattern=_SESSION_PATTERN)]

PoseRotations = Annotated[bytes, Meta(min_length=POSE_ROTATIONS_BYTES, max_length=POSE_ROTATIONS_BYTES)]
Translation = Annotated[bytes, Meta(min_length=TRANSLATION_BYTES, max_length=TRANSLATION_BYTES)]
RestJoints = Annotated[bytes, Meta(min_length=REST_JOINTS_BYTES, max_length=REST_JOINTS_BYTES)]
Betas = Annotated[tuple[Beta, ...], Meta(min_length=BETA_COUNT, max_length=BETA_COUNT)]
JointNames = Annotated[tuple[Name, ...], Meta(min_length=JOINT_COUNT, max_length=JOINT_COUNT)]
ParentIndices = Annotated[tuple[ParentIndex, ...], Meta(min_length=JOINT_COUNT, max_length=JOINT_COUNT)]
