"""The stream lane as a client sees it: one subscription, and whether anything still comes from it."""

from __future__ import annotations

import time
from typing import Final

import zmq

from ponimator_runtime.client.connection import Connection, Standing
from ponimator_runtime.client.recovery import Waiting
from ponimator_runtime.errors import ConnectTimeout
from ponimator_runtime.wire import StreamMessage, decode_stream

HEARTBEATS_LOST_S: Final = 2.0
"""Two heartbeats: without any message for so long, the server is gone."""
_LOOK_AGAIN_S: Final = 0.005


class StreamLane:
    """A SUB connection and the one topic that it is for."""

    def __init__(self, connection: Connection, topic: bytes) -> None:
        """Subscribes."""
        self._connection, self._topic = connection, topic
        self._heard_s = time.monotonic()
        connection.socket.setsockopt(zmq.SUBSCRIBE, topic)

    def hearing(self, timeout_s: float) -> Waiting:
        """Ends when a message waits to be received; raises ConnectTimeout where none comes in time."""
        deadline_s = time.monotonic() + timeout_s
        while not self.heard_within(0.0):
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or self._connection.standing not in {Standing.CONNECTING, Standing.UP}:
                raise ConnectTimeout(
                    f"The stream lane at {self._connection.endpoint} says nothing: expected the session's skeleton "
                    f"within {timeout_s:g} s. Is that port reachable from here?"
                )
            # Who waits for us listens to the control lane.
            yield min(left_s, _LOOK_AGAIN_S)
        self._heard_s = time.monotonic()

    def heard_within(self, timeout_s: float) -> bool:
        """Whether a message waits to be received, now or within a time."""
        return bool(self._connection.socket.poll(int(timeout_s * 1000)))

    def receive(self) -> StreamMessage | None:
        """The next message of the topic, None where none waits; raises MalformedMessage for what is no message."""
        while not self._connection.socket.closed:
            try:
                topic, *parts = self._connection.socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            if topic == self._topic and len(parts) == 1:  # else a longer topic that begins like ours
                self._heard_s = time.monotonic()
                return decode_stream(parts[0])
        return None

    @property
    def lost(self) -> bool:
        """Whether the connection has ended, or two heartbeats did not come."""
        if self._connection.standing is not Standing.UP:
            return True
        return time.monotonic() - self._heard_s > HEARTBEATS_LOST_S

    def wait(self, seconds: float) -> None:
        """Returns when a message or news of the connection have come, or after a time, and before silence is a loss."""
        self._connection.wait(min(seconds, HEARTBEATS_LOST_S))

    def close(self) -> None:
        """Closes the connection; may be called again."""
        self._connection.close()
