"""One session: two characters, their timeline, their stream, and what was sent of it.

Lives on the thread that owns the sockets, but knows none: bytes leave through `publish`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from msgspec import UNSET

from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.motion.skeleton import SHAPE_COUNT
from ponimator_runtime.serving.blocks import motion_message, skeleton_message
from ponimator_runtime.serving.config import MAX_DIFFUSION_STEPS, PACES
from ponimator_runtime.serving.director import Director
from ponimator_runtime.serving.interaction import Interaction
from ponimator_runtime.serving.metrics import Metrics
from ponimator_runtime.serving.pacing import Pacing
from ponimator_runtime.serving.planner import Planner, pelvis_place
from ponimator_runtime.serving.scheduler import Scheduler
from ponimator_runtime.serving.stage import Answer, Stage
from ponimator_runtime.serving.timeline import NS_PER_S, Timeline
from ponimator_runtime.wire import (
    Cancel,
    Code,
    Encoding,
    Heartbeat,
    Interact,
    OpenSession,
    Resend,
    Resent,
    State,
    Status,
    StreamMessage,
    encode,
    topic_from_session,
)

HEARTBEAT_NS: Final = NS_PER_S
_GREETING_PAUSE_NS: Final = NS_PER_S // 10
"""Subscribers that come closer together share a greeting: who subscribes in a loop costs the others little."""
_ON_GROUND: Final = (0, 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    """A block as it went out: its frames and its bytes."""

    start: int
    stop: int
    payload: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """What all sessions of a server share.

    Attributes:
        planner: the worker's side.
        scheduler: the worker.
        metrics: counters and latencies.
        publish: takes topic and bytes to the stream lane.
        clock: monotonic nanoseconds.
        keep_s: how much of what was sent is kept for resend.
        has_text: the bundle understands words.
    """

    planner: Planner
    scheduler: Scheduler
    metrics: Metrics
    publish: Callable[[bytes, bytes], None]
    clock: Callable[[], int]
    keep_s: float
    has_text: bool


class Session:
    """Two characters and what they do."""

    def __init__(self, number: str, request: OpenSession, encoding: Encoding, house: House) -> None:
        """Opens the stream: frame 0 plays now."""
        self.id = number
        self.topic = topic_from_session(number).encode()
        self.rate_hz = request.rate_hz
        self.last_request_ns = house.clock()
        self._house = house
        self._encoding = encoding
        self._pace = PACES[request.profile]
        no_shape = (0.0,) * SHAPE_COUNT
        self._betas = np.array([character.betas or no_shape for character in request.characters])
        self._rest_pelves = house.planner.skeleton.rest_joints(self._betas)[:, 0]
        first, second = request.characters
        self.skeleton = skeleton_message(number, (first.name, second.name), self._betas, house.planner.skeleton)
        self._timeline = Timeline(
            rate_hz=request.rate_hz, pacing=Pacing(self._pace, request.rate_hz), clock=house.clock
        )
        self._director = Director(
            Stage(
                session=number,
                timeline=self._timeline,
                planner=house.planner,
                scheduler=house.scheduler,
                metrics=house.metrics,
                clock=house.clock,
                announce=self._announce,
                send_due=self._send_due,
            )
        )
        self._sent: deque[_Sent] = deque()
        self._interaction_count = 0
        self._floor_height = 0.0
        self._heartbeat_ns = house.clock()
        self._greeting = True
        # One greeting is in hand: the session's first, before anybody has subscribed, makes nobody wait.
        self._greeted_ns = house.clock() - 2 * _GREETING_PAUSE_NS

    def interact(self, request: Interact, answer: Answer, received_ns: int) -> None:
        """Begins an interaction; the answer comes when its first frame is known.

        Raises:
            RequestRefused: `not_supported`, `too_far` or `busy`.
        """
        if request.text and request.text.strip() and not self._house.has_text:
            raise RequestRefused(
                Code.NOT_SUPPORTED, "This server's model has no text encoder: trigger with a pose instead of a text."
            )
        self._check_distance(request)
        floors = [subject.root.position[1] for subject in request.characters if subject.root is not None]
        if floors:
            self._floor_height = sum(floors) / len(floors)
        self._interaction_count += 1
        interaction = Interaction(
            number=self._interaction_count,
            request=request,
            betas=self._betas,
            steps=min(request.steps or self._pace.diffusion_steps, MAX_DIFFUSION_STEPS),
            random_numbers=np.random.default_rng(request.seed),
            floor_height=self._floor_height,
            received_ns=received_ns,
        )
        self._director.interact(interaction, answer)

    def cancel(self, request: Cancel, answer: Answer) -> None:
        """Brings what plays to rest; raises RequestRefused with `unknown_interaction` where nothing does."""
        self._director.cancel(request, answer)

    def resend(self, request: Resend) -> Resent:
        """Sends again what is still kept of a range of frames."""
        found = [sent for sent in self._sent if sent.start < request.stop and request.start < sent.stop]
        for sent in found:
            self._house.publish(self.topic, sent.payload)
        self._house.metrics.count("blocks_resent", len(found))
        if not found:
            return Resent(request_id=request.request_id, start=request.start, stop=request.start, blocks=0)
        return Resent(
            request_id=request.request_id,
            start=max(request.start, min(sent.start for sent in found)),
            stop=min(request.stop, max(sent.stop for sent in found)),
            blocks=len(found),
        )

    def greet(self) -> None:
        """At the next tick sends the skeleton and what still plays, for who has just subscribed."""
        self._greeting = True

    def tick(self) -> None:
        """Does what is due."""
        now_ns = self._house.clock()
        self._director.after_work()
        self._director.tick()
        if self._greeting and now_ns >= self._greeted_ns + _GREETING_PAUSE_NS:
            self._greeting = False
            self._greeted_ns = max(self._greeted_ns, now_ns - 2 * _GREETING_PAUSE_NS) + _GREETING_PAUSE_NS
            self._send(self.skeleton)
            play_frame = self._timeline.play_frame()
            for sent in self._sent:
                if sent.stop > play_frame:
                    self._house.publish(self.topic, sent.payload)
        self._send_due()
        if now_ns >= self._heartbeat_ns:
            self._send_heartbeat(now_ns)
            self._heartbeat_ns = max(self._heartbeat_ns + HEARTBEAT_NS, now_ns)

    def next_event_ns(self) -> int:
        """When `tick` has something to do."""
        times = [self._heartbeat_ns, self._director.next_event_ns()]
        if self._greeting:
            times.append(self._greeted_ns + _GREETING_PAUSE_NS)
        return min(time for time in times if time is not None)

    def close(self) -> None:
        """Ends the stream."""
        self._director.close()

    def _check_distance(self, request: Interact) -> None:
        first, second = (
            pelvis_place(subject, pelvis) for subject, pelvis in zip(request.characters, self._rest_pelves, strict=True)
        )
        if first is None or second is None:
            return
        distance_m = float(np.linalg.norm((second - first)[list(_ON_GROUND)]))
        if distance_m > request.max_distance_m:
            raise RequestRefused(
                Code.TOO_FAR,
                f"Expected the characters within {request.max_distance_m:g} m of each other, they stand "
                f"{distance_m:.2f} m apart: bring them closer or raise max_distance_m.",
            )

    def _send_due(self) -> None:
        for block in self._timeline.due_blocks():
            message = motion_message(
                block, session=self.id, rate_hz=self.rate_hz, time_ns=self._timeline.time_ns(block.start)
            )
            payload = self._send(message)
            # A revision rewinds: what was sent of the plan before is no longer to be sent again.
            while self._sent and self._sent[-1].start >= block.start:
                self._sent.pop()
            self._sent.append(_Sent(start=block.start, stop=block.stop, payload=payload))
            lead_ns = message.time_ns - self._house.clock()
            self._house.metrics.observe("block_lead", max(0, lead_ns) / NS_PER_S)
            self._house.metrics.count("blocks_late", int(lead_ns < 0))
            self._house.metrics.count("blocks")
            self._house.metrics.count("frames", block.stop - block.start)
        oldest = self._timeline.play_frame() - round(self._house.keep_s * self.rate_hz)
        while self._sent and self._sent[0].stop <= oldest:
            self._sent.popleft()

    def _announce(
        self,
        state: State,
        interaction: Interaction,
        frame: int | None,
        code: Code | None,
        words: str,
        steps: int | None,
    ) -> None:
        self._send(
            Status(
                session=self.id,
                state=state,
                time_ns=self._house.clock(),
                interaction=interaction.number,
                frame=frame,
                code=code,
                message=words,
                steps=UNSET if steps is None else steps,
            )
        )

    def _send_heartbeat(self, now_ns: int) -> None:
        timeline = self._timeline
        buffered_s = timeline.buffered_s()
        if timeline.sent_until < timeline.plan.stop or not timeline.plan.ended:  # else there is nothing to keep ahead
            self._house.metrics.observe("buffer", buffered_s)
        self._send(Heartbeat(session=self.id, time_ns=now_ns, play_frame=timeline.play_frame(), buffered_s=buffered_s))

    def _send(self, message: StreamMessage) -> bytes:
        payload = encode(message, self._encoding)
        self._house.publish(self.topic, payload)
        return payload
