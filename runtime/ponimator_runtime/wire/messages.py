"""The schema: one frozen struct per message of the protocol, the only home of its fields, defaults and limits.

`docs/protocol.md` says the same for people. Growth: a field is added with a default, never renamed or re-typed.
Arrays are `bytes` here (little-endian, C order); `arrays.py` reads them. No struct knows how it travels.
Shapes: P = 2 persons, N frames of the block.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from ponimator_runtime.wire import limits
from ponimator_runtime.wire.codes import Code

DEFAULT_RATE_HZ: Final = 30
DEFAULT_DURATION_S: Final = 6.0
DEFAULT_BLEND_S: Final = 0.3
DEFAULT_MAX_DISTANCE_M: Final = 3.0
WIRE_FRAME: Final = "smplx-y-up"
"""Right-handed, Y up, a person at rest faces +Z with the left hand at +X; metres."""
_TOPIC_PREFIX: Final = "session/"


def topic_from_session(session: str) -> str:
    """The stream lane's topic; ZeroMQ matches topics by their beginning, so a reader compares the whole."""
    return _TOPIC_PREFIX + session


class Encoding(StrEnum):
    """How a client's messages travel; `json` (arrays as base64) is for debugging."""

    MSGPACK = "msgpack"
    JSON = "json"


class Profile(StrEnum):
    """How a session trades quality for time."""

    LOW_LATENCY = "low_latency"
    BALANCED = "balanced"
    QUALITY = "quality"


class State(StrEnum):
    """Where an interaction stands."""

    ACCEPTED = "accepted"
    PLAYING = "playing"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    LATE = "late"
    FAILED = "failed"


class Character(Struct, frozen=True, kw_only=True):
    """One of a session's two characters; `betas` None = the mean body."""

    name: limits.Name
    betas: limits.Betas | None = None


class Pose(Struct, frozen=True, kw_only=True):
    """A body now: `rotations` (22, 4) float32 xyzw, root to world, others to parent; `translation` (3,) float32 m."""

    rotations: limits.PoseRotations
    translation: limits.Translation


class Root(Struct, frozen=True, kw_only=True):
    """Where a character without a pose stands: position in metres, yaw about +Y from +Z."""

    position: tuple[limits.Coordinate, limits.Coordinate, limits.Coordinate]
    yaw_rad: limits.Yaw = 0.0


class Subject(Struct, frozen=True, kw_only=True):
    """What an `interact` says about one character; a pose outweighs a root."""

    pose: Pose | None = None
    root: Root | None = None


