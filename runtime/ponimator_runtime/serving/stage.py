"""What everything that plans for one session shares: its timeline, the worker, and how to say what happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ponimator_runtime.serving.interaction import Interaction
from ponimator_runtime.serving.metrics import Metrics
from ponimator_runtime.serving.planner import Draft, Generated, Planner
from ponimator_runtime.serving.scheduler import Scheduler
from ponimator_runtime.serving.timeline import NS_PER_S, Timeline
from ponimator_runtime.wire import Code, State, code_of, error_from_exception
from ponimator_runtime.wire.replies import ServerReply

_LOG = logging.getLogger(__name__)

Answer = Callable[[ServerReply | Exception], None]
"""Takes the reply of a request, or why there is none; called once, on the thread that owns the session."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A window and the draft made of it."""

    generated: Generated
    draft: Draft


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One session's means.

    Attributes:
        session: its id, for the log.
        timeline: what plays when.
        planner: what the worker does.
        scheduler: the worker.
        metrics: the server's.
        clock: monotonic nanoseconds.
        announce: puts a status on the stream.
        send_due: puts the blocks that are due on the stream.
    """

    session: str
    timeline: Timeline
    planner: Planner
    scheduler: Scheduler
    metrics: Metrics
    clock: Callable[[], int]
    announce: Callable[[State, Interaction, int | None, Code | None, str, int | None], None]
    send_due: Callable[[], None]

    def say(self, state: State, interaction: Interaction, frame: int | None, words: str = "") -> None:
        """Changes an interaction's state and says so."""
        interaction.state = state
        self.announce(state, interaction, frame, None, words, None)

    def say_late(self, interaction: Interaction) -> None:
        """Says once per delay that the next window is not there in time; the state stays."""
        if interaction.late:
            return
        interaction.late = True
        self.metrics.count("late")
        words = "The next window is not ready: the motion slows down until it is."
        self.announce(State.LATE, interaction, self.timeline.plan.stop, Code.LATE, words, None)

    def say_steps(self, interaction: Interaction, generated: Generated) -> None:
        """Says when windows are made with other diffusion steps than before: with fewer under load, or all again."""
        steps = generated.steps
        if steps == (interaction.said_steps or interaction.steps):
            return
        interaction.said_steps = steps
        words = (
            "The diffusion steps are those that were asked for again."
            if steps == interaction.steps
            else f"There is much to do: {steps} diffusion steps instead of {interaction.steps}."
        )
        self.announce(interaction.state, interaction, None, None, words, steps)

    def say_failed(self, interaction: Interaction, error: Exception) -> None:
        """Ends an interaction with the code of what went wrong; the cause goes to the log."""
        interaction.state = State.FAILED
        self.metrics.count("failed")
        _LOG.error("session %s interaction %d failed", self.session, interaction.number, exc_info=error)
        words = error_from_exception(error).message
        self.announce(State.FAILED, interaction, None, code_of(error), words, None)

    def place_of(self, draft: Draft) -> tuple[int, int]:
        """The first frame of a draft, and when it was chosen: now, where any frame will do."""
        if draft.frame is None:
            return self.timeline.first_unprotected(), self.clock()
        return draft.frame, draft.decided_ns

    def send_change(self, decided_ns: int) -> None:
        """Sends what a change has brought, and learns how long that took since its place was chosen."""
        self.send_due()
        self.timeline.pacing.add_response((self.clock() - decided_ns) / NS_PER_S)

    def learn_refusal(self, draft: Draft) -> None:
        """A draft came too late for its place, or for another plan: the next one gets at least as much time."""
        self.metrics.count("drafts_again")
        self.timeline.pacing.raise_response((self.clock() - draft.decided_ns) / NS_PER_S)

    def measure(self, timing_ns: dict[str, int]) -> None:
        """Adds the times of stages to the metrics."""
        for stage, duration_ns in timing_ns.items():
            self.metrics.measure_ns(stage, duration_ns)
