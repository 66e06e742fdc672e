"""Real sampling loops of the animator, as int8 is calibrated and chosen on: every diffusion time, real anchors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Float

from ponimator_export.sampled import joint_differences
from ponimator_runtime.diffusion.plan import ddim_plan
from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_runtime.models.backends.graph import Graph
from ponimator_runtime.models.backends.onnx import OnnxGraph
from ponimator_runtime.models.bundle import Bundle
from ponimator_runtime.models.signatures import STEP_INPUTS, STEP_OUTPUTS
from ponimator_training.sampling import SAMPLING_STEPS
from ponimator_training.windows import Windows

MARGIN: Final = 0.5
"""How much of what is promised the calibration may use up; the comparison with torch draws other anchors."""
_WINDOWS_AT_ONCE = 4
"""The calls of a whole loop of so many are held at a time."""
_SEED = 1
"""Other noise than the comparison draws."""


class StepRecorder:
    """A step graph that keeps what it was called with."""

    def __init__(self, graph: Graph) -> None:
        """Takes the graph, which it runs."""
        self._graph = graph
        self.calls: list[dict[str, np.ndarray]] = []

    def input_sizes(self, name: str) -> tuple[int, ...]:
        """Of the graph."""
        return self._graph.input_sizes(name)

    def output_sizes(self, name: str) -> tuple[int, ...]:
        """Of the graph."""
        return self._graph.output_sizes(name)

    def __call__(self, *values: np.ndarray) -> tuple[np.ndarray, ...]:
        """What the graph gives."""
        self.calls.append(dict(zip(STEP_INPUTS, values, strict=True)))
        return self._graph(*values)


class AnimatorCalibration:
    """Sampling loops of the animator around given anchors, in fp32 and with another step graph."""

    def __init__(self, bundle: Bundle, windows: Windows, *, steps: int = SAMPLING_STEPS) -> None:
        """Puts the anchors in.

        Args:
            bundle: in fp32, on the CPU.
            windows: whose anchors are animated.
            steps: K of a loop.
        """
        self._bundle, self._windows = bundle, windows
        self._plan = ddim_plan(cosine_schedule(bundle.card.training_steps), steps)
        self._noise = np.random.default_rng(_SEED).standard_normal(windows.motion.shape)
        self._exact: Float[np.ndarray, "B P N 135"] | None = None

    def calls(self) -> Iterator[dict[str, np.ndarray]]:
        """Inputs of the step graph, by name, a few windows at a time through whole loops."""
        motion = []
        for first in range(0, len(self._noise), _WINDOWS_AT_ONCE):
            recorder = StepRecorder(self._bundle.animator.graphs.step)
            motion.append(self._sampled(recorder, slice(first, first + _WINDOWS_AT_ONCE)))
            yield from recorder.calls
        self._exact = np.concatenate(motion)

    def fits(self, step: Path) -> bool:
        """Whether motion from another step graph keeps well within what the reduced precisions promise."""
        exact = self._exact
        if exact is None:
            exact = self._exact = self._sampled(self._bundle.animator.graphs.step, slice(None))
        found = self._sampled(OnnxGraph(step, STEP_INPUTS, STEP_OUTPUTS), slice(None))
        rest_joints = np.repeat(self._windows.rest_joints[:, :, None], found.shape[2], axis=2)  # (B, P, N, 22, 3)
        distance_mm, angle_deg = joint_differences(exact, found, rest_joints)
        promised = self._bundle.card.tolerances
        return bool(
            distance_mm.mean() <= MARGIN * promised.mean_joints_mm
            and angle_deg.mean() <= MARGIN * promised.mean_rotation_deg
        )

    def _sampled(self, step: Graph, rows: slice) -> Float[np.ndarray, "B P N 135"]:
        """Features of the motion that a step graph finds for some of the windows."""
        animator, windows = self._bundle.animator, self._windows
        anchor = windows.anchor[rows].astype(np.float64)
        kept, animator.graphs.step = animator.graphs.step, step
        try:
            latent = animator.sample(
                self._noise[rows], anchor, windows.anchor_joints[rows], windows.anchor_index[rows], plan=self._plan
            )
        finally:
            animator.graphs.step = kept
        return animator.residual(latent) + anchor[:, :, None]
