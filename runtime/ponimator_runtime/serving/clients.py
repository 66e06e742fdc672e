"""Who asks, and how often: the limits that hold for one client, so that none can take what the others need.

A client is known by its connection, and with CURVE by its key too. What is kept of it is bounded: a rate by who asked
within the last second, an owner by the sessions that are open. It knows no socket and no message; time comes as a
clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.wire import Code

_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """A client as one request shows it.

    Attributes:
        connection: ZeroMQ's identity of it; another one after every reconnect.
        key: its public key; empty without CURVE.
    """

    connection: bytes = b""
    key: bytes = b""


class RequestRate:
    """A token bucket for each connection, kept as the one number that says when it is full again (ITU-T I.371's GCRA).

    A full bucket is what a stranger has, so it is forgotten.
    """

    def __init__(self, per_s: float, clock: Callable[[], int]) -> None:
        """A second's worth may come at once.

        Args:
            per_s: requests a second.
            clock: monotonic nanoseconds.
        """
        self._interval_ns = round(_NS_PER_S / per_s)
        self._clock = clock
        self._full_at_ns: dict[bytes, int] = {}
        self._prune_ns = 0

    def wait_s(self, connection: bytes) -> float:
        """0 and one token less where a request may come now; otherwise when to try again."""
        now_ns = self._clock()
        full_at_ns = max(now_ns, self._full_at_ns.get(connection, now_ns)) + self._interval_ns
        over_ns = full_at_ns - now_ns - max(_NS_PER_S, self._interval_ns)
        if over_ns > 0:
            return over_ns / _NS_PER_S
        self._full_at_ns[connection] = full_at_ns
        return 0.0

    def forget_idle(self) -> None:
        """Drops full buckets, at most once a second."""
        now_ns = self._clock()
        if now_ns < self._prune_ns:
            return
        self._prune_ns = now_ns + _NS_PER_S
        self._full_at_ns = {known: full for known, full in self._full_at_ns.items() if full > now_ns}

    def __len__(self) -> int:
        """Connections remembered."""
        return len(self._full_at_ns)


class ClientLimits:
    """What one client may take: requests a second, and sessions, which stay with the key that opened them."""

    def __init__(self, *, max_sessions: int, max_requests_per_s: float, clock: Callable[[], int]) -> None:
        """Both limits hold for one connection; `clock` tells monotonic nanoseconds."""
        self._max_sessions, self._max_requests_per_s = max_sessions, max_requests_per_s
        self._rate = RequestRate(max_requests_per_s, clock)
        self._owners: dict[str, Asker] = {}

    def check_rate(self, asker: Asker) -> None:
        """Raises RequestRefused with `busy`, and when to try again, where a client asks too often."""
        wait_s = self._rate.wait_s(asker.connection)
        if wait_s > 0:
            raise RequestRefused(
                Code.BUSY,
                f"Expected at most {self._max_requests_per_s:g} requests a second from one client: "
                f"try again in {wait_s:.3f} s.",
            )

    def check_room(self, asker: Asker) -> None:
        """Raises RequestRefused with `busy` where a client has as many sessions as it may."""
        count = sum(owner.connection == asker.connection for owner in self._owners.values())
        if count >= self._max_sessions:
            raise RequestRefused(
                Code.BUSY,
                f"Expected at most {self._max_sessions} sessions of one client, this one has {count}: "
                "close one, then ask again.",
            )

    def check_owner(self, session: str, asker: Asker) -> None:
        """Raises RequestRefused with `unauthorised` where a session was opened with another key."""
        owner = self._owners.get(session)
        if owner is not None and owner.key != asker.key:
            raise RequestRefused(
                Code.UNAUTHORISED,
                f"Expected the key that session {session} was opened with, got another: open a session of your own.",
            )

    def own(self, session: str, asker: Asker) -> None:
        """A session is this client's now: it opened or resumed it."""
        if self._owners.get(session) != asker:
            self.check_room(asker)
        self._owners[session] = asker

    def disown(self, session: str) -> None:
        """A session is no more."""
        self._owners.pop(session, None)

    def forget_idle(self) -> None:
        """Drops what is known of clients that have not asked for a while."""
        self._rate.forget_idle()

    @property
    def remembered(self) -> int:
        """Entries kept, of connections and of sessions."""
        return len(self._rate) + len(self._owners)
