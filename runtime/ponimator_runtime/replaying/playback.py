"""When what of a recording is said; pure but for its clock and for `publish`, to which the bytes go.

It waits for its first subscriber, says everything at the time at which it was recorded, and goes on with heartbeats
when nothing is left. A client that triggers once more gets the recording once more, moved on in time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.replaying.clock import ReplayClock
from ponimator_runtime.replaying.score import NS_PER_S, Entry, Recorded, Score, Shift
from ponimator_runtime.wire import (
    Cancel,
    Cancelled,
    Code,
    Heartbeat,
    Interact,
    InteractionAccepted,
    Motion,
    Resend,
    Resent,
    State,
    Status,
    encode,
)

SILENCE_NS: Final = 3 * NS_PER_S // 2
"""After so long without a word a heartbeat is said: clients take two seconds of silence for the server's end."""
_BLOCKS_KEPT: Final = 1024
_NEVER_NS: Final = 1 << 62
_ENDS: Final = frozenset({State.FINISHED, State.CANCELLED, State.FAILED})


class Phase(Enum):
    """Where a playback stands."""

    WAITING = auto()
    """For a subscriber."""
    PLAYING = auto()
    OVER = auto()
    CLOSED = auto()
    """Its session was closed by a client."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    """A block as it went out, and when its last frame is over."""

    start: int
    stop: int
    revision: int
    over_ns: int
    payload: bytes


class Playback:
    """A recording that is being replayed.

    Attributes:
        phase: where it stands.
        times: how often it began again since the clock was set.
        blocks: sent so far.
    """

    def __init__(
        self, score: Score, clock: ReplayClock, publish: Callable[[bytes], None], *, loop: bool, patience_s: float
    ) -> None:
        """Waits for a subscriber.

        Args:
            score: what was recorded.
            clock: the recorded server's, set going again.
            publish: takes the bytes of a stream message.
            loop: begin again at the end.
            patience_s: how long after the clock was set a first subscriber still gets everything from the start.
        """
        self.phase = Phase.WAITING
        self.times = 0
        self.blocks = 0
        self._score = score
        self._clock = clock
        self._publish = publish
        self._loop = loop
        self._patience_ns = round(patience_s * NS_PER_S)
        self._sent: deque[_Sent] = deque(maxlen=_BLOCKS_KEPT)
        self._said_ns = clock.wall()
        self.rewind()

    def rewind(self) -> None:
        """Sets the clock to the recording's start and waits for a subscriber; only while nobody listens."""
        self._clock.set(self._score.header.server_clock_ns)
        self._set_ns = self._clock.wall()
        self.phase = Phase.WAITING
        self.times = 0
        self._fresh = True
        self._shift = Shift()
        self._next = 0
        self._claimed: set[int] = set()
        self._current: int | None = None
        self._sent.clear()

    def open(self) -> None:
        """Somebody opened the session: what is over, or was closed, begins again with the next subscriber."""
        if self.phase in {Phase.OVER, Phase.CLOSED}:
            self.phase = Phase.WAITING

    def resume(self) -> None:
        """Somebody goes on with the session: it is greeted anew, as by a real server."""
        if self.phase in {Phase.PLAYING, Phase.OVER}:
            self.greet()

    def close(self) -> None:
        """Somebody closed the session: nothing more is said of it."""
        self.phase = Phase.CLOSED

    def subscribe(self) -> None:
        """Somebody listens from now on: begins, or tells what plays already."""
        if self.phase is Phase.CLOSED:
            return
        if self.phase is Phase.WAITING and self._begin_as_recorded():
            return  # the skeleton is among what was recorded
        self.greet()

    def greet(self) -> None:
        """Says the skeleton and what still plays, as to every late joiner."""
        self._say(self._score.skeleton_payload)
        now_ns = self._clock()
        for sent in self._sent:
            if sent.over_ns > now_ns:
                self._say(sent.payload)

    def tick(self) -> None:
        """Says what is due."""
        if self.phase is Phase.PLAYING:
            now_ns = self._clock()
            while self.phase is Phase.PLAYING and self._due_ns() <= now_ns:
                self._say_next()
        if self.phase in {Phase.PLAYING, Phase.OVER} and self._clock.wall() - self._said_ns >= SILENCE_NS:
            now_ns = self._clock()
            heartbeat = Heartbeat(
                session=self._score.header.session,
                time_ns=now_ns,
                play_frame=self._score.frame_at(now_ns),
                buffered_s=max(0.0, max((sent.over_ns for sent in self._sent), default=0) - now_ns) / NS_PER_S,
            )
            self._say(encode(heartbeat, self._score.encoding))

    def wait_ns(self) -> int:
        """How long, by our clock, until `tick` has something to do."""
        if self.phase not in {Phase.PLAYING, Phase.OVER}:
            return _NEVER_NS
        silence_ns = self._said_ns + SILENCE_NS - self._clock.wall()
        if self.phase is Phase.OVER:
            return silence_ns
        return min(silence_ns, self._clock.wall_ns_until(self._due_ns()))

    def interact(self, request: Interact) -> InteractionAccepted:
        """The recording's next interaction is the one asked for; after its last one the recording begins again.

        Raises:
            RequestRefused: it holds no interaction.
        """
        if not self._score.interactions:
            raise RequestRefused(Code.NOT_SUPPORTED, "This server replays a recording, which holds no interaction.")
        recorded = self._next_interaction()
        if recorded is None:
            self._begin_again(at=self._score.first_said)
            recorded = self._score.interactions[0]
        self._claimed.add(recorded.number)
        return InteractionAccepted(
            request_id=request.request_id,
            interaction=recorded.number + self._shift.interaction,
            apply_frame=recorded.apply_frame + self._shift.frames,
            timing_ms=recorded.timing_ms,
        )

    def cancel(self, request: Cancel) -> Cancelled:
        """Where the interaction was cancelled when it was recorded.

        Raises:
            RequestRefused: it was not.
        """
        for recorded in self._score.interactions:
            number = recorded.number + self._shift.interaction
            if recorded.cancelled_at is not None and request.interaction in {None, number}:
                apply_frame = recorded.cancelled_at + self._shift.frames
                return Cancelled(request_id=request.request_id, apply_frame=apply_frame)
        raise RequestRefused(
            Code.NOT_SUPPORTED, "This server replays a recording, in which nothing of this was cancelled."
        )

    def resend(self, request: Resend) -> Resent:
        """Says again what was sent of a range of frames."""
        found = [sent for sent in self._sent if sent.start < request.stop and request.start < sent.stop]
        for sent in found:
            self._say(sent.payload)
        if not found:
            return Resent(request_id=request.request_id, start=request.start, stop=request.start, blocks=0)
        return Resent(
            request_id=request.request_id,
            start=max(request.start, min(sent.start for sent in found)),
            stop=min(request.stop, max(sent.stop for sent in found)),
            blocks=len(found),
        )

    def _begin_as_recorded(self) -> bool:
        """Begins; whether with the bytes that were recorded, which takes a clock that was just set."""
        self._said_ns = self._clock.wall()
        late = self._clock.wall() - self._set_ns > self._patience_ns and not self._claimed
        if not self._fresh or late:
            self._begin_again(at=self._score.first_said)
            return False
        self._fresh = False
        self.phase = Phase.PLAYING
        return True

    def _begin_again(self, *, at: int) -> None:
        """From an entry on, moved on so far that it is due now or, for whole frames, a moment later."""
        self.times += 1
        score, earlier, resting = self._score, self._shift, self.phase is not Phase.PLAYING
        shift = score.shift(self.times, entry=at, not_before_ns=self._clock())
        starts = [entry.message.start for entry in score.entries[at:] if isinstance(entry.message, Motion)]
        first_frame = starts[0] + shift.frames if starts else None
        if first_frame is not None and not resting:
            # Up to where the new frames begin the old ones are said, so that no client sees a hole.
            for entry in score.entries[self._next :]:
                if isinstance(entry.message, Motion) and entry.message.start + earlier.frames < first_frame:
                    self._say_entry(earlier.entry(entry))
        if self._current is not None:
            status = Status(
                session=score.header.session,
                state=State.CANCELLED,
                time_ns=self._clock(),
                interaction=self._current,
                frame=first_frame,
                message="The recording began again.",
            )
            self._say(encode(status, score.encoding))
        self.phase, self._fresh = Phase.PLAYING, False
        self._shift, self._next, self._current = shift, at, None
        self._claimed.clear()

    def _next_interaction(self) -> Recorded | None:
        if self.phase is not Phase.PLAYING and not self._fresh:
            return None
        now_ns = self._clock() - self._shift.time_ns
        for recorded in self._score.interactions:
            if recorded.number not in self._claimed and recorded.over_ns > now_ns:
                return recorded
        return None

    def _due_ns(self) -> int:
        return self._score.entries[self._next].time_ns + self._shift.time_ns

    def _say_next(self) -> None:
        self._say_entry(self._shift.entry(self._score.entries[self._next]))
        self._next += 1
        if self._next < len(self._score.entries):
            return
        self.phase = Phase.OVER
        if self._loop:
            self._begin_again(at=self._score.first_said)

    def _say_entry(self, entry: Entry) -> None:
        self._say(entry.payload)
        message = entry.message
        if isinstance(message, Motion):
            self._current = message.interaction
            self._keep(message, entry.payload)
        elif isinstance(message, Status) and message.state in _ENDS and message.interaction == self._current:
            self._current = None

    def _keep(self, block: Motion, payload: bytes) -> None:
        self.blocks += 1
        if any(sent.payload == payload for sent in self._sent):
            return
        # A revision rewinds: what was sent of the plan before is no longer to be sent again.
        while self._sent and self._sent[-1].start >= block.start and self._sent[-1].revision < block.revision:
            self._sent.pop()
        self._sent.append(
            _Sent(
                start=block.start,
                stop=block.start + block.count,
                revision=block.revision,
                over_ns=block.time_ns + block.count * NS_PER_S // block.rate_hz,
                payload=payload,
            )
        )

    def _say(self, payload: bytes) -> None:
        self._said_ns = self._clock.wall()
        self._publish(payload)
