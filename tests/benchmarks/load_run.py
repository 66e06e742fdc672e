"""One run of the load: all games, all who watch, and the one loop that serves them.

It knows sockets and time; what is told of a run is `load_report`'s.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated

import tyro
import zmq
from load_player import Habit, Player, Subscriber
from load_process import ProcessWatch

from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.wire.messages import DEFAULT_RATE_HZ, Profile

_WARM_UP_S = 5.0
"""Of a form with a frozen subscriber: until its session's lead has settled."""
_DRAIN_S = 2.0
"""After a frozen subscriber reads again, until that is over."""
_POLL_MS = 20
_SAMPLE_S = 1.0
_JOIN_S = 60.0
_MOST_SECONDS, _MOST_SUBSCRIBERS = 7200.0, 2000
_MS_PER_NS, _NS_PER_S = 1e-6, 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Put load on a server.

    Attributes:
        sessions: games at a time.
        subscribers: of each session.
        seconds: of the load; not with --frozen-s.
        rate_hz: of each stream.
        profile: of each session.
        think_s: mean time between two things that a game does.
        frozen_s: how long one subscriber stops reading, and reads again, in turn; 0: there is none.
        rounds: how often it does so.
        bundle: name or folder.
        seed: of all chance.
        table: print Markdown instead of JSON.
    """

    sessions: int = 16
    subscribers: int = 1
    seconds: float = 60.0
    rate_hz: int = DEFAULT_RATE_HZ
    profile: Annotated[Profile, tyro.conf.EnumChoicesFromValues] = Profile.BALANCED
    think_s: float = 4.0
    frozen_s: float = 0.0
    rounds: int = 3
    bundle: str = "lite"
    seed: int = 1
    table: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False

    def __post_init__(self) -> None:
        """Refuses what would have no bound."""
        if not (self.sessions > 0 < self.subscribers and self.sessions * self.subscribers <= _MOST_SUBSCRIBERS):
            raise SystemExit(f"expected 1 to {_MOST_SUBSCRIBERS} subscribers of at least one session")
        if not 0 < self.duration_s <= _MOST_SECONDS:
            raise SystemExit(f"expected up to {_MOST_SECONDS:g} s in all, got {self.duration_s:g}")

    @property
    def duration_s(self) -> float:
        """Of the whole load."""
        if self.frozen_s <= 0:
            return self.seconds
        return _WARM_UP_S + self.rounds * (2 * self.frozen_s + _DRAIN_S)


class Load:
    """All games and subscribers, and the loop that serves them."""

    def __init__(self, server: ServerProcess, settings: Settings) -> None:
        """Opens the sessions and waits until every subscriber hears something."""
        self._settings = settings
        self._context = zmq.Context()
        self._context.set(zmq.MAX_SOCKETS, 2 * _MOST_SUBSCRIBERS + 64)
        self._frozen_context = zmq.Context()  # its own thread: what it leaves unread is nobody else's
        habit = Habit(
            profile=settings.profile,
            rate_hz=settings.rate_hz,
            think_s=settings.think_s,
            steady=settings.frozen_s > 0,
        )
        self.players = [
            Player(self._context, server.control, number, habit, settings.seed) for number in range(settings.sessions)
        ]
        first = self.players[0].control
        self.offset_ns = first.offset_ns
        self.subscribers: dict[Subscriber, Player | None] = {
            Subscriber(self._context, first.stream_endpoint, player.topic): player if watches == 0 else None
            for player in self.players
            for watches in range(settings.subscribers)
        }
        self.frozen: Subscriber | None = None
        if settings.frozen_s > 0:
            topic = self.players[0].topic
            self.frozen = Subscriber(self._frozen_context, first.stream_endpoint, topic, small=True)
        self.watch = ProcessWatch(server.process.pid)
        self.blind_ms = 0.0
        self.freezes: list[tuple[int, int]] = []
        """Begin and end of each freeze, on the server's clock."""
        self._readers = {subscriber.socket: subscriber for subscriber in self.subscribers}
        self._answers = {player.control.socket: player for player in self.players}
        self._poller = zmq.Poller()
        for socket in (*self._readers, *self._answers):
            self._poller.register(socket, zmq.POLLIN)
        self._join()

    def run(self) -> None:
        """The load, until its time is over."""
        settings, began_ns = self._settings, time.monotonic_ns()
        end_ns = began_ns + round(settings.duration_s * _NS_PER_S)
        sample_ns, looked_ns = began_ns, began_ns
        while (now_ns := time.monotonic_ns()) < end_ns:
            if now_ns >= sample_ns:
                self.watch.sample()
                sample_ns += round(_SAMPLE_S * _NS_PER_S)
            for player in self.players:
                player.act(now_ns)
            if self.frozen is not None and not self._freezes_now(now_ns - began_ns, now_ns + self.offset_ns):
                self.frozen.read(self.offset_ns)
            # What the last round did is time in which nothing was looked at; the poll itself looks.
            self.blind_ms = max(self.blind_ms, (time.monotonic_ns() - looked_ns) * _MS_PER_NS)
            ready = self._poller.poll(_POLL_MS)
            looked_ns = time.monotonic_ns()
            self._read(ready)
        self.watch.sample()

    def close(self) -> None:
        """Leaves without a word: the server forgets the sessions after their lease."""
        self._context.destroy(linger=0)
        self._frozen_context.destroy(linger=0)

    def _freezes_now(self, since_ns: int, server_ns: int) -> bool:
        """In each round it reads first, then it does not, then it has time to catch up."""
        settings = self._settings
        in_rounds_s = since_ns / _NS_PER_S - _WARM_UP_S
        number, in_round_s = divmod(in_rounds_s, 2 * settings.frozen_s + _DRAIN_S)
        if number < 0 or not settings.frozen_s <= in_round_s < 2 * settings.frozen_s:
            return False
        if len(self.freezes) <= number:
            self.freezes.append((server_ns, server_ns))
        self.freezes[-1] = (self.freezes[-1][0], server_ns)
        return True

    def _join(self) -> None:
        end_s = time.monotonic() + _JOIN_S
        while any(subscriber.heard == 0 for subscriber in self.subscribers):
            if time.monotonic() > end_s:
                raise RuntimeError(f"Not every subscriber heard something within {_JOIN_S:g} s.")
            self._read(self._poller.poll(_POLL_MS))

    def _read(self, ready: list[tuple[zmq.Socket, int]]) -> None:
        for socket, _ in ready:
            if socket in self._answers:
                self._answers[socket].read()
                continue
            subscriber = self._readers[socket]
            news, player = subscriber.read(self.offset_ns), self.subscribers[subscriber]
            if player is not None:
                now_ns = time.monotonic_ns()
                for message in news:
                    player.hear(message, now_ns)
