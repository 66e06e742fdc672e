"""What a person asks for, and what they are told: the panel beside the stage of a live session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import viser

from ponimator_runtime.client.counters import Counters
from ponimator_runtime.wire import Profile
from ponimator_runtime.wire.limits import MAX_TEXT_CHARACTERS

_FIRST_TEXT: Final = "two people shake hands"
_EXAMPLES: Final = ("two people shake hands", "two people hug", "a high five", "a slow dance", "one pushes the other")
_LONGEST_S: Final = 60.0
_MOST_SEED: Final = 2**31


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What to trigger.

    Attributes:
        text: what the two do.
        seconds: how long; None: until cancelled.
        seed: None: another motion each time.
    """

    text: str
    seconds: float | None
    seed: int | None


class Panel:
    """Buttons, fields and read-outs."""

    def __init__(
        self,
        gui: viser.GuiApi,
        *,
        trigger: Callable[[Wish], None],
        cancel: Callable[[], None],
        choose: Callable[[Profile], None],
    ) -> None:
        """Adds them; what is called must not wait."""
        gui.add_markdown("### What do they do?")
        self._text = gui.add_text("Text", _FIRST_TEXT)
        examples = gui.add_dropdown("Examples", _EXAMPLES, initial_value=_FIRST_TEXT)
        examples.on_update(lambda _: setattr(self._text, "value", examples.value))
        go = gui.add_button("Trigger", color="teal", hint="Begins now; what plays is interrupted")
        stop = gui.add_button("Cancel", color="gray", hint="What plays comes to rest")
        with gui.add_folder("How"):
            self._seconds = gui.add_slider("Seconds", 1.0, _LONGEST_S, 0.5, 6.0)
            self._endless = gui.add_checkbox("Until cancelled", initial_value=False)
            self._seed = gui.add_number("Seed", 1, min=0, max=_MOST_SEED, step=1)
            self._any_seed = gui.add_checkbox("Another seed each time", initial_value=False)
            self._profile = gui.add_dropdown(
                "Profile", [profile.value for profile in Profile], initial_value=Profile.BALANCED.value
            )
            self._speed = gui.add_slider("Speed", 0.1, 1.0, 0.05, 1.0)
            self._ghost = gui.add_checkbox("Show the interactive pose", initial_value=True)
        self._told = gui.add_markdown("")
        self._news = gui.add_markdown("")
        go.on_click(lambda _: trigger(self._wish()))
        stop.on_click(lambda _: cancel())
        self._profile.on_update(lambda _: choose(Profile(self._profile.value)))

    @property
    def speed(self) -> float:
        """Of the motion; below 1 it falls behind the stream."""
        return float(self._speed.value)

    @property
    def shows_anchor(self) -> bool:
        """Whether the ghosts of the interactive pose are shown."""
        return bool(self._ghost.value)

    def tell(self, state: str, counters: Counters, *, behind_s: float, steps: int | None) -> None:
        """How the session stands."""
        rows = [
            ("State", state),
            ("Ready ahead", f"{counters.buffered_s:.2f} s"),
            ("Delay, jitter", f"{1000 * counters.delay_s:.0f}, {1000 * counters.jitter_s:.1f} ms"),
            ("Round trip", f"{counters.round_trip_ms:.1f} ms"),
            ("Blocks, gaps, resends", f"{counters.blocks}, {counters.gaps}, {counters.resends}"),
            ("Late frames, holds", f"{counters.late_frames}, {counters.holds}"),
        ]
        if behind_s > 0:
            rows.append(("Behind the stream", f"{behind_s:.1f} s"))
        if steps is not None:
            rows.append(("Diffusion steps", f"{steps}"))
        lines = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
        content = "\n".join(lines)
        if content != self._told.content:
            self._told.content = content

    def announce(self, words: str) -> None:
        """The newest thing that happened."""
        self._news.content = words

    def _wish(self) -> Wish:
        return Wish(
            text=self._text.value.strip()[:MAX_TEXT_CHARACTERS],
            seconds=None if self._endless.value else float(self._seconds.value),
            seed=None if self._any_seed.value else int(self._seed.value),
        )
