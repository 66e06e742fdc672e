"""From a client's bytes to the session that they mean, and back to one reply.

Holds the sessions. It lives on the thread that owns the sockets, but knows none of them.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ponimator_runtime import __version__
from ponimator_runtime.errors import PonimatorError, RequestRefused
from ponimator_runtime.serving.clients import Asker, ClientLimits
from ponimator_runtime.serving.logs import about
from ponimator_runtime.serving.session import House, Session
from ponimator_runtime.serving.timeline import NS_PER_S
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
    ModelInfo,
    OpenSession,
    Ping,
    Pong,
    Resend,
    SessionClosed,
    SessionOpened,
    StatsReply,
    decode_request,
    encode,
    encoding_of,
    error_from_exception,
    peek_request_id,
)
from ponimator_runtime.wire.limits import MAX_REQUEST_BYTES
from ponimator_runtime.wire.replies import ServerReply

_LOG = logging.getLogger(__name__)
_SESSION_BYTES: Final = 9
"""Of chance in a session's id: nobody guesses one."""
_NEVER_NS: Final = 1 << 62
_PREFIXES_KEPT: Final = 4096
"""Different subscriptions that are counted; more would only be somebody's game with our memory."""
_NOBODY: Final = Asker()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What this server says of itself, and its limits.

    Attributes:
        stream: endpoint that subscribers connect to.
        model: what it has loaded.
        max_sessions: open at a time.
        max_sessions_per_client: of those, by one connection.
        max_requests_per_s: of one connection; a second's worth may come at once.
        lease_s: a session that nobody uses is closed after this time.
    """

    stream: str
    model: ModelInfo
    max_sessions: int
    max_sessions_per_client: int
    max_requests_per_s: float
    lease_s: float


class Dispatch:
    """All sessions, and what clients ask of them."""

    def __init__(self, house: House, rules: Rules) -> None:
        self._house = house
        self._rules = rules
        self._sessions: dict[str, Session] = {}
        self._subscriptions: Counter[bytes] = Counter()
        self._clients = ClientLimits(
            max_sessions=rules.max_sessions_per_client,
            max_requests_per_s=rules.max_requests_per_s,
            clock=house.clock,
        )

    def receive(self, payload: bytes, respond: Callable[[bytes], None], asker: Asker = _NOBODY) -> None:
        """Answers one message of a client, now or when its work is done; nothing that it holds ends the server.

        Args:
            payload: the message.
            respond: takes the reply.
            asker: who the client is to the limits and to the log.
        """
        received_ns = self._house.clock()
        encoding = encoding_of(payload)
        self._house.metrics.count("requests")
        subject: dict[str, object] = {"client": asker.connection.hex()}

        def answer(reply: ServerReply | Exception, request_id: int | None = None) -> None:
            if isinstance(reply, Exception):
                reply = error_from_exception(reply, request_id)
                self._house.metrics.count(f"refused_{reply.code}")
                # A flood of requests must not become a flood of lines.
                level = logging.DEBUG if reply.code is Code.BUSY else logging.INFO
                with about(**{**subject, "request_id": reply.request_id}):
                    _LOG.log(level, "refused: %s: %s", reply.code, reply.message)
            respond(encode(reply, encoding))

        request_id = None
        try:
            self._clients.check_rate(asker)
        except RequestRefused as error:
            self._house.metrics.count("throttled")
            # Less is read of it than would be to do what it asks.
            known = peek_request_id(payload, encoding) if len(payload) <= MAX_REQUEST_BYTES else None
            answer(error, known)
            return
        try:
            request = decode_request(payload, encoding=encoding)
            request_id = request.request_id
            subject |= {"request_id": request_id, "session": getattr(request, "session", None)}
            if isinstance(request, Hello):
                encoding = request.encoding
            with about(**subject):
                _LOG.debug("%s", type(request).__name__)
                self._handle(request, encoding, lambda reply: answer(reply, request_id), received_ns, asker)
        except PonimatorError as error:
            answer(error, request_id)
        except Exception as error:  # one bad message never ends the server
            with about(**subject):
                _LOG.exception("a request failed")
            answer(error, request_id)

    def subscription(self, message: bytes) -> None:
        """Takes note of a subscription (1, prefix) or its end (0, prefix)."""
        kind, prefix = message[:1], message[1:]
        if kind == b"\x01":
            if len(self._subscriptions) < _PREFIXES_KEPT or prefix in self._subscriptions:
                self._subscriptions[prefix] += 1
            for session in self._sessions.values():
                if session.topic.startswith(prefix):
                    session.greet()
        elif kind == b"\x00" and prefix in self._subscriptions:
            self._subscriptions[prefix] -= 1
            if self._subscriptions[prefix] <= 0:
                del self._subscriptions[prefix]

    def tick(self) -> None:
        """Does what is due in all sessions, and closes those that nobody uses any more."""
        for session in tuple(self._sessions.values()):
            with about(session=session.id):
                try:
                    session.tick()
                except Exception:  # one session's failure is not the others'
                    _LOG.exception("session %s failed and is closed", session.id)
                    self._house.metrics.count("sessions_failed")
                    self._forget(session)
        oldest_ns = self._house.clock() - round(self._rules.lease_s * NS_PER_S)
        for session in [s for s in self._sessions.values() if s.last_request_ns < oldest_ns]:
            if self._has_subscribers(session):
                session.last_request_ns = self._house.clock()
                continue
            words = "session %s closed: nobody used it for %g s"
            _LOG.info(words, session.id, self._rules.lease_s, extra={"session": session.id})
            self._house.metrics.count("sessions_expired")
            self._forget(session)
        self._clients.forget_idle()
        self._set_gauges()

    def next_event_ns(self) -> int:
        """When `tick` has something to do."""
        return min((session.next_event_ns() for session in self._sessions.values()), default=_NEVER_NS)

    def close(self) -> None:
        """Ends all sessions."""
        for session in tuple(self._sessions.values()):
            self._forget(session)

    def _handle(
        self,
        request: ClientMessage,
        encoding: Encoding,
        answer: Callable[[ServerReply | Exception], None],
        received_ns: int,
        asker: Asker,
    ) -> None:
        metrics = self._house.metrics
        if isinstance(request, Hello):
            answer(self._hello(request))
        elif isinstance(request, OpenSession):
            answer(self._open(request, encoding, asker))
        elif isinstance(request, Interact):
            poses = sum(subject.pose is not None for subject in request.characters)
            _LOG.info("interact with a text of %d characters and %d poses", len(request.text or ""), poses)
            self._session(request.session, asker).interact(request, answer, received_ns)
        elif isinstance(request, Cancel):
            self._session(request.session, asker).cancel(request, answer)
        elif isinstance(request, Resend):
            answer(self._session(request.session, asker).resend(request))
        elif isinstance(request, CloseSession):
            self._forget(self._session(request.session, asker))
            answer(SessionClosed(request_id=request.request_id, session=request.session))
        elif isinstance(request, Ping):
            answer(
                Pong(
                    request_id=request.request_id,
                    client_time_ns=request.client_time_ns,
                    server_receive_ns=received_ns,
                    server_send_ns=self._house.clock(),
                )
            )
        else:
            self._set_gauges()
            gauges = {name: round(value) for name, value in metrics.gauges().items()}
            counters = {**gauges, **metrics.counters()}
            answer(StatsReply(request_id=request.request_id, counters=counters, latency_ms=metrics.latencies()))

    def _set_gauges(self) -> None:
        """Tells how things stand now; who reads the metrics never looks into a session."""
        metrics = self._house.metrics
        metrics.set("sessions", len(self._sessions))
        metrics.set("subscriptions", self._subscriptions.total())
        metrics.set("work_waiting", self._house.scheduler.waiting)
        metrics.set("steps_limit", self._house.scheduler.load.limit)

    def _hello(self, request: Hello) -> HelloOk:
        _LOG.info("hello from %s", request.client or "a client without a name")
        return HelloOk(
            request_id=request.request_id,
            protocol=PROTOCOL,
            server=f"ponimator {__version__}",
            models=(self._rules.model,),
            limits=Limits(max_sessions=self._rules.max_sessions),
            stream=self._rules.stream,
        )

    def _open(self, request: OpenSession, encoding: Encoding, asker: Asker) -> SessionOpened:
        if request.session is not None:
            session = self._session(request.session, asker)
            self._clients.own(session.id, asker)
            session.greet()
        elif len(self._sessions) >= self._rules.max_sessions:
            raise RequestRefused(
                Code.BUSY,
                f"Expected at most {self._rules.max_sessions} sessions at a time: close one or ask again later.",
            )
        elif not self._house.scheduler.load.has_room(len(self._sessions) + 1, self._house.clock()):
            raise RequestRefused(
                Code.BUSY,
                f"Expected a session that this machine can keep up with, {len(self._sessions)} play already: "
                "ask again later, or ask another server.",
            )
        else:
            self._clients.check_room(asker)
            session = Session(secrets.token_urlsafe(_SESSION_BYTES), request, encoding, self._house)
            self._sessions[session.id] = session
            self._clients.own(session.id, asker)
            self._house.metrics.count("sessions_opened")
            words = "session %s opened at %d Hz, %s"
            _LOG.info(words, session.id, request.rate_hz, request.profile, extra={"session": session.id})
        return SessionOpened(
            request_id=request.request_id,
            session=session.id,
            topic=session.topic.decode(),
            skeleton=session.skeleton,
        )

    def _session(self, number: str, asker: Asker) -> Session:
        session = self._sessions.get(number)
        if session is None:
            raise RequestRefused(
                Code.UNKNOWN_SESSION, f"Expected an open session, {number} is none (closed or expired): open one."
            )
        self._clients.check_owner(number, asker)
        session.last_request_ns = self._house.clock()
        return session

    def _forget(self, session: Session) -> None:
        session.close()
        self._clients.disown(session.id)
        if self._sessions.pop(session.id, None) is not None:
            self._house.metrics.count("sessions_closed")

    def _has_subscribers(self, session: Session) -> bool:
        return any(session.topic.startswith(prefix) for prefix in self._subscriptions)
