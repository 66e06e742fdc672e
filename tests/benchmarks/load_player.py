"""The games of a load: each has a session, triggers and cancels at random, and thinks between; and those who watch.

Nothing here waits: sockets are read when the loop says that something came. It knows the wire, not the server.
"""

from __future__ import annotations

import itertools
import random
import time
from array import array
from dataclasses import dataclass
from typing import Final

import zmq
from load_track import MotionHead, Track, head

from ponimator_runtime.wire import (
    PROTOCOL,
    Cancel,
    Cancelled,
    Character,
    ClientMessage,
    Error,
    Hello,
    HelloOk,
    Interact,
    InteractionAccepted,
    OpenSession,
    Ping,
    Pong,
    Profile,
    ServerReply,
    SessionOpened,
    State,
    Stats,
    StatsReply,
    Status,
    Subject,
    decode_reply,
    encode,
)

TEXTS: Final = (
    "two people shake hands",
    "two people hug",
    "two people bow to each other",
    "two people give a high five",
    "two people dance together",
    "one pushes the other away",
)
DURATIONS_S: Final = (1.0, 2.0, 4.0, 8.0, None)
"""Of interactions; None: until another one or a cancel."""
_ENDS: Final = frozenset({State.FINISHED, State.CANCELLED, State.FAILED})
_CANCELS: Final = 0.3
"""Share of the moments in mid-motion at which a game cancels; at the same share it lets things go on."""
_REGRETS: Final = 0.1
"""Share of triggers that are cancelled before they were answered."""
_KEPT: Final = 10_000
_START_TIMEOUT_MS: Final = 30_000
_PINGS: Final = 5
_MS_PER_NS: Final = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """How a game behaves.

    Attributes:
        profile: of its session.
        rate_hz: of its stream.
        think_s: mean time between two things that it does.
        steady: one trigger without end, and nothing after it.
    """

    profile: Profile
    rate_hz: int
    think_s: float
    steady: bool


class Subscriber:
    """Reads a stream's heads.

    Attributes:
        socket: its SUB.
        track: which frames came.
        heard: messages of any kind.
        lateness_ns: of each block that brought frames, when it came minus when it plays.
        arrivals_ns: when, on the server's clock.
    """

    def __init__(self, context: zmq.Context, endpoint: str, topic: str, *, small: bool = False) -> None:
        """Subscribes; `small`: with next to no room for what is not read."""
        self.socket = context.socket(zmq.SUB)
        self.socket.linger = 0
        self.socket.set_hwm(1 if small else _KEPT)
        if small:
            self.socket.setsockopt(zmq.RCVBUF, 4096)
        self.socket.subscribe(topic.encode())
        self.socket.connect(endpoint)
        self.track = Track()
        self.heard = 0
        self.lateness_ns, self.arrivals_ns = array("q"), array("q")
        self._topic = topic.encode()

    def read(self, offset_ns: int) -> list[MotionHead | Status]:
        """Everything that has come; new blocks and what was said."""
        news: list[MotionHead | Status] = []
        while True:
            try:
                topic, payload = self.socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return news
            now_ns = time.monotonic_ns() + offset_ns
            if topic != self._topic:
                continue
            self.heard += 1
            message = head(payload)
            if isinstance(message, MotionHead) and self.track.add(message):
                self.lateness_ns.append(now_ns - message.time_ns)
                self.arrivals_ns.append(now_ns)
                news.append(message)
            elif isinstance(message, Status):
                news.append(message)


class Control:
    """A game's DEALER, asked in order at the start and read without waiting afterwards."""

    def __init__(self, context: zmq.Context, endpoint: str, name: str) -> None:
        """Connects and says hello; `offset_ns` is the server's clock minus ours, by the quickest of some pings."""
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(endpoint)
        self._numbers = itertools.count(1)
        hello = self.ask(Hello(request_id=self.next_id(), protocol=PROTOCOL, client=name), HelloOk)
        self.stream_endpoint = hello.stream
        self.offset_ns = min((self._ping() for _ in range(_PINGS)), key=lambda sample: sample[1])[0]

    def next_id(self) -> int:
        return next(self._numbers)

    def send(self, request: ClientMessage) -> None:
        self.socket.send(encode(request), zmq.NOBLOCK)

    def ask(self, request: ClientMessage, reply_type: type) -> ServerReply:
        """Sends and waits for the one reply."""
        self.send(request)
        while self.socket.poll(_START_TIMEOUT_MS):
            reply = decode_reply(self.socket.recv())
            if reply.request_id != request.request_id:
                continue
            if not isinstance(reply, reply_type):
                raise RuntimeError(f"Expected a {reply_type.__name__}, got {reply}: the load cannot begin.")
            return reply
        raise RuntimeError(f"No reply to a {type(request).__name__} within {_START_TIMEOUT_MS / 1000:g} s.")

    def stats(self) -> StatsReply:
        return self.ask(Stats(request_id=self.next_id()), StatsReply)

    def _ping(self) -> tuple[int, int]:
        sent_ns = time.monotonic_ns()
        pong = self.ask(Ping(request_id=self.next_id(), client_time_ns=sent_ns), Pong)
        received_ns = time.monotonic_ns()
        return (pong.server_receive_ns - sent_ns + pong.server_send_ns - received_ns) // 2, received_ns - sent_ns


