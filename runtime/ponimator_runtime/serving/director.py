"""Turns the requests of one session into changes of its timeline.

What comes back from the worker is accepted only if it still fits the plan that it was made for and the protected
frames; otherwise it is asked again. It knows no socket and no bytes.
"""

from __future__ import annotations

from typing import Final

from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.serving.agenda import Demand, Outcome
from ponimator_runtime.serving.batching import Work
from ponimator_runtime.serving.chaining import Chaining
from ponimator_runtime.serving.interaction import Interaction
from ponimator_runtime.serving.logs import carried
from ponimator_runtime.serving.planner import Draft
from ponimator_runtime.serving.scheduler import URGENT
from ponimator_runtime.serving.stage import Answer, Made, Stage
from ponimator_runtime.serving.timeline import NS_PER_S
from ponimator_runtime.wire import Cancel, Cancelled, Code, InteractionAccepted, State

MAX_PENDING: Final = 4
"""Interactions of one session that may wait to begin; a further one is answered with `busy`."""
MAX_WAITING: Final = 256
"""Pieces of work that may wait for the worker before everybody is answered with `busy`."""
_INTERACT_WITHIN_NS: Final = NS_PER_S // 4
"""A trigger goes before chained windows that are needed later than this."""
_INTERACT_AT_LAST_NS: Final = NS_PER_S
"""A trigger that would be answered later than this is too much work; where there is too much, it may last so long."""
_MS_PER_NS: Final = 1e-6


