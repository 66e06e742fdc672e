"""A session on a server, seen from a client: its triggers, on top of its stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ponimator_runtime.client.control_lane import ReplyType
from ponimator_runtime.client.session_stream import SessionStream
from ponimator_runtime.errors import RequestRefused, ServerGone
from ponimator_runtime.wire import (
    Cancel,
    Cancelled,
    ClientMessage,
    CloseSession,
    Code,
    Interact,
    InteractionAccepted,
    Pose,
    Root,
    SessionClosed,
    Subject,
)
from ponimator_runtime.wire.messages import DEFAULT_BLEND_S, DEFAULT_DURATION_S, DEFAULT_MAX_DISTANCE_M

GENERATION_TIMEOUT_S: Final = 60.0
"""How long a trigger may take: the server answers it when the first window is made."""


class RemoteSession(SessionStream):
    """A session on a server; `Client.open_session` makes one."""

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
        """Triggers an interaction; returns when its first frame is known.

        A server that was lost is looked for first, and asked once more when it is lost on the way.

        Raises:
            RequestRefused: the server answered with an error.
            ReplyTimeout: it did not answer in time.
            ServerGone: it did not come back in time.
        """
        first, second = (Subject(pose=pose, root=root) for pose, root in zip(poses, roots, strict=True))

        def request() -> Interact:
            return Interact(
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

        accepted = self._ask(request, InteractionAccepted, timeout_s)
        self._said.clear()  # what ended before this trigger is nothing to stop for
        return accepted

    def cancel(self, interaction: int | None = None, *, blend_out_s: float = DEFAULT_BLEND_S) -> Cancelled:
        """Ends what plays, or the interaction named; raises as `interact` does."""

        def request() -> Cancel:
            return Cancel(
                request_id=self._lane.next_request_id(),
                session=self.id,
                interaction=interaction,
                blend_out_s=blend_out_s,
            )

        return self._ask(request, Cancelled, GENERATION_TIMEOUT_S)

    def close(self) -> None:
        """Ends the session on the server and leaves its stream."""
        request = CloseSession(request_id=self._lane.next_request_id(), session=self.id)
        try:
            if not self._recovery.running:
                self._lane.ask(request, SessionClosed)
        finally:
            self.leave()

    def _ask(self, request: Callable[[], ClientMessage], reply_type: type[ReplyType], timeout_s: float) -> ReplyType:
        """Asks; a lost server is looked for, and asked once more with the session that it has then."""
        self._recovery.finish()
        try:
            return self._lane.ask(request(), reply_type, timeout_s)
        except ServerGone:
            pass
        except RequestRefused as refused:
            if refused.code != Code.UNKNOWN_SESSION:
                raise
        self._recovery.begin()
        self._recovery.finish()
        return self._lane.ask(request(), reply_type, timeout_s)
