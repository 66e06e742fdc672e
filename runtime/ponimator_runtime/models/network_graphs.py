"""One network as graphs: what runs before a sampling loop, and what runs at each of its steps."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Int

from ponimator_runtime.errors import CardMismatch
from ponimator_runtime.models.backends.execution import Provider
from ponimator_runtime.models.backends.graph import Graph, GraphFolder, RowByRow
from ponimator_runtime.models.backends.resident import ResidentSampler
from ponimator_runtime.models.card import GraphFiles, Precision
from ponimator_runtime.models.signatures import (
    ADVANCE_INPUTS,
    ADVANCE_OUTPUTS,
    CONDITION_OUTPUTS,
    MODULATIONS,
    STEP_INPUTS,
    STEP_OUTPUTS,
    TIMESTEP,
)

MODULATIONS_BYTES = 64 << 20
"""Most that the modulations of one batch may take at once; those of later steps are made when they are reached."""


class NetworkGraphs:
    """One network: what runs before the sampling loop, and what runs at each of its steps.

    Attributes:
        condition: conditions of B samples and K diffusion times to modulations (K, B, Q, W), given_tokens, noise_mask.
        step: noisy samples with their modulations (B, Q, W), each of the diffusion time of its own row, to clean ones.
        resident: the sampling loop on a GPU; None where it runs on the host.
    """

    condition: Graph
    step: Graph
    resident: ResidentSampler | None

    def __init__(self, folder: GraphFolder, files: GraphFiles, conditions: tuple[str, ...]) -> None:
        """Loads the graphs.

        Raises:
            CardMismatch: a file is no graph, is another graph, or the two do not belong together.
            ProviderUnavailable: what should run them is not there.
            MissingExtra: what should run them is not installed.
        """
        self.condition = folder.load(files.condition, (*conditions, TIMESTEP), CONDITION_OUTPUTS)
        self.step = folder.load(files.step, STEP_INPUTS, STEP_OUTPUTS)
        if files.precision is Precision.INT8 and folder.execution.provider is Provider.OPENVINO:
            # Its kernels of other batch sizes differ in the last bit, which rounding to integers turns into whole
            # codes: after 50 steps a row alone was 7e-3 from the same row among five.
            self.condition = RowByRow(self.condition, shared=1, row_axes=(1, 0, 0))
            self.step = RowByRow(self.step, shared=0, row_axes=(0,))
        for name in CONDITION_OUTPUTS:
            given, taken = self.condition.output_sizes(name), self.step.input_sizes(name)
            if given != taken:
                raise CardMismatch(
                    f"{folder.path / files.step} takes {name} of sizes {taken}, {files.condition} gives {given}: "
                    "they are of two networks. Export the bundle again."
                )
        self.resident = None
        if files.advance is not None and folder.execution.provider.on_gpu:
            self.resident = self.resident_in(folder, files.advance)

    def resident_in(self, folder: GraphFolder, advance_file: str) -> ResidentSampler:
        """The sampling loop where a folder's graphs keep their arrays.

        Raises:
            CardMismatch: the advance graph is none.
            ProviderUnavailable: what runs them has no memory of its own.
        """
        advance = folder.load(advance_file, ADVANCE_INPUTS, ADVANCE_OUTPUTS)
        sizes = {name: self.condition.output_sizes(name) for name in CONDITION_OUTPUTS}
        return ResidentSampler(folder.load_resident(self.condition), folder.load_resident(advance), sizes=sizes)


class PreparedSteps:
    """The step graph with conditions put in, for diffusion times that are known ahead."""

    def __init__(
        self, graphs: NetworkGraphs, conditions: tuple[np.ndarray, ...], timesteps: Int[np.ndarray, "K"]
    ) -> None:
        self._graphs = graphs
        self._conditions = conditions
        self._timesteps = timesteps.astype(np.int64)
        self._place = {int(timestep): place for place, timestep in enumerate(timesteps)}
        self._chunk = _steps_at_once(graphs, rows=len(conditions[0]))
        self._first = 0
        self._prepared: tuple[np.ndarray, ...] = self._prepare(0)

    def __call__(self, noisy: Float32[np.ndarray, "B P *N D"], timestep: int) -> Float32[np.ndarray, "B P *N D"]:
        """The clean signal."""
        first, place = divmod(self._place[timestep], self._chunk)
        if first * self._chunk != self._first:
            self._prepared = self._prepare(first * self._chunk)
        modulations, *constant = self._prepared
        (clean,) = self._graphs.step(noisy, modulations[place], *constant)
        return clean

    def _prepare(self, first: int) -> tuple[np.ndarray, ...]:
        """What the conditions give from a place in the loop on."""
        self._first = first
        return self._graphs.condition(*self._conditions, self._timesteps[first : first + self._chunk])


def _steps_at_once(graphs: NetworkGraphs, *, rows: int) -> int:
    one_step = rows * int(np.prod(graphs.step.input_sizes(MODULATIONS))) * np.dtype(np.float32).itemsize
    return max(1, MODULATIONS_BYTES // one_step)
