"""The control lane as a client sees it: one request, one reply, and the server's clock.

Synchronous, for one thread; a late reply of a request that nobody waits for any more is passed over.
"""

from __future__ import annotations

import itertools
import time
from typing import Final, TypeVar

import zmq

from ponimator_runtime.errors import MalformedMessage, ReplyTimeout, RequestRefused
from ponimator_runtime.wire import ClientMessage, Error, Ping, Pong, decode_reply, encode
from ponimator_runtime.wire.limits import MAX_REPLY_BYTES
from ponimator_runtime.wire.replies import ServerReply

_PINGS: Final = 5
ReplyType = TypeVar("ReplyType", bound=ServerReply)


class ControlLane:
    """A DEALER socket and the requests that went through it.

    Attributes:
        clock_offset_ns: the server's monotonic clock minus ours; 0 until `compare_clocks`.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], *, timeout_s: float) -> None:
        """Makes the socket; `timeout_s` is how long a reply may take."""
        self.clock_offset_ns = 0
        self._timeout_s = timeout_s
        self._request_ids = itertools.count(1)
        self._socket = context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_REPLY_BYTES)

    def connect(self, endpoint: str) -> None:
        """Connects; raises zmq.ZMQError where that is no endpoint."""
        self._socket.connect(endpoint)

    def compare_clocks(self) -> None:
        """Learns the clock offset from the quickest of some pings."""
        self.clock_offset_ns = min((self.ping() for _ in range(_PINGS)), key=lambda sample: sample[1])[0]

    def ping(self) -> tuple[int, int]:
        """The server's clock minus ours, and how long the way there and back took; ns."""
        sent_ns = time.monotonic_ns()
        pong = self.ask(Ping(request_id=self.next_request_id(), client_time_ns=sent_ns), Pong)
        received_ns = time.monotonic_ns()
        offset_ns = ((pong.server_receive_ns - sent_ns) + (pong.server_send_ns - received_ns)) // 2
        return offset_ns, received_ns - sent_ns

    def server_time_ns(self) -> int:
        """Now, on the server's clock."""
        return time.monotonic_ns() + self.clock_offset_ns

    def next_request_id(self) -> int:
        """A number that no request of this connection had."""
        return next(self._request_ids)

    def ask(self, request: ClientMessage, reply_type: type[ReplyType], timeout_s: float | None = None) -> ReplyType:
        """Sends a request and waits for its reply.

        Raises:
            RequestRefused: the server answered with an error.
            ReplyTimeout: it did not answer in time.
        """
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        self._socket.send(encode(request))
        deadline_s = time.monotonic() + timeout_s
        while (left_s := deadline_s - time.monotonic()) > 0 and self._socket.poll(int(left_s * 1000) + 1):
            reply = decode_reply(self._socket.recv())
            if isinstance(reply, Error) and reply.request_id in {request.request_id, None}:
                raise RequestRefused(reply.code, reply.message)
            if reply.request_id == request.request_id:
                if isinstance(reply, reply_type):
                    return reply
                raise MalformedMessage(f"Expected a {reply_type.__name__}, got a {type(reply).__name__}.")
            # The late reply of a request that nobody waits for any more.
        raise ReplyTimeout(f"The server did not answer a {type(request).__name__} within {timeout_s:g} s.")

    def close(self) -> None:
        """Closes the socket."""
        self._socket.close()
