"""How a run is optimised, where it is kept and how long it lasts; plain values, no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Decay = Literal["constant", "cosine"]
Precision = Literal["32-true", "bf16-mixed", "16-mixed"]
Compile = Literal["auto", "on", "off"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingConfig:
    """How a network is optimised; part of a recipe, and fixed for the life of a run.

    Attributes:
        batch_size: samples of a step, over all devices.
        steps: of the whole run.
        learning_rate: after the warm-up.
        warmup_steps: over which the learning rate rises from zero.
        decay: "cosine" lets it fall to a hundredth by the end of the run (or of its time), "constant" does not.
        weight_decay: of AdamW.
        gradient_norm: gradients are clipped to it.
        average_decay: share of the moving average that stays at each step.
        precision: of the network's forward pass.
        seed: of everything random.
    """

    batch_size: int
    steps: int
    learning_rate: float = 1e-4
    warmup_steps: int = 500
    decay: Decay = "constant"
    weight_decay: float = 2e-5
    gradient_norm: float = 1.0
    average_decay: float = 0.999
    precision: Precision = "32-true"
    seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOptions:
    """Where and how long to train; may differ between a run and its resumption.

    Attributes:
        out: folder for the checkpoint and the curves.
        resume: go on from the checkpoint in `out`.
        minutes: stop after so much time (counted over resumptions); None trains all steps.
        checkpoint_minutes: time between checkpoints.
        log_steps: steps between points of the curves.
        accelerator: "auto", "cpu", "cuda".
        devices: how many.
        progress: show a progress bar.
        compile: network and losses by torch.compile: "auto" does where it pays, on CUDA.
    """

    out: Path
    resume: bool = False
    minutes: float | None = None
    checkpoint_minutes: float = 5.0
    log_steps: int = 50
    accelerator: str = "auto"
    devices: int = 1
    progress: bool = True
    compile: Compile = "auto"
