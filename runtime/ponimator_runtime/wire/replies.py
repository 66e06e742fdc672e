"""The schema's second half: what the server answers on the control lane, one frozen struct per reply.

The same rules of growth as in `messages.py` hold; no struct knows how it travels.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from ponimator_runtime.wire import limits as bounds
from ponimator_runtime.wire.codes import Code
from ponimator_runtime.wire.messages import ClientMessage, Skeleton, StreamMessage


class Reply(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every reply but `error` has: the number of its request."""

    request_id: bounds.RequestId


class ModelInfo(Struct, frozen=True, kw_only=True):
    """A model bundle that the server has loaded; without `text` an `interact` with text is `not_supported`."""

    name: bounds.Name
    version: bounds.Label = ""
    text: bool = False


class Limits(Struct, frozen=True, kw_only=True):
    """What this server accepts; a server may set them lower, never higher than the protocol."""

    max_sessions: bounds.Counter
    max_message_bytes: bounds.Counter = bounds.MAX_REQUEST_BYTES
    max_text_characters: bounds.Counter = bounds.MAX_TEXT_CHARACTERS
    max_duration_s: bounds.Real = bounds.MAX_DURATION_S
    min_rate_hz: bounds.RateHz = bounds.MIN_RATE_HZ
    max_rate_hz: bounds.RateHz = bounds.MAX_RATE_HZ


class HelloOk(Reply, frozen=True, kw_only=True, tag="hello_ok"):
    """The server's name and version, its models and limits, and the endpoint of the stream lane."""

    protocol: bounds.Integer
    server: bounds.Label
    models: Annotated[tuple[ModelInfo, ...], Meta(max_length=bounds.MAX_ENTRIES)]
    limits: Limits
    stream: Annotated[str, Meta(min_length=1, max_length=bounds.MAX_TEXT_CHARACTERS)]


class SessionOpened(Reply, frozen=True, kw_only=True, tag="session_opened"):
    """The session, the topic to subscribe to, and the skeleton message that its subscribers get."""

    session: bounds.SessionId
    topic: Annotated[str, Meta(min_length=1, max_length=bounds.MAX_TEXT_CHARACTERS)]
    skeleton: Skeleton


class InteractionAccepted(Reply, frozen=True, kw_only=True, tag="interaction_accepted"):
    """The first absolute frame at which the interaction shows, and where the server's time went, by stage."""

    interaction: bounds.InteractionId
    apply_frame: bounds.Frame
    timing_ms: Annotated[dict[str, bounds.Milliseconds], Meta(max_length=bounds.MAX_ENTRIES)] = {}


class Cancelled(Reply, frozen=True, kw_only=True, tag="cancelled"):
    """The first absolute frame at which the blend out shows."""

    apply_frame: bounds.Frame


class Resent(Reply, frozen=True, kw_only=True, tag="resent"):
    """The frames [start, stop) that the server still had, and in how many blocks it sent them; none: start = stop."""

    start: bounds.Frame
    stop: bounds.Frame
    blocks: bounds.Counter


class Pong(Reply, frozen=True, kw_only=True, tag="pong"):
    """The client's own time, and the server's at receiving and at sending: what NTP's offset formula needs."""

    client_time_ns: bounds.Nanoseconds
    server_receive_ns: bounds.Nanoseconds
    server_send_ns: bounds.Nanoseconds


class Quantiles(Struct, frozen=True, kw_only=True):
    """A latency over `count` measurements."""

    p50: bounds.Milliseconds
    p95: bounds.Milliseconds
    p99: bounds.Milliseconds
    count: bounds.Counter


class StatsReply(Reply, frozen=True, kw_only=True, tag="stats_reply"):
    """Counters since the server's start, and latencies by stage."""

    counters: Annotated[dict[str, bounds.Counter], Meta(max_length=bounds.MAX_ENTRIES)]
    latency_ms: Annotated[dict[str, Quantiles], Meta(max_length=bounds.MAX_ENTRIES)]


class SessionClosed(Reply, frozen=True, kw_only=True, tag="session_closed"):
    """The session named is no more."""

    session: bounds.SessionId


class Error(Struct, frozen=True, kw_only=True, tag_field="type", tag="error"):
    """A refusal: what was expected, what came, what to do; `request_id` None where it could not be read."""

    request_id: bounds.RequestId | None
    code: Code
    message: bounds.Explanation


ServerReply = (
    HelloOk | SessionOpened | InteractionAccepted | Cancelled | Resent | Pong | StatsReply | SessionClosed | Error
)
Message = ClientMessage | ServerReply | StreamMessage
