"""The training loop: Lightning Fabric for devices and precision, AdamW, a moving average of the weights, checkpoints.

The randomness of a step is a function of (seed, rank, step) alone, so that a run which was killed and resumed draws
what it would have drawn, on every device, with no generator's state to save.
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Generic, TypeVar

import torch
from lightning_fabric import Fabric
from lightning_fabric.loggers.tensorboard import TensorBoardLogger
from torch import Tensor, nn
from tqdm import tqdm

from ponimator_runtime.errors import ConfigError
from ponimator_training.checkpoint import (
    CHECKPOINT_NAME,
    RELEASED_NAME,
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from ponimator_training.step import Stepper, step_generator
from ponimator_training.tasks import Batch, Task
from ponimator_training.training_config import RunOptions, TrainingConfig

NetworkT = TypeVar("NetworkT", bound=nn.Module)

_HELD_OUT_BATCHES = 8
_HELD_OUT_SEED = 20_000_003


@dataclass(kw_only=True)
class Run(Generic[NetworkT]):
    """One training run.

    Attributes:
        task: what is learned.
        network: from fresh weights; trained in place.
        network_settings: its configuration as plain values.
        config: how it is optimised.
        options: where and how long.
        held_out: the same task on clips that are not trained on, for a second curve.
        provenance: written into every checkpoint.
    """

    task: Task[NetworkT]
    network: NetworkT
    network_settings: dict[str, Any]
    config: TrainingConfig
    options: RunOptions
    held_out: Task[NetworkT] | None = None
    provenance: dict[str, Any] = field(default_factory=dict)
    _step: int = 0
    _elapsed_s: float = 0.0

    @property
    def checkpoint_path(self) -> Path:
        """Where the run is kept."""
        return self.options.out / CHECKPOINT_NAME

    def train(self) -> Checkpoint:
        """Trains to the last step, the end of the time or a stop signal, and returns what was saved then.

        Raises:
            ConfigError: there is a run already and it is not to be resumed, or it had another recipe.
            DataError: the checkpoint to resume cannot be read.
        """
        checkpoint = self._checkpoint_to_resume()
        logger = TensorBoardLogger(self.options.out, name="curves", version="")
        fabric = Fabric(
            accelerator=self.options.accelerator,
            devices=self.options.devices,
            precision=self.config.precision,
            loggers=logger,
        )
        fabric.launch()
        stepper = Stepper(fabric, self.network, self.task, self.config, checkpoint=checkpoint)
        if checkpoint is not None:
            self._step, self._elapsed_s = checkpoint.step, checkpoint.elapsed_s
        if self.held_out is not None:
            self.held_out.to(fabric.device)
        stepper.compile(self.options.compile, lambda: self._draws(fabric))
        stepper.capture(self.options.compile, lambda: self._draws(fabric))
        with _stop_signal() as stop:
            self._loop(fabric, stepper, stop)
            self._log_held_out(fabric, stepper)
        logger.finalize("success")
        last = self._save(fabric, stepper)
        if fabric.is_global_zero:
            save_checkpoint(last.released(), self.options.out / RELEASED_NAME)
        return last

    def _loop(self, fabric: Fabric, stepper: Stepper[NetworkT], stop: list[int]) -> None:
        sums: dict[str, Tensor] = {}
        logged_step = self._step
        clock = saved_at = logged_at = time.monotonic()
        with self._progress_bar(fabric) as bar:
            while self._step < self.config.steps and not self._out_of_time() and not stop:
                terms = stepper.take(self._draws(fabric), learning_rate=self.learning_rate())
                sums = {name: sums[name] + term for name, term in terms.items()} if sums else terms
                self._step += 1
                if self._step % self.options.log_steps == 0:
                    # The first number that is asked of the device waits for all its steps: then the clock is true.
                    steps = self._step - logged_step
                    values = {f"train/{name}": float(total) / steps for name, total in sums.items()}
                    ms_per_step = (time.monotonic() - logged_at) / steps * 1e3
                    fabric.log_dict(
                        values | {"learning_rate": self.learning_rate(), "ms_per_step": ms_per_step}, self._step
                    )
                    bar.set_postfix_str(f"step {self._step}, loss {values['train/total']:.4f}, {ms_per_step:.0f} ms")
                    sums, logged_step, logged_at = {}, self._step, time.monotonic()
                now = time.monotonic()
                self._elapsed_s, clock = self._elapsed_s + now - clock, now
                # The last step may end after the time is over; tqdm knows nothing beyond its total.
                done = self._step if self.options.minutes is None else min(self._elapsed_s, bar.total or 0.0)
                bar.update(done - bar.n)
                if now - saved_at > self.options.checkpoint_minutes * 60:
                    self._save(fabric, stepper)
                    self._log_held_out(fabric, stepper)
                    saved_at = time.monotonic()

    def _draws(self, fabric: Fabric) -> Batch:
        """Of the present step; torch's own randomness is the step's from here on."""
        rng = step_generator(self.config.seed, fabric.global_rank, self._step)
        return self.task.draws(rng, max(1, self.config.batch_size // fabric.world_size))

    def _progress_bar(self, fabric: Fabric) -> tqdm[Any]:
        """Counts what will end the run: the time where one is set, else the steps."""
        hidden = not (self.options.progress and fabric.is_global_zero)
        if self.options.minutes is None:
            return tqdm(total=self.config.steps, initial=self._step, unit="step", disable=hidden)
        seconds = "{l_bar}{bar}| {n:.0f}/{total:.0f} s [{remaining}{postfix}]"
        total_s = 60 * self.options.minutes
        return tqdm(total=total_s, initial=self._elapsed_s, bar_format=seconds, mininterval=1.0, disable=hidden)

    def learning_rate(self) -> float:
        """Of the present step."""
        config = self.config
        rate = config.learning_rate * min(1.0, (self._step + 1) / max(1, config.warmup_steps))
        if config.decay == "constant":
            return rate
        progress = self._step / config.steps
        if self.options.minutes is not None:
            progress = max(progress, self._elapsed_s / (60 * self.options.minutes))
        return rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))

    def _out_of_time(self) -> bool:
        return self.options.minutes is not None and self._elapsed_s >= 60 * self.options.minutes

    def _log_held_out(self, fabric: Fabric, stepper: Stepper[NetworkT]) -> None:
        """The averaged network's losses on clips it never saw, always on the same draws."""
        if self.held_out is None or not fabric.is_global_zero:
            return
        with torch.random.fork_rng():
            draws = [
                self.held_out.draws(step_generator(_HELD_OUT_SEED, 0, index), self.config.batch_size)
                for index in range(_HELD_OUT_BATCHES)
            ]
            terms = stepper.held_out_terms(self.held_out, draws)
        fabric.log_dict({f"held_out/{name}": float(term) for name, term in terms.items()}, self._step)

    def _checkpoint_to_resume(self) -> Checkpoint | None:
        if not self.options.resume:
            if self.checkpoint_path.exists():
                raise ConfigError(f"{self.options.out} holds a run already: give --resume, or another --out.")
            return None
        checkpoint = load_checkpoint(self.checkpoint_path)
        ours = (self.task.kind, self.network_settings, asdict(self.config) | {"task": self.task.settings})
        if (checkpoint.kind, checkpoint.network, checkpoint.training) != ours:
            raise ConfigError(f"{self.checkpoint_path} was trained with another recipe; resume it with the same one.")
        return checkpoint

    def _save(self, fabric: Fabric, stepper: Stepper[NetworkT]) -> Checkpoint:
        checkpoint = Checkpoint(
            kind=self.task.kind,
            network=self.network_settings,
            weights=self.network.state_dict(),
            averaged=stepper.average.state(),
            optimizer=stepper.optimizer_state(),
            step=self._step,
            elapsed_s=self._elapsed_s,
            training=asdict(self.config) | {"task": self.task.settings},
            provenance=self.provenance,
        )
        if fabric.is_global_zero:
            save_checkpoint(checkpoint, self.checkpoint_path)
        return checkpoint


@contextmanager
def _stop_signal() -> Iterator[list[int]]:
    """A list that is no longer empty once the process was asked to stop: the step is finished and saved first."""
    asked: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
