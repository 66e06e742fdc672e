"""The network's side of the live view: one thread that owns the client, does what is asked and fills the playout.

Drawing does not wait for it: the lock is held to take a message in, never to wait for one.
"""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from ponimator_runtime.client import Client
from ponimator_runtime.client.counters import Counters
from ponimator_runtime.client.display import Shown
from ponimator_runtime.client.playout import HeldFrame
from ponimator_runtime.errors import PonimatorError, ProtocolError, RequestRefused
from ponimator_runtime.viewing.panel import Wish
from ponimator_runtime.wire import Motion, Pose, Profile, Skeleton, State, Status

NAMES: Final = ("Ann", "Ben")
_LISTENING_S: Final = 0.01
_KEPT_S: Final = 10.0
_NS_PER_S: Final = 1_000_000_000
Poses = tuple[Pose | None, Pose | None]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Seen:
    """What a moment of the session shows.

    Attributes:
        shown: by the playout.
        anchor: the frame of the interactive pose of what plays, where it is known.
        skeleton: of the two bodies.
        counters: of the session.
        steps: of diffusion, where the server said that they changed.
        session: another one means other persons.
    """

    shown: Shown
    anchor: HeldFrame | None
    skeleton: Skeleton
    counters: Counters
    steps: int | None
    session: str


class Follower:
    """A context: while it lasts, the session is followed."""

    def __init__(self, client: Client, profile: Profile, announce: Callable[[str], None]) -> None:
        """Opens a session.

        Args:
            client: from now on the follower's alone.
            profile: of the session.
            announce: is told what happens, in a few words.

        Raises:
            RequestRefused: the server takes no more sessions.
        """
        self._client, self._announce = client, announce
        self._session = client.open_session(NAMES, profile=profile)
        self._anchor: int | None = None
        self._steps: int | None = None
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def trigger(self, wish: Wish, poses: Poses) -> None:
        """Begins an interaction soon; any thread may ask."""
        self._orders.put(functools.partial(self._trigger, wish, poses))

    def cancel(self) -> None:
        """Ends what plays, soon."""
        self._orders.put(lambda: self._announce(f"cancelled, from frame {self._session.cancel().apply_frame} on"))

    def choose(self, profile: Profile) -> None:
        """Goes on in a new session with another profile, soon."""
        self._orders.put(functools.partial(self._choose, profile))

    def seen(self, behind_s: float) -> Seen:
        """What is to be drawn, some seconds behind the present."""
        with self._lock:
            session = self._session
            shown = session.display(self._client.server_time_ns() - round(behind_s * _NS_PER_S))
            if shown.place is not None:
                session.playout.forget_played(shown.place, kept_s=_KEPT_S)
            return Seen(
                shown=shown,
                anchor=None if self._anchor is None else session.playout.frame(self._anchor),
                skeleton=session.skeleton,
                counters=session.counters(),
                steps=self._steps,
                session=session.id,
            )

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._obey()
                self._listen()
            except RequestRefused as refused:
                self._announce(f"refused: {refused.message}")
            except ProtocolError as error:
                self._announce(f"a message could not be read: {error}")
            except PonimatorError as error:
                self._announce(f"{error}")  # the server is gone; listening looks for it again

    def _obey(self) -> None:
        try:
            order = self._orders.get_nowait()
        except queue.Empty:
            return
        order()

    def _listen(self) -> None:
        if not self._session.heard_within(_LISTENING_S):
            self._stopping.wait(_LISTENING_S)
        with self._lock:
            message = self._session.receive(0.0)
            if isinstance(message, Motion) and message.anchor is not None:
                self._anchor = message.anchor
            elif isinstance(message, Status) and isinstance(message.steps, int):
                self._steps = message.steps
        if isinstance(message, Status) and not isinstance(message.steps, int):
            self._announce(message.state.value if not message.message else f"{message.state.value}: {message.message}")

    def _trigger(self, wish: Wish, poses: Poses) -> None:
        self._announce("asked")
        accepted = self._session.interact(text=wish.text or None, poses=poses, duration_s=wish.seconds, seed=wish.seed)
        took_ms = accepted.timing_ms.get("total")
        self._announce(f"{State.ACCEPTED.value}" + ("" if took_ms is None else f" after {took_ms:.0f} ms"))

    def _choose(self, profile: Profile) -> None:
        opened = self._client.open_session(NAMES, profile=profile)
        before = self._session
        with self._lock:
            self._session, self._anchor, self._steps = opened, None, None
        self._announce(f"a new session, {profile.value}")
        before.close()
