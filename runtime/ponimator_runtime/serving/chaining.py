"""Window after window while an interaction lasts, each asked for before it is needed."""

from __future__ import annotations

from ponimator_runtime.serving.agenda import Demand, Outcome
from ponimator_runtime.serving.batching import Work
from ponimator_runtime.serving.interaction import Interaction
from ponimator_runtime.serving.load import TIGHT_S
from ponimator_runtime.serving.logs import carried
from ponimator_runtime.serving.scheduler import URGENT
from ponimator_runtime.serving.stage import Made, Stage
from ponimator_runtime.serving.timeline import NS_PER_S


class Chaining:
    """The windows after the first one of the interaction that plays."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._playing: Interaction | None = None
        self._asked = False
        self._dry_ns = 0
        self.failed = False

    def follow(self, interaction: Interaction | None) -> None:
        """From now on windows are for this interaction; what comes for another one is dropped."""
        self._playing = interaction
        self._asked = False
        self.failed = False

    def next_event_ns(self) -> int | None:
        """When the next window is to be asked for; None where it has been, or none is needed."""
        timeline = self._stage.timeline
        if self._playing is None or self._asked or timeline.plan.ended:
            return None
        return timeline.time_ns(max(0, timeline.plan.stop - timeline.pacing.chain_ahead_frames + 1))

    def ask_if_needed(self) -> None:
        """Asks for the next window where the plan does not reach far enough."""
        timeline, interaction = self._stage.timeline, self._playing
        if interaction is None or self._asked or timeline.plan.ended:
            return
        timeline.pacing.expect_window(self._stage.scheduler.load.turnaround_s)
        if timeline.plan.stop - timeline.play_frame() >= timeline.pacing.chain_ahead_frames:
            return
        self._asked = True
        asked_ns = self._stage.clock()
        planner = self._stage.planner

        def work() -> Work[Made | None]:
            if interaction is not self._playing:
                return None  # nobody waits for it any more
            generated = yield from planner.next_window_work(interaction, timeline)
            return Made(generated=generated, draft=planner.next_draft(interaction, generated, timeline))

        dry_ns = self._dry_ns = timeline.time_ns(max(0, timeline.plan.stop - timeline.pacing.reserve_frames))
        self._stage.scheduler.submit_window(
            work(),
            carried(lambda outcome: self._append(interaction, outcome, asked_ns)),
            due_ns=dry_ns,
            demand=Demand(steps=interaction.steps, dry_ns=dry_ns, chained=True),
        )

    def _append(self, interaction: Interaction, outcome: Outcome[Made] | Outcome[Made | None], asked_ns: int) -> None:
        stage, made = self._stage, outcome.value
        if interaction is not self._playing or stage.timeline.plan.ended:
            return  # another one plays, or this one came to its end while the window was made
        if made is None:
            self._give_up(interaction, outcome.error or RuntimeError("the worker returned nothing"))
            return
        if made.draft.version != stage.timeline.plan.version:
            self._fit_again(interaction, made, asked_ns)
            return
        spare_s = (self._dry_ns - stage.clock()) / NS_PER_S
        stage.timeline.append(made.draft.frames, interaction=interaction.number)
        self._asked = False
        interaction.late = False
        stage.timeline.pacing.add_window((stage.clock() - asked_ns) / NS_PER_S if spare_s < TIGHT_S else 0.0)
        stage.metrics.count("windows_chained")
        stage.measure(made.generated.timing_ns)
        stage.say_steps(interaction, made.generated)

    def _fit_again(self, interaction: Interaction, made: Made, asked_ns: int) -> None:
        """The plan has played on into its tail since: the same window has to take over from there."""
        stage = self._stage

        def run() -> Made:
            draft = stage.planner.next_draft(interaction, made.generated, stage.timeline)
            return Made(generated=made.generated, draft=draft)

        stage.metrics.count("drafts_again")
        done = carried(lambda outcome: self._append(interaction, outcome, asked_ns))
        stage.scheduler.submit(run, done, due_ns=URGENT)

    def _give_up(self, interaction: Interaction, error: Exception) -> None:
        """A failed network ends its interaction in the tail that was planned for such a case."""
        self._stage.timeline.end_in_tail()
        self._stage.say_failed(interaction, error)
        self._playing = None
        self.failed = True
