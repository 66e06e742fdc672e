"""One optimiser step on the device.

On a GPU a step of a small network takes a few milliseconds, less than the host needs to wait for it and start over. So
the host never waits here: no number comes back from the device, and the next steps are queued while this one runs.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_training.averaging import WeightAverage
from ponimator_training.checkpoint import Checkpoint, load_weights
from ponimator_training.losses import Terms
from ponimator_training.noising import Noising
from ponimator_training.tasks import Batch, Task
from ponimator_training.training_config import Compile, Precision, TrainingConfig

NetworkT = TypeVar("NetworkT", bound=nn.Module)


class Stepper(Generic[NetworkT]):
    """Network, optimiser and moving average, and how one step changes the three."""

    def __init__(
        self,
        fabric: Fabric,
        network: NetworkT,
        task: Task[NetworkT],
        config: TrainingConfig,
        *,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        """Puts everything onto the device, with the state of a checkpoint where one is given."""
        self._fabric, self._network, self._task, self._config = fabric, network, task, config
        if checkpoint is not None:
            load_weights(network, checkpoint.weights)
        if fabric.device.type == "cuda":
            torch.set_float32_matmul_precision("high")  # TF32: what is not bfloat16 is rounded no worse
        self._rate = torch.zeros((), device=fabric.device) if fabric.device.type == "cuda" else None
        self._optimizer = torch.optim.AdamW(network.parameters(), lr=0.0, weight_decay=config.weight_decay, fused=True)
        self._forward, self._fabric_optimizer = fabric.setup(network, self._optimizer)
        self.average = WeightAverage(network, decay=config.average_decay)
        if checkpoint is not None:
            self._optimizer.load_state_dict(checkpoint.optimizer)
            self.average.load(checkpoint.averaged, updates=checkpoint.step)
        for group in self._optimizer.param_groups:
            group["capturable"] = self._rate is not None
        self._graph: _StepGraph | None = None
        self._noising = Noising(cosine_schedule(), fabric.device)
        task.to(fabric.device)
        network.train()

    def take(self, draws: Batch, *, learning_rate: float) -> Terms:
        """Learns from one batch; the terms of its loss stay on the device."""
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate if self._rate is None else self._rate.fill_(learning_rate)
        terms = self._learnt(self.on_device(draws)) if self._graph is None else self._graph.replayed(draws)
        self.average.update()
        return terms

    def capture(self, wanted: Compile, draw: Callable[[], Batch]) -> bool:
        """Records a whole step as one CUDA graph, where that can be; tells whether it did.

        A step of a small network is thousands of kernels of microseconds, which the host starts more slowly than the
        device runs them (H100, lite, batch of 512: 38 ms a step, most of it the host's).
        """
        if wanted == "off" or self._fabric.device.type != "cuda" or self._fabric.world_size > 1:
            return False
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate
        before = {name: value.clone() for name, value in self._network.state_dict().items()}
        known = {key: dict(state) for key, state in self._optimizer.state.items()}
        kept = {(key, name): value.clone() for key, state in known.items() for name, value in state.items()}
        try:
            self._graph = _StepGraph(self._learnt, self.on_device(draw()))
        except Exception as error:  # whatever it is, training can go on without
            torch.cuda.synchronize()
            warnings.warn(f"Training goes on without a CUDA graph: {_told(error)}", stacklevel=2)
        # The steps that were tried may not count. The graph knows these tensors by their place: they are filled anew.
        self._network.load_state_dict(before)
        for key, state in self._optimizer.state.items():
            for name, value in state.items():
                value.copy_(kept[key, name]) if (key, name) in kept else value.zero_()
        return self._graph is not None

    def _learnt(self, draws: Batch) -> Terms:
        """One step but for the moving average, with the learning rate that is set."""
        self._optimizer.zero_grad(set_to_none=True)
        terms = self._backward(draws)
        norm = self._fabric.clip_gradients(
            self._forward, self._fabric_optimizer, max_norm=self._config.gradient_norm, error_if_nonfinite=False
        )
        # One batch whose gradient overflowed must not end a run of days, nor poison its weights: the fused optimiser
        # skips the step where this flag is not zero, and reads it on the device.
        self._optimizer.found_inf = (~torch.isfinite(norm)).float()  # type: ignore[attr-defined, arg-type]
        self._fabric_optimizer.step()
        return {name: term.detach() for name, term in terms.items()}

    def compile(self, wanted: Compile, draw: Callable[[], Batch]) -> bool:
        """Compiles network and losses where that is wanted, and tries both on a batch; tells whether they are.

        "auto" compiles for CUDA: on a CPU the products take the time, and compiling gains little. What cannot be
        compiled here is run as it is, with a warning that says why.
        """
        if wanted == "off" or (wanted == "auto" and not _compiles_for(self._fabric.device)):
            return False
        as_written = self._task.terms
        self._task.terms = torch.compile(as_written)
        self._network.compile()
        try:
            self._backward(self.on_device(draw()))
        except Exception as error:  # whatever it is, training can go on without
            warnings.warn(f"Training goes on uncompiled: {_told(error)}", stacklevel=2)
            self._task.terms = as_written
            self._network._compiled_call_impl = None  # what `Module.compile` set; torch has no way back
            return False
        finally:
            self._optimizer.zero_grad(set_to_none=True)
        return True

    def held_out_terms(self, task: Task[NetworkT], draws: list[Batch]) -> Terms:
        """Mean terms of the averaged network on other clips; uncompiled, as it happens only every few minutes."""
        sums: dict[str, Tensor] = {}
        with (
            self.average.in_place_of(self._network),
            torch.no_grad(),
            torch.compiler.set_stance("force_eager"),
        ):
            self._network.eval()
            for some in draws:
                batch = task.batch(self.on_device(some))
                for name, term in task.losses(self._forward, self._network, batch, self._noising).items():
                    sums[name] = sums.get(name, torch.zeros_like(term)) + term / len(draws)
            self._network.train()
        return sums

    def optimizer_state(self) -> dict[str, Any]:
        """For a checkpoint."""
        return self._optimizer.state_dict()

    def on_device(self, draws: Batch) -> Batch:
        """The draws there; from pinned memory the copy waits for nothing."""
        if self._fabric.device.type == "cuda":
            draws = {name: value.pin_memory() for name, value in draws.items()}
        return {name: self._fabric.to_device(value) for name, value in draws.items()}

    def _backward(self, draws: Batch) -> Terms:
        batch = self._task.batch(draws)
        with attention_for(self._fabric.device, self._config.precision):
            terms = self._task.losses(self._forward, self._network, batch, self._noising)
            self._fabric.backward(terms["total"])
        return terms


class _StepGraph:
    """A step that was recorded once and is started as a whole: its tensors keep their place, their numbers change."""

    _WARM_UP_STEPS = 3

    def __init__(self, learnt: Callable[[Batch], Terms], draws: Batch) -> None:
        """Records what `learnt` does to draws of this shape."""
        self._draws = {name: value.clone() for name, value in draws.items()}
        # Libraries choose their kernels and the optimiser makes its state before anything is recorded.
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(self._WARM_UP_STEPS):
                learnt(self._draws)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._terms = learnt(self._draws)

    def replayed(self, draws: Batch) -> Terms:
        """The terms of a step on other draws."""
        for name, value in draws.items():
            self._draws[name].copy_(value.pin_memory(), non_blocking=True)
        self._graph.replay()
        return {name: term.clone() for name, term in self._terms.items()}


def step_generator(seed: int, rank: int, step: int) -> np.random.Generator:
    """The step's generator; torch's own (noise, timesteps, dropout) is seeded from it."""
    rng = np.random.default_rng((seed, rank, step))
    torch.manual_seed(int(rng.integers(2**62)))
    return rng


def attention_for(device: torch.device, precision: Precision) -> AbstractContextManager[Any]:
    """The kernels that may compute attention, and its gradient.

    On a CPU in bfloat16 the plain product is three times as fast as the fused kernel at these lengths (measured). On a
    GPU cuDNN's may not: its backward pass gives wrong gradients on Hopper, with no error said, at lengths that are no
    multiple of its tile (pytorch issues 150700 and 196678). A run of ours came apart so, again and again.
    """
    if device.type == "cuda":
        safe: AbstractContextManager[Any] = sdpa_kernel(
            [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
        )
        return safe
    if precision == "bf16-mixed":
        plain: AbstractContextManager[Any] = sdpa_kernel(SDPBackend.MATH)
        return plain
    return nullcontext()


def _compiles_for(device: torch.device) -> bool:
    return device.type == "cuda" and importlib.util.find_spec("triton") is not None


def _told(error: Exception) -> str:
    """The beginning of what it says; the compiler's own errors go on for pages."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {' '.join(lines[:2])}"
