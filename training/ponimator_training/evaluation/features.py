"""A small autoencoder of motion windows: its code is what FID, precision, recall and diversity are measured on.

Trained on the training set alone, once, and kept beside the table with its hash, so that two tables with the same
hash can be compared. It sees the joints of both bodies in model space, never rotations, shapes or texts.
"""

from __future__ import annotations

import hashlib
import json
import math
import zipfile
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm import tqdm

from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_training.network.animator import PERSONS
from ponimator_training.windows import WindowSampler

CODE_WIDTH = 32
"""L."""
_CHANNELS = 96
_COORDINATES = PERSONS * BODY_JOINT_COUNT * 3
_STRIDE = 2
_BATCH = 128
_LEARNING_RATE = 2e-3
_MEASURED = 4
"""Batches that units and the error at the end are measured on, at least."""
_SMALLEST_SPREAD_M = 0.01
_ENCODED_AT_ONCE = 512
_DRAWN_AT_ONCE = 512
_POOL = 16384
"""Windows that the autoencoder is trained on, drawn once: drawing takes longer than a step of the training."""
_CPU = torch.device("cpu")


class WindowAutoencoder(nn.Module):
    """Two strided convolutions over time and a linear layer to the code, and the way back."""

    mean: Tensor
    spread: Tensor

    def __init__(self, frames: int) -> None:
        """Fresh weights for windows of N frames."""
        super().__init__()
        self.frames = frames
        half_frames = math.ceil(frames / _STRIDE)
        self.quarter = math.ceil(half_frames / _STRIDE)
        self.register_buffer("mean", torch.zeros(_COORDINATES, 1))
        self.register_buffer("spread", torch.ones(()))
        self.encoder = nn.Sequential(
            nn.Conv1d(_COORDINATES, _CHANNELS, 3, stride=_STRIDE, padding=1),
            nn.GELU(),
            nn.Conv1d(_CHANNELS, _CHANNELS, 3, stride=_STRIDE, padding=1),
            nn.GELU(),
            nn.Flatten(),
            nn.Linear(_CHANNELS * self.quarter, CODE_WIDTH),
        )
        self.widen = nn.Linear(CODE_WIDTH, _CHANNELS * self.quarter)
        self.decoder = nn.Sequential(
            nn.GELU(),
            nn.Upsample(size=half_frames, mode="linear"),
            nn.Conv1d(_CHANNELS, _CHANNELS, 3, padding=1),
            nn.GELU(),
            nn.Upsample(size=frames, mode="linear"),
            nn.Conv1d(_CHANNELS, _COORDINATES, 3, padding=1),
        )

    def forward(self, joints: Float[Tensor, "W P N 22 3"]) -> tuple[Tensor, Tensor]:
        """Codes (W, L), and the mean squared error of what comes back, in units of the spread."""
        flat = joints.permute(0, 1, 3, 4, 2).reshape(len(joints), _COORDINATES, self.frames)
        scaled = (flat - self.mean) / self.spread
        code: Tensor = self.encoder(scaled)
        back = self.decoder(self.widen(code).reshape(len(code), _CHANNELS, self.quarter))
        return code, (back - scaled).square().mean()

    def codes(self, joints: Float[np.ndarray, "W P N 22 3"]) -> Float[np.ndarray, "W L"]:
        """Features of windows."""
        found = []
        with torch.inference_mode():
            for start in range(0, len(joints), _ENCODED_AT_ONCE):
                part = torch.as_tensor(joints[start : start + _ENCODED_AT_ONCE], dtype=torch.float32)
                found.append(self(part)[0].double().numpy())
        return np.concatenate(found)


def trained_autoencoder(
    sampler: WindowSampler, *, steps: int, seed: int, device: torch.device = _CPU, progress: bool = True
) -> tuple[WindowAutoencoder, float]:
    """An autoencoder of the windows of a training set, and the distance that it leaves at a joint, mm (RMS).

    Args:
        sampler: of the training set; as many windows are drawn once as the steps could see, but no more than a pool.
        steps: of the training.
        seed: of weights and draws.
        device: that trains; the network comes back to the CPU.
        progress: shows a bar.
    """
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = WindowAutoencoder(sampler.frames).to(device)
    seen = _drawn(sampler, rng, min(_POOL, max(steps, _MEASURED) * _BATCH)).to(device)
    flat = seen.permute(0, 1, 3, 4, 2).reshape(len(seen), _COORDINATES, -1)
    network.mean.copy_(flat.mean(dim=(0, 2))[:, None])
    network.spread.copy_((flat - network.mean).square().mean().sqrt().clamp(min=_SMALLEST_SPREAD_M))
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in tqdm(range(steps), desc="autoencoder", disable=not progress):
        batch = torch.from_numpy(rng.integers(len(seen), size=_BATCH)).to(device)
        _, loss = network(seen[batch])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        fall.step()
    network.cpu().eval()
    with torch.inference_mode():
        error = network(_drawn(sampler, rng, _MEASURED * _BATCH))[1]
    return network, float((3 * error).sqrt() * network.spread * 1000)


def _drawn(sampler: WindowSampler, rng: np.random.Generator, count: int) -> Float[Tensor, "W P N 22 3"]:
    """Joints of windows of a set, a few at a time: what else a window holds is dropped at once."""
    parts = [min(_DRAWN_AT_ONCE, count - first) for first in range(0, count, _DRAWN_AT_ONCE)]
    return torch.cat([torch.from_numpy(sampler.windows(rng, part).joints).float() for part in parts])


def save_autoencoder(network: WindowAutoencoder, path: Path, facts: dict[str, str | int | float]) -> str:
    """Writes the weights and what they were made from as one `.npz`; its SHA-256."""
    text = json.dumps({"frames": network.frames, **facts}, sort_keys=True)
    weights = {name: values.numpy() for name, values in network.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, facts=np.frombuffer(text.encode("utf-8"), dtype=np.uint8), **weights)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_autoencoder(path: Path, expected: dict[str, str | int]) -> tuple[WindowAutoencoder, float, str]:
    """The autoencoder of an earlier table, the error it leaves in mm, and the file's SHA-256.

    Raises:
        DataError: the file is no autoencoder.
        ConfigError: it was made from something else than expected.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
        facts = json.loads(arrays.pop("facts").tobytes().decode("utf-8"))
        network = WindowAutoencoder(int(facts["frames"]))
        network.load_state_dict({name: torch.from_numpy(values) for name, values in arrays.items()})
        error_mm = float(facts["error_mm"])
    except (OSError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile) as cause:
        raise DataError(f"{path} cannot be read as the features of an earlier table: {cause}") from cause
    other = {key: facts.get(key) for key, value in expected.items() if facts.get(key) != value}
    if other:
        raise ConfigError(f"{path} was trained with {other}, expected {expected}: move it away to train it again.")
    return network.eval(), error_mm, hashlib.sha256(path.read_bytes()).hexdigest()
