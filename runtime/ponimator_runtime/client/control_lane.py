"""The control lane as a client sees it: one request, one reply, and the server's clock.

Synchronous, for one thread; a late reply of a request that nobody waits for any more is passed over.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Generator
from typing import Final, TypeVar

import zmq

from ponimator_runtime.client.connection import ClientKeys, Connection, Standing, refusal
from ponimator_runtime.client.recovery import Waiting, finished
from ponimator_runtime.errors import MalformedMessage, ReplyTimeout, RequestRefused, ServerGone, TransportError
from ponimator_runtime.wire import ClientMessage, Error, Ping, Pong, decode_reply, encode
from ponimator_runtime.wire.limits import MAX_REPLY_BYTES
from ponimator_runtime.wire.replies import ServerReply

_PINGS: Final = 5
ReplyType = TypeVar("ReplyType", bound=ServerReply)


class ControlLane:
    """A DEALER connection and the requests that went through it.

    Attributes:
        clock_offset_ns: the server's monotonic clock minus ours; 0 until the clocks were compared.
    """

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        endpoint: str,
        *,
        keys: ClientKeys | None = None,
        timeout_s: float,
    ) -> None:
        """Begins to connect; a reply may take `timeout_s`. Raises zmq.ZMQError where that is no endpoint."""
        self.clock_offset_ns = 0
        self._context, self._endpoint, self._keys = context, endpoint, keys
        self._timeout_s = timeout_s
        self._request_ids = itertools.count(1)
        self._connection = self._connected()

    @property
    def standing(self) -> Standing:
        """How the connection stands."""
        return self._connection.standing

    def reopen(self) -> None:
        """Connects anew; whatever was under way is given up."""
        self._connection.close()
        self._connection = self._connected()

    def comparing_clocks(self) -> Waiting:
        """Learns the clock offset from the quickest of some pings."""
        samples = []
        for _ in range(_PINGS):
            samples.append((yield from self._pinging()))  # noqa: PERF401  a comprehension cannot yield
        self.clock_offset_ns = min(samples, key=lambda sample: sample[1])[0]

    def ping(self) -> tuple[int, int]:
        """The server's clock minus ours, and how long the way there and back took; ns."""
        return finished(self._pinging(), self.wait)

    def server_time_ns(self) -> int:
        """Now, on the server's clock."""
        return time.monotonic_ns() + self.clock_offset_ns

    def next_request_id(self) -> int:
        """A number that no request of this connection had."""
        return next(self._request_ids)

    def ask(self, request: ClientMessage, reply_type: type[ReplyType], timeout_s: float | None = None) -> ReplyType:
        """Sends a request and waits for its reply; raises as `asking` does."""
        return finished(self.asking(request, reply_type, timeout_s), self.wait)

    def asking(
        self, request: ClientMessage, reply_type: type[ReplyType], timeout_s: float | None = None
    ) -> Generator[float, None, ReplyType]:
        """Sends a request; returns its reply.

        Raises:
            RequestRefused: the server answered with an error.
            ReplyTimeout: it did not answer in time.
            ServerGone: the connection ended, and the reply with it.
            TransportError: the server wants other keys.
        """
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        connection = self._connection
        self._check(connection)
        connection.socket.send(encode(request))
        deadline_s = time.monotonic() + timeout_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            try:
                reply = decode_reply(connection.socket.recv(zmq.NOBLOCK))
            except zmq.Again:
                self._check(connection)
                yield left_s
                continue
            if isinstance(reply, Error) and reply.request_id in {request.request_id, None}:
                raise RequestRefused(reply.code, reply.message)
            if reply.request_id == request.request_id:
                if isinstance(reply, reply_type):
                    return reply
                raise MalformedMessage(f"Expected a {reply_type.__name__}, got a {type(reply).__name__}.")
            # The late reply of a request that nobody waits for any more.
        raise ReplyTimeout(f"The server did not answer a {type(request).__name__} within {timeout_s:g} s.")

    def wait(self, seconds: float) -> None:
        """Returns when a reply or news of the connection have come, or after a time."""
        if self._connection.standing in {Standing.CONNECTING, Standing.UP}:
            self._connection.wait(seconds)
        else:
            time.sleep(seconds)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _connected(self) -> Connection:
        return Connection(
            self._context,
            zmq.DEALER,
            self._endpoint,
            options={zmq.MAXMSGSIZE: MAX_REPLY_BYTES},
            keys=self._keys,
        )

    def _check(self, connection: Connection) -> None:
        standing = connection.standing
        if standing is Standing.REFUSED:
            raise TransportError(refusal(self._endpoint, self._keys))
        if standing not in {Standing.CONNECTING, Standing.UP}:
            raise ServerGone(
                f"The connection to {self._endpoint} is no more: the server has stopped or is out of reach."
            )

    def _pinging(self) -> Generator[float, None, tuple[int, int]]:
        sent_ns = time.monotonic_ns()
        pong = yield from self.asking(Ping(request_id=self.next_request_id(), client_time_ns=sent_ns), Pong)
        received_ns = time.monotonic_ns()
        offset_ns = ((pong.server_receive_ns - sent_ns) + (pong.server_send_ns - received_ns)) // 2
        return offset_ns, received_ns - sent_ns