class Director:
    """What plays in one session."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._chaining = Chaining(stage)
        self._pending: dict[int, Interaction] = {}
        self._current: Interaction | None = None
        self._closed = False

    def interact(self, interaction: Interaction, answer: Answer) -> None:
        """Begins an interaction as soon as its first window is there.

        Raises:
            RequestRefused: `busy`.
        """
        stage = self._stage
        if len(self._pending) >= MAX_PENDING or stage.scheduler.waiting >= MAX_WAITING:
            raise RequestRefused(
                Code.BUSY, f"Expected at most {MAX_PENDING} interactions that wait to begin: ask again when one plays."
            )
        self._pending[interaction.number] = interaction
        stage.say(State.ACCEPTED, interaction, None)

        def work() -> Work[Made | None]:
            if self._closed or interaction.withdrawn:
                return None
            pose_steps = stage.scheduler.load.granted(interaction.steps)
            generated = yield from stage.planner.first_window_work(interaction, stage.timeline, pose_steps)
            draft = stage.planner.first_draft(interaction, generated, stage.timeline)
            return Made(generated=generated, draft=draft)

        now_ns = stage.clock()
        # A late answer is seen by one player, a window that is late by all who watch.
        overloaded = stage.scheduler.load.overloaded(now_ns)
        stage.scheduler.submit_window(
            work(),
            carried(lambda outcome: self._begin(interaction, outcome, answer, outcome.queued_ns)),
            due_ns=now_ns + (_INTERACT_AT_LAST_NS if overloaded else _INTERACT_WITHIN_NS),
            demand=Demand(steps=interaction.steps, dry_ns=now_ns + _INTERACT_AT_LAST_NS, chained=False),
        )

    def cancel(self, request: Cancel, answer: Answer) -> None:
        """Brings what plays to rest, and withdraws what waits to begin.

        Raises:
            RequestRefused: `unknown_interaction`: nothing plays or waits, or not the one named.
        """
        wanted = request.interaction
        waiting = [i for i in self._pending.values() if wanted in {None, i.number} and not i.withdrawn]
        for interaction in waiting:
            interaction.withdrawn = True
            self._stage.say(State.CANCELLED, interaction, None, "Cancelled before it began.")
        current = self._current
        if current is not None and wanted in {None, current.number}:
            self._stop(current, request, answer)
        elif waiting:
            frame = self._stage.timeline.first_unprotected()
            answer(Cancelled(request_id=request.request_id, apply_frame=frame))
        else:
            raise _nothing_to_cancel(wanted)

    def close(self) -> None:
        """Forgets everything; what the worker still has in hand is dropped when it comes."""
        self._closed = True
        self._play(None)

    def tick(self) -> None:
        """Does what time asks for: the next window, a hold if it is late, and what is to be said."""
        timeline, current = self._stage.timeline, self._current
        if current is not None:
            if timeline.hold_if_late(current.stop_frame):
                self._stage.say_late(current)
            if _begins(current) and timeline.play_frame() >= (current.apply_frame or 0):
                self._stage.say(State.PLAYING, current, current.apply_frame)
            if timeline.plan.ended and timeline.play_frame() >= timeline.plan.stop:
                self._stage.say(State.FINISHED, current, timeline.plan.stop)
                self._play(None)
            self._chaining.ask_if_needed()
        timeline.forget_played()

    def after_work(self) -> None:
        """Takes note of an interaction that ended because a network failed."""
        if self._chaining.failed:
            self._play(None)

    def next_event_ns(self) -> int | None:
        """When `tick` has something to do by itself; None while nothing plays."""
        timeline, current = self._stage.timeline, self._current
        times = [timeline.next_event_ns(), self._chaining.next_event_ns()]
        if current is not None and _begins(current):
            times.append(timeline.time_ns(current.apply_frame or 0))
        if current is not None and timeline.plan.ended:
            times.append(timeline.time_ns(timeline.plan.stop))
        return min((time for time in times if time is not None), default=None)

    def _play(self, interaction: Interaction | None) -> None:
        self._current = interaction
        self._chaining.follow(interaction)

    def _begin(
        self, interaction: Interaction, outcome: Outcome[Made] | Outcome[Made | None], answer: Answer, queued_ns: int
    ) -> None:
        stage, made = self._stage, outcome.value
        if self._closed or interaction.withdrawn or made is None:
            self._pending.pop(interaction.number, None)
            answer(self._why_not(interaction, outcome.error))
            return
        frame, decided_ns = stage.place_of(made.draft)
        if made.draft.version != stage.timeline.plan.version or not stage.timeline.replace_from(
            frame, made.draft.frames, interaction=interaction.number, anchor_offset=made.generated.anchor_offset
        ):
            self._fit_again(interaction, made, answer, queued_ns)
            return
        del self._pending[interaction.number]
        if self._current is not None:
            words = f"Interaction {interaction.number} took its place."
            stage.say(State.CANCELLED, self._current, frame, words)
        frame_count = interaction.frame_count(stage.timeline.rate_hz)
        interaction.apply_frame = frame
        interaction.stop_frame = None if frame_count is None else frame + frame_count
        self._play(interaction)
        self._answer_begun(interaction, made, frame, answer, queued_ns)
        stage.say_steps(interaction, made.generated)
        stage.send_change(decided_ns)
        stage.metrics.measure_ns("trigger_to_first_block", stage.clock() - interaction.received_ns)

    def _answer_begun(self, interaction: Interaction, made: Made, frame: int, answer: Answer, queued_ns: int) -> None:
        stage, now_ns = self._stage, self._stage.clock()
        timing_ns = {
            "queue": queued_ns,
            **made.generated.timing_ns,
            "plan": now_ns - made.draft.decided_ns,
            "total": now_ns - interaction.received_ns,
        }
        stage.measure(timing_ns)
        stage.metrics.count("interactions")
        answer(
            InteractionAccepted(
                request_id=interaction.request.request_id,
                interaction=interaction.number,
                apply_frame=frame,
                timing_ms={name: max(0.0, duration_ns * _MS_PER_NS) for name, duration_ns in timing_ns.items()},
            )
        )

    def _fit_again(self, interaction: Interaction, made: Made, answer: Answer, queued_ns: int) -> None:
        """The plan or the play head moved on while the window was fitted in: the same window, at another place."""
        stage = self._stage
        stage.learn_refusal(made.draft)

        def run() -> Made:
            draft = stage.planner.first_draft(interaction, made.generated, stage.timeline)
            return Made(generated=made.generated, draft=draft)

        done = carried(lambda outcome: self._begin(interaction, outcome, answer, queued_ns))
        stage.scheduler.submit(run, done, due_ns=URGENT)

    def _why_not(self, interaction: Interaction, error: Exception | None) -> Exception:
        if self._closed:
            return RequestRefused(Code.UNKNOWN_SESSION, "The session was closed before the interaction began.")
        if interaction.withdrawn:
            words = f"Interaction {interaction.number} was cancelled before it began."
            return RequestRefused(Code.UNKNOWN_INTERACTION, words)
        error = error or RuntimeError("the worker returned nothing")
        self._stage.say_failed(interaction, error)
        return error

    def _stop(self, current: Interaction, request: Cancel, answer: Answer) -> None:
        stage = self._stage
        stage.scheduler.submit(
            lambda: stage.planner.stop_draft(request.blend_out_s, current.floor_height, stage.timeline),
            carried(lambda outcome: self._stopped(current, request, outcome, answer)),
            due_ns=URGENT,
        )

    def _stopped(self, interaction: Interaction, request: Cancel, outcome: Outcome[Draft], answer: Answer) -> None:
        stage, draft = self._stage, outcome.value
        timeline = stage.timeline
        if self._current is not interaction or (
            timeline.plan.ended and timeline.plan.stop <= timeline.first_unprotected()
        ):
            answer(_nothing_to_cancel(request.interaction))
            return
        if draft is None:
            answer(outcome.error or RuntimeError("the worker returned nothing"))
            return
        frame, decided_ns = stage.place_of(draft)
        if draft.version != timeline.plan.version or not timeline.replace_from(
            frame, draft.frames, interaction=interaction.number
        ):
            stage.learn_refusal(draft)
            self._stop(interaction, request, answer)
            return
        self._play(None)
        stage.say(State.CANCELLED, interaction, frame)
        answer(Cancelled(request_id=request.request_id, apply_frame=frame))
        stage.send_change(decided_ns)


def _begins(interaction: Interaction) -> bool:
    return interaction.state is State.ACCEPTED and interaction.apply_frame is not None


def _nothing_to_cancel(wanted: int | None) -> RequestRefused:
    named = "an interaction that plays or is planned" if wanted is None else f"interaction {wanted}"
    return RequestRefused(
        Code.UNKNOWN_INTERACTION, f"Expected {named} in this session, there is none: it may have ended already."
    )
