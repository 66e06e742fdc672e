"""The end of an interaction where the server's own word for it was lost with the connection, or with the server.

A game waits for that word: without a substitute it would wait for ever. It knows no socket and no clock.
"""

from __future__ import annotations

from typing import Final

from ponimator_runtime.client.playout import Playout
from ponimator_runtime.wire import Code, Heartbeat, Motion, State, Status, StreamMessage

ENDS: Final = frozenset({State.FINISHED, State.CANCELLED, State.FAILED})
"""After these an interaction says no more."""


class EndWatch:
    """Watches a stream for an interaction that has ended without a word."""

    def __init__(self, rate_hz: int) -> None:
        """Nothing plays; `rate_hz` is the session's."""
        self._rate_hz = rate_hz
        self._playing = False
        self._next_frame: int | None = None

    def hear(self, message: StreamMessage, playout: Playout) -> Status | None:
        """The missed end, where a message shows that there was one.

        Args:
            message: of the stream, in its order.
            playout: with this message in it.
        """
        if isinstance(message, Motion):
            # Frames that came again are no sign that anything plays.
            self._playing = self._playing or playout.next_frame != self._next_frame
            self._next_frame = playout.next_frame
        elif isinstance(message, Status) and message.state in ENDS:
            self._playing = False
        elif isinstance(message, Heartbeat) and self._has_ended(message, playout):
            self._playing = False
            return Status(
                session=message.session,
                state=State.FINISHED,
                time_ns=message.time_ns,
                frame=self._next_frame,
                message="It has finished; the server said so while the connection was lost.",
            )
        return None

    def _has_ended(self, heartbeat: Heartbeat, playout: Playout) -> bool:
        if not self._playing or not playout.final_seen or self._next_frame is None:
            return False
        # A second later: the server's own word, where it comes, comes first.
        return heartbeat.play_frame >= self._next_frame + self._rate_hz


def reopened_status(*, lost: str, opened: str, time_ns: int) -> Status:
    """What a game hears when a session was lost with all that played in it, and another opened in its place."""
    return Status(
        session=opened,
        state=State.FAILED,
        time_ns=time_ns,
        code=Code.UNKNOWN_SESSION,
        message=f"The server knows session {lost} no more (it was restarted, or the lease is over): "
        f"session {opened} was opened in its place, trigger again.",
    )