class Request(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every client message has."""

    request_id: limits.RequestId


class Hello(Request, frozen=True, kw_only=True, tag="hello"):
    """The first message; another protocol number is refused before any other field is read."""

    protocol: limits.Integer
    client: limits.Label = ""
    encoding: Encoding = Encoding.MSGPACK


class OpenSession(Request, frozen=True, kw_only=True, tag="open_session"):
    """Opens a session for two characters, or resumes the one named."""

    characters: tuple[Character, Character]
    rate_hz: limits.RateHz = DEFAULT_RATE_HZ
    profile: Profile = Profile.BALANCED
    session: limits.SessionId | None = None


class Interact(Request, frozen=True, kw_only=True, tag="interact"):
    """Two poses → animate them; one pose → make the partner, then animate; text alone → make both, then animate.

    `anchor_time` None = see `anchor_time_of`; `duration_s` None = until cancelled; `seed` None = the server's choice;
    `steps` None = the profile's.
    """

    session: limits.SessionId
    characters: tuple[Subject, Subject] = (Subject(), Subject())
    text: limits.Text | None = None
    anchor_time: limits.Fraction | None = None
    duration_s: limits.Duration | None = DEFAULT_DURATION_S
    blend_in_s: limits.Blend = DEFAULT_BLEND_S
    seed: limits.Seed | None = None
    steps: limits.Steps | None = None
    max_distance_m: limits.Distance = DEFAULT_MAX_DISTANCE_M


def anchor_time_of(interact: Interact) -> float:
    """The `anchor_time` meant: two poses given are the live ones (0), a pose to be made is walked to (0.5)."""
    if interact.anchor_time is not None:
        return interact.anchor_time
    return 0.0 if all(subject.pose is not None for subject in interact.characters) else 0.5


class Cancel(Request, frozen=True, kw_only=True, tag="cancel"):
    """Ends an interaction; None = the one that plays or is planned."""

    session: limits.SessionId
    interaction: limits.InteractionId | None = None
    blend_out_s: limits.Blend = DEFAULT_BLEND_S


class Resend(Request, frozen=True, kw_only=True, tag="resend"):
    """Asks for the blocks that hold the frames [start, stop), 1 to 3600 of them, again on the stream lane."""

    session: limits.SessionId
    start: limits.Frame
    stop: limits.Frame


class Ping(Request, frozen=True, kw_only=True, tag="ping"):
    """Asks for the server's clock; `client_time_ns` comes back untouched."""

    client_time_ns: limits.Nanoseconds


class Stats(Request, frozen=True, kw_only=True, tag="stats"):
    """Asks for counters and latencies."""


class CloseSession(Request, frozen=True, kw_only=True, tag="close_session"):
    """Ends a session and its stream."""

    session: limits.SessionId


ClientMessage = Hello | OpenSession | Interact | Cancel | Resend | Ping | Stats | CloseSession


class Contact(Struct, frozen=True, kw_only=True):
    """Joint `a` of the first person touches joint `b` of the second during the absolute frames [start, stop)."""

    start: limits.Frame
    stop: limits.Frame
    a: limits.JointIndex
    b: limits.JointIndex


class Skeleton(Struct, frozen=True, kw_only=True, tag_field="type", tag="skeleton"):
    """The two bodies at rest: `rest_joints` (2, 55, 3) float32 m; sent on open and to every late joiner."""

    session: limits.SessionId
    joints: limits.JointNames
    parents: limits.ParentIndices
    rest_joints: limits.RestJoints
    names: tuple[limits.Name, limits.Name]
    frame: limits.Name = WIRE_FRAME


class Motion(Struct, frozen=True, kw_only=True, tag_field="type", tag="motion"):
    """A block of absolute frames [start, start + count); a higher revision replaces everything from `start` on.

    `rotations` (2, N, 55, 4) float32 xyzw, `translations` (2, N, 3) float32 m, `foot_contacts` (2, N, 4) bytes 0 or 1:
    `arrays.motion_arrays` reads them. `time_ns` is the server's clock at `start`.
    """

    session: limits.SessionId
    interaction: limits.InteractionId
    revision: limits.Counter
    start: limits.Frame
    count: limits.FrameCount
    rate_hz: limits.RateHz
    time_ns: limits.Nanoseconds
    rotations: bytes
    translations: bytes
    foot_contacts: bytes
    contacts: Annotated[tuple[Contact, ...], Meta(max_length=limits.MAX_CONTACTS)] = ()
    anchor: limits.Frame | None = None
    final: bool = False


class Status(Struct, frozen=True, kw_only=True, tag_field="type", tag="status"):
    """A change of an interaction's state; `code` and `message` say why it is late or failed.

    `steps`, where it is there, says that nothing has changed but the diffusion steps of its windows from now on.
    """

    session: limits.SessionId
    state: State
    time_ns: limits.Nanoseconds
    interaction: limits.InteractionId | None = None
    frame: limits.Frame | None = None
    code: Code | None = None
    message: limits.Explanation = ""
    steps: limits.Steps | UnsetType = UNSET


class Heartbeat(Struct, frozen=True, kw_only=True, tag_field="type", tag="heartbeat"):
    """Once a second: the server's clock, the frame that plays now, the seconds that stand ready after it."""

    session: limits.SessionId
    time_ns: limits.Nanoseconds
    play_frame: limits.Frame
    buffered_s: limits.Real


StreamMessage = Skeleton | Motion | Status | Heartbeat
