"""From a client's bytes to one reply, as a real server would give it where a recording can answer.

It lives on the thread that owns the sockets, but knows none of them.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

from ponimator_runtime import __version__
from ponimator_runtime.errors import PonimatorError, RequestRefused
from ponimator_runtime.replaying.clock import ReplayClock
from ponimator_runtime.replaying.playback import Phase, Playback
from ponimator_runtime.replaying.score import Score
from ponimator_runtime.wire import (
    PROTOCOL,
    Cancel,
    ClientMessage,
    CloseSession,
    Code,
    Encoding,
    Hello,
    HelloOk,
    Interact,
    Limits,
    OpenSession,
    Ping,
    Pong,
    Resend,
    ServerReply,
    SessionClosed,
    SessionOpened,
    StatsReply,
    decode_request,
    encode,
    encoding_of,
    error_from_exception,
)

_LOG = logging.getLogger(__name__)


class Mock:
    """What clients ask of a recording.

    Attributes:
        playback: the recording that is being replayed.
    """

    def __init__(self, score: Score, clock: ReplayClock, playback: Playback, *, stream: str) -> None:
        """Answers for a playback; `stream` is the endpoint that subscribers connect to."""
        self.playback = playback
        self._score = score
        self._clock = clock
        self._stream = stream
        self._counters: Counter[str] = Counter()
        self._subscribers: Counter[bytes] = Counter()

    def receive(self, payload: bytes, respond: Callable[[bytes], None], *, clients: int) -> None:
        """Answers one message of a client; nothing that it holds ends the server.

        Args:
            payload: its bytes.
            respond: takes the bytes of the reply.
            clients: connected now, this one among them.
        """
        received_ns = self._clock()
        encoding = encoding_of(payload)
        self._counters["requests"] += 1
        request_id = None
        try:
            request = decode_request(payload, encoding=encoding)
            request_id = request.request_id
            if isinstance(request, Hello):
                # Nobody else has looked at the clock yet, or goes by it: it may be set.
                if clients <= 1 and not self._listeners():
                    self.playback.rewind()
                reply: ServerReply = self._hello(request)
                encoding = request.encoding
            else:
                reply = self._reply(request, encoding, received_ns)
        except PonimatorError as error:
            reply = error_from_exception(error, request_id)
        except Exception as error:  # one bad message never ends the server
            _LOG.exception("request %s failed", request_id)
            reply = error_from_exception(error, request_id)
        respond(encode(reply, encoding))

    def subscription(self, message: bytes) -> None:
        """Takes note of a subscription (1, prefix) or its end (0, prefix)."""
        kind, prefix = message[:1], message[1:]
        if kind == b"\x01":
            self._subscribers[prefix] += 1
            if self._is_ours(prefix):
                self.playback.subscribe()
        elif kind == b"\x00":
            self._subscribers[prefix] -= 1
            if self._subscribers[prefix] <= 0:
                del self._subscribers[prefix]

    def _is_ours(self, prefix: bytes) -> bool:
        return self._score.header.topic.encode().startswith(prefix)

    def _listeners(self) -> int:
        return sum(count for prefix, count in self._subscribers.items() if self._is_ours(prefix))

    def _reply(self, request: ClientMessage, encoding: Encoding, received_ns: int) -> ServerReply:
        playback = self.playback
        if isinstance(request, OpenSession):
            return self._open(request, encoding)
        if isinstance(request, Ping):
            return Pong(
                request_id=request.request_id,
                client_time_ns=request.client_time_ns,
                server_receive_ns=received_ns,
                server_send_ns=self._clock(),
            )
        if isinstance(request, Interact | Cancel | Resend | CloseSession):
            self._check_session(request.session)
        if isinstance(request, Interact):
            return playback.interact(request)
        if isinstance(request, Cancel):
            return playback.cancel(request)
        if isinstance(request, Resend):
            return playback.resend(request)
        if isinstance(request, CloseSession):
            playback.close()
            return SessionClosed(request_id=request.request_id, session=request.session)
        return StatsReply(
            request_id=request.request_id,
            counters={
                "sessions": int(playback.phase is not Phase.CLOSED),
                "subscriptions": self._listeners(),
                "blocks": playback.blocks,
                "began_again": playback.times,
                **self._counters,
            },
            latency_ms={},
        )

    def _hello(self, request: Hello) -> HelloOk:
        _LOG.info("hello from %s", request.client or "a client without a name")
        return HelloOk(
            request_id=request.request_id,
            protocol=PROTOCOL,
            server=f"ponimator {__version__} replay",
            models=self._score.header.models,
            limits=Limits(max_sessions=1),
            stream=self._stream,
        )

    def _open(self, request: OpenSession, encoding: Encoding) -> SessionOpened:
        header = self._score.header
        if encoding is not self._score.encoding:
            words = f"This server replays a recording in {self._score.encoding}, got a client that speaks {encoding}."
            raise RequestRefused(Code.NOT_SUPPORTED, words)
        if request.session is None:
            self.playback.open()
        else:
            self._check_session(request.session)
            self.playback.resume()
        return SessionOpened(
            request_id=request.request_id,
            session=header.session,
            topic=header.topic,
            skeleton=self._score.skeleton,
        )

    def _check_session(self, session: str) -> None:
        if session != self._score.header.session or self.playback.phase is Phase.CLOSED:
            recorded = self._score.header.session
            raise RequestRefused(
                Code.UNKNOWN_SESSION,
                f"Expected the recorded session {recorded}, open; {session} is not: open it anew.",
            )
