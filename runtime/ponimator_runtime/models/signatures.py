"""Names of every graph's inputs and outputs, in their order: what exporter and runtime agree on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ponimator_runtime.errors import CardMismatch

ANIMATOR_CONDITIONS = ("anchor", "anchor_joints", "anchor_index")
GENERATOR_CONDITIONS = ("given_pose", "given", "text", "has_text")
TIMESTEP = "timestep"
"""Last input of a condition graph: the K diffusion times of the sampling loop."""
MODULATIONS = "modulations"
CONDITION_OUTPUTS = (MODULATIONS, "given_tokens", "noise_mask")
STEP_INPUTS = ("noisy", *CONDITION_OUTPUTS)
STEP_OUTPUTS = ("clean",)
ADVANCE_INPUTS = ("latent", "previous", "coefficients", "guidance", "known", "where", *CONDITION_OUTPUTS)
ADVANCE_OUTPUTS = ("next_latent", "held")
"""Of a step with the solver's update in it: x_t and the last x̂₀ to the next x_t and to x̂₀."""


def check_signature(path: Path, what: str, found: Sequence[str], expected: Sequence[str]) -> None:
    """Refuses a graph of another network.

    Args:
        path: of the graph, for the message.
        what: "inputs" or "outputs".
        found: names, in the graph's order.
        expected: names, in the runtime's order.

    Raises:
        CardMismatch: they differ.
    """
    if tuple(found) != tuple(expected):
        raise CardMismatch(
            f"{path} has the {what} {', '.join(found)}; expected {', '.join(expected)}. Export the bundle again."
        )
