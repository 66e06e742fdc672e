"""One interaction of a session, from its request to its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.wire import Interact, State


@dataclass(kw_only=True, slots=True)
class Interaction:
    """What was asked for, and where it stands on the timeline.

    Attributes:
        number: its id in the session.
        request: as it came.
        betas: the characters' shapes, (2, 10).
        steps: of each network's sampling.
        random_numbers: all chance in it; only the worker draws from it.
        floor_height: of the place where it happens, m.
        received_ns: when the request came.
        state: what was last said about it.
        apply_frame: first absolute frame at which it shows; None until it is planned.
        stop_frame: behind its last frame; None while there is no end in sight.
        withdrawn: cancelled before it was planned.
        late: the plan plays on into its tail.
        said_steps: diffusion steps of its windows as last said; None while they are as asked for.
    """

    number: int
    request: Interact
    betas: Float[np.ndarray, "2 10"]
    steps: int
    random_numbers: np.random.Generator
    floor_height: float
    received_ns: int
    state: State = State.ACCEPTED
    apply_frame: int | None = None
    stop_frame: int | None = None
    withdrawn: bool = False
    late: bool = False
    said_steps: int | None = None

    @property
    def says_where(self) -> bool:
        """The request tells where a character is."""
        return any(subject.pose is not None or subject.root is not None for subject in self.request.characters)

    def frame_count(self, rate_hz: int) -> int | None:
        """Its length in frames; None = without end."""
        duration_s = self.request.duration_s
        return None if duration_s is None else max(1, round(duration_s * rate_hz))
