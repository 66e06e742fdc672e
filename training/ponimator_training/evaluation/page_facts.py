"""What a page says of where its figures come from."""

from __future__ import annotations

import hashlib
import platform
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ponimator_runtime import __version__
from ponimator_training.checkpoint import Checkpoint
from ponimator_training.data.clips import ClipSet
from ponimator_training.evaluation.command import EvaluateCommand
from ponimator_training.evaluation.evaluation import FeatureSource
from ponimator_training.evaluation.solver_rows import SOLVER_NAMES

_SHOWN_HASH = 16


def page_facts(
    command: EvaluateCommand,
    arguments: list[str],
    checkpoints: list[Checkpoint],
    hashes: dict[Path, str],
    held_out: ClipSet,
    train: ClipSet,
    features: FeatureSource,
) -> dict[str, str]:
    """What the page says of where its figures come from."""
    versions: dict[str, Any] = {
        "ponimator-runtime": __version__,
        "Python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }
    facts = {
        "Command": f"`{shlex.join(['ponimator', 'evaluate', *arguments])}`",
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }
    for checkpoint, path in zip(checkpoints, (command.animator, command.generator), strict=True):
        trained_min = checkpoint.elapsed_s / 60
        facts[checkpoint.kind.capitalize()] = (
            f"step {checkpoint.step} after {trained_min:.0f} min of training, SHA-256 `{hashes[path][:_SHOWN_HASH]}`"
        )
    for name, path, clips in (("Held out", command.data, held_out), ("Trained on", command.train, train)):
        kinds = len(set(clips.kinds))
        facts[name] = f"{len(clips)} clips of {kinds} kinds, SHA-256 `{hashes[path][:_SHOWN_HASH]}`"
    others = [made.kind for made in checkpoints if made.provenance.get("data_sha256") != hashes[command.train]]
    if others:
        facts["Trained on"] += f" (the {' and the '.join(others)} had another set or did not say)"
    facts["Features"] = (
        f"autoencoder that leaves {features.error_mm:.0f} mm (RMS) at a joint, "
        f"SHA-256 `{features.sha256[:_SHOWN_HASH]}`"
    )
    facts["Counts"] = _counts(command)
    return facts


def _counts(command: EvaluateCommand) -> str:
    poses = f"{min(command.poses, command.windows)} poses"
    sampled = f"{poses} and {command.chains} chains, {command.steps} steps of {SOLVER_NAMES[command.solver]}"
    interval = "; ± is a 95 % interval of the mean" if command.repeats > 1 else ""
    return (
        f"{command.repeats} × {command.windows} windows (surfaces in {command.surface_windows}), "
        f"{poses if command.compare_solvers else sampled}{interval}"
    )


def told_device(device: torch.device) -> str:
    """What the networks ran on."""
    return (
        torch.cuda.get_device_name(device) if device.type == "cuda" else f"the CPU ({torch.get_num_threads()} threads)"
    )


def sha256_of(path: Path) -> str:
    """Of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