class Player:
    """A game with its session.

    Attributes:
        control: its requests.
        topic: of its session.
        first_block_ms: from sending a trigger to its first block, by where it began: `rest` or `motion`.
        said: how often each answer came, refusals by their code.
    """

    def __init__(self, context: zmq.Context, endpoint: str, number: int, habit: Habit, seed: int) -> None:
        """Opens a session; the first trigger comes within one time of thinking."""
        self.control = Control(context, endpoint, f"load {number}")
        opened = self.control.ask(
            OpenSession(
                request_id=self.control.next_id(),
                characters=(Character(name="Ann"), Character(name="Ben")),
                rate_hz=habit.rate_hz,
                profile=habit.profile,
            ),
            SessionOpened,
        )
        self.topic = opened.topic
        self.first_block_ms: dict[str, list[float]] = {"rest": [], "motion": []}
        self.said: dict[str, int] = {}
        self._session, self._habit = opened.session, habit
        self._random = random.Random(f"{seed} {number}")
        self._asked: dict[int, str] = {}
        self._trigger: tuple[int, str] | None = None
        self._newest = 0
        self._plays = False
        self._next_ns = time.monotonic_ns() + round(self._random.uniform(0, habit.think_s) * 1e9)

    def act(self, now_ns: int) -> None:
        """Does the next thing where its time has come."""
        if now_ns < self._next_ns or self._asked:
            return
        self._next_ns = now_ns + round(self._random.uniform(0.5, 1.5) * self._habit.think_s * 1e9)
        if self._habit.steady:
            if self._newest == 0:
                self._interact(now_ns)
            return
        chance = self._random.random()
        if not self._plays or chance >= 2 * _CANCELS:
            self._interact(now_ns)
            if self._random.random() < _REGRETS:
                self._cancel()
        elif chance < _CANCELS:
            self._cancel()

    def hear(self, message: MotionHead | Status, now_ns: int) -> None:
        """Takes note of what the stream says."""
        if isinstance(message, MotionHead):
            if message.interaction > self._newest:
                self._newest, self._plays = message.interaction, True
                if self._trigger is not None:
                    sent_ns, began_from = self._trigger
                    self.first_block_ms[began_from].append((now_ns - sent_ns) * _MS_PER_NS)
                    self._trigger = None
        elif message.state in _ENDS:
            if message.interaction == self._newest:
                self._plays = False
            self._count(f"said {message.state}", message.state is State.FAILED)
        else:
            self._count(f"said {message.state}", message.state is State.LATE)

    def read(self) -> None:
        """Takes note of all answers that have come."""
        while True:
            try:
                reply = decode_reply(self.control.socket.recv(zmq.NOBLOCK))
            except zmq.Again:
                return
            asked = self._asked.pop(reply.request_id, None)
            if isinstance(reply, Error):
                self._count(f"{asked} refused: {reply.code}")
                if asked == "interact":
                    self._trigger = None
            elif isinstance(reply, InteractionAccepted | Cancelled):
                self._count(f"{asked} answered")

    @property
    def unanswered(self) -> int:
        """Requests whose reply has not come."""
        return len(self._asked)

    def _interact(self, now_ns: int) -> None:
        request = Interact(
            request_id=self.control.next_id(),
            session=self._session,
            characters=(Subject(), Subject()),
            text=self._random.choice(TEXTS),
            duration_s=None if self._habit.steady else self._random.choice(DURATIONS_S),
            seed=self._random.randrange(2**31),
        )
        self._asked[request.request_id] = "interact"
        self._trigger = (now_ns, "motion" if self._plays else "rest")
        self.control.send(request)

    def _cancel(self) -> None:
        request = Cancel(request_id=self.control.next_id(), session=self._session)
        self._asked[request.request_id] = "cancel"
        self.control.send(request)

    def _count(self, what: str, counts: bool = True) -> None:
        if counts:
            self.said[what] = self.said.get(what, 0) + 1
