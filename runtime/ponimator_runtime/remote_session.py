"""A session on a server, seen from a client: its triggers, its stream and what was received of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import zmq

from ponimator_runtime.control_lane import ControlLane
from ponimator_runtime.errors import ServerGone
from ponimator_runtime.playout import Playout
from ponimator_runtime.wire import (
    Cancel,
    Cancelled,
    CloseSession,
    Interact,
    InteractionAccepted,
    Motion,
    Pose,
    Resend,
    Resent,
    Root,
    SessionClosed,
    SessionOpened,
    State,
    Status,
    StreamMessage,
    Subject,
    decode_stream,
)
from ponimator_runtime.wire.limits import MAX_RESEND_FRAMES
from ponimator_runtime.wire.messages import DEFAULT_BLEND_S, DEFAULT_DURATION_S, DEFAULT_MAX_DISTANCE_M

HEARTBEATS_LOST_S: Final = 3.0
"""Three heartbeats: without any message for so long, the server is gone."""
GENERATION_TIMEOUT_S: Final = 60.0
"""How long a trigger may take: the server answers it when the first window is made."""


class RemoteSession:
    """A session on a server, and its stream.

    Attributes:
        id: for `open_session(resume=...)`.
        skeleton: the two bodies at rest.
        playout: all frames received, revisions applied.
        resends: how often missing frames were asked for again.
    """

    def __init__(self, lane: ControlLane, opened: SessionOpened, stream: zmq.Socket[bytes]) -> None:
        """Takes a socket that is subscribed already; `Client.open_session` makes one."""
        self.id = opened.session
        self.skeleton = opened.skeleton
        self.playout = Playout()
        self.resends = 0
        self._lane = lane
        self._topic = opened.topic.encode()
        self._stream = stream
        self._heard_s = time.monotonic()

    def interact(
        self,
        *,
        text: str | None = None,
        poses: tuple[Pose | None, Pose | None] = (None, None),
        roots: tuple[Root | None, Root | None] = (None, None),
        anchor_time: float | None = None,
        duration_s: float | None = DEFAULT_DURATION_S,
        blend_in_s: float = DEFAULT_BLEND_S,
        seed: int | None = None,
        steps: int | None = None,
        max_distance_m: float = DEFAULT_MAX_DISTANCE_M,
        timeout_s: float = GENERATION_TIMEOUT_S,
    ) -> InteractionAccepted:
        """Triggers an interaction; returns when its first frame is known. Raises RequestRefused or ReplyTimeout."""
        first, second = (Subject(pose=pose, root=root) for pose, root in zip(poses, roots, strict=True))
        request = Interact(
            request_id=self._lane.next_request_id(),
            session=self.id,
            characters=(first, second),
            text=text,
            anchor_time=anchor_time,
            duration_s=duration_s,
            blend_in_s=blend_in_s,
            seed=seed,
            steps=steps,
            max_distance_m=max_distance_m,
        )
        return self._lane.ask(request, InteractionAccepted, timeout_s)

    def cancel(self, interaction: int | None = None, *, blend_out_s: float = DEFAULT_BLEND_S) -> Cancelled:
        """Ends what plays, or the interaction named."""
        request = Cancel(
            request_id=self._lane.next_request_id(),
            session=self.id,
            interaction=interaction,
            blend_out_s=blend_out_s,
        )
        return self._lane.ask(request, Cancelled, GENERATION_TIMEOUT_S)

    def resend(self, start: int, stop: int) -> Resent:
        """Asks for frames [start, stop) again; they come on the stream."""
        request = Resend(request_id=self._lane.next_request_id(), session=self.id, start=start, stop=stop)
        return self._lane.ask(request, Resent)

    def heard_within(self, timeout_s: float) -> bool:
        """Whether a message of the stream waits to be received, now or within a time."""
        return bool(self._stream.poll(int(timeout_s * 1000)))

    def receive(self, timeout_s: float = 1.0) -> StreamMessage | None:
        """The next message of the stream; None where none came in time.

        Motion goes into `playout`; missing frames are asked for again.

        Raises:
            ServerGone: nothing came for three heartbeats.
            MalformedMessage: the server sent what is no message.
        """
        deadline_s = time.monotonic() + timeout_s
        while self._stream.poll(max(0, int((deadline_s - time.monotonic()) * 1000))):
            topic, *parts = self._stream.recv_multipart()
            if topic != self._topic or len(parts) != 1:
                continue  # a longer topic that begins like ours
            self._heard_s = time.monotonic()
            message = decode_stream(parts[0])
            if isinstance(message, Motion):
                self._take(message)
            return message
        if time.monotonic() - self._heard_s > HEARTBEATS_LOST_S:
            raise ServerGone(f"No heartbeat for {HEARTBEATS_LOST_S:g} s: the server has stopped or is out of reach.")
        return None

    def stream(self, *, timeout_s: float = 1.0) -> Iterator[StreamMessage]:
        """Messages until the end of an interaction is said (finished, cancelled or failed), with that one.

        Raises:
            ServerGone: nothing came for three heartbeats.
        """
        while True:
            message = self.receive(timeout_s)
            if message is None:
                continue
            yield message
            if isinstance(message, Status) and message.state in {State.FINISHED, State.CANCELLED, State.FAILED}:
                return

    def ahead_s(self, time_ns: int) -> float:
        """How far a time on the server's clock lies ahead of now."""
        return (time_ns - self._lane.server_time_ns()) * 1e-9

    def close(self) -> None:
        """Ends the session on the server and leaves its stream."""
        request = CloseSession(request_id=self._lane.next_request_id(), session=self.id)
        try:
            self._lane.ask(request, SessionClosed)
        finally:
            self.leave()

    def leave(self) -> None:
        """Leaves the stream; the session lives on."""
        self._stream.close(linger=0)

    def _take(self, block: Motion) -> None:
        missing = self.playout.add(block, self._lane.server_time_ns())
        if missing is not None:
            self.resends += 1
            self.resend(missing.start, min(missing.stop, missing.start + MAX_RESEND_FRAMES))
