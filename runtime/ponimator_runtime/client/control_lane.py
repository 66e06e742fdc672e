"""The control lane as a client sees it: one request, one reply, and the server's clock.

Synchronous, for one thread; a late reply of a request that nobody waits for any more is passed over.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Generator
from typing import Final, TypeVar

import zmq

from ponimator_runtime.client.clock import FIRST_PINGS, PING_PERIOD_S, ServerClock
from ponimator_runtime.client.connection import ClientKeys, Connection, Standing, refusal
from ponimator_runtime.client.recovery import Waiting, finished
from ponimator_runtime.errors import MalformedMessage, ReplyTimeout, RequestRefused, ServerGone, TransportError
from ponimator_runtime.wire import ClientMessage, Error, Ping, Pong, decode_reply, encode
from ponimator_runtime.wire.limits import MAX_REPLY_BYTES
from ponimator_runtime.wire.replies import ServerReply

_NS_PER_S: Final = 1_000_000_000
ReplyType = TypeVar("ReplyType", bound=ServerReply)


class ControlLane:
    """A DEALER connection and the requests that went through it.

    Attributes:
        clock: the server's, as the pings of this connection tell it.
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
        self.clock = ServerClock()
        self._context, self._endpoint, self._keys = context, endpoint, keys
        self._timeout_s = timeout_s
        self._request_ids = itertools.count(1)
        self._ping: Ping | None = None
        self._pinged_ns = 0
        self._connection = self._connected()

    @property
    def standing(self) -> Standing:
        """How the connection stands."""
        return self._connection.standing

    def reopen(self) -> None:
        """Connects anew; whatever was under way is given up."""
        self._connection.close()
        self._connection = self._connected()

    @property
    def clock_offset_ns(self) -> int:
        """The server's monotonic clock minus ours; 0 until the clocks were compared."""
        return self.clock.offset_ns(time.monotonic_ns())

    def comparing_clocks(self) -> Waiting:
        """Learns the clock offset from some pings."""
        self.clock, self._ping = ServerClock(), None
        for _ in range(FIRST_PINGS):
            yield from self._pinging()

    def ping(self) -> tuple[int, int]:
        """The server's clock minus ours, and how long the way there and back took; ns."""
        began_ns = time.monotonic_ns()
        finished(self._pinging(), self.wait)
        return self.clock_offset_ns, time.monotonic_ns() - began_ns

    def keep_time(self) -> None:
        """Pings once a second, and takes what has come of it; never waits. Nothing while there is no connection."""
        if self._connection.standing is not Standing.UP:
            return
        if self._ping is not None:
            self._take_replies()
        now_ns = time.monotonic_ns()
        if now_ns - self._pinged_ns >= PING_PERIOD_S * _NS_PER_S:
            # A ping without an answer is given up for the next one.
            self._send_ping()

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
            if self._is_pong(reply):
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

    def _pinging(self) -> Generator[float, None, None]:
        self._ping = None  # one that keeps the time is given up for this one
        sent_ns = time.monotonic_ns()
        self._pinged_ns = sent_ns
        pong = yield from self.asking(Ping(request_id=self.next_request_id(), client_time_ns=sent_ns), Pong)
        self._learn(pong)

    def _send_ping(self) -> None:
        self._pinged_ns = time.monotonic_ns()
        self._ping = Ping(request_id=self.next_request_id(), client_time_ns=self._pinged_ns)
        self._connection.socket.send(encode(self._ping))

    def _take_replies(self) -> None:
        """Between two requests nothing else is waited for."""
        while True:
            try:
                self._is_pong(decode_reply(self._connection.socket.recv(zmq.NOBLOCK)))
            except zmq.Again:
                return

    def _is_pong(self, reply: ServerReply) -> bool:
        """Whether it answers the ping that keeps the time; it is learnt from, then."""
        ping = self._ping
        if ping is None or reply.request_id != ping.request_id:
            return False
        self._ping = None
        if isinstance(reply, Pong):
            self._learn(reply)
        return True

    def _learn(self, pong: Pong) -> None:
        self.clock.add(
            sent_ns=pong.client_time_ns,
            server_receive_ns=pong.server_receive_ns,
            server_send_ns=pong.server_send_ns,
            received_ns=time.monotonic_ns(),
        )
