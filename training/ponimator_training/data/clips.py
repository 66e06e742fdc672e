"""Clips of two people at the model's rate: what extraction and synthesis write and training reads.

One file holds many clips of one length. A frame is *interactive* where the two bodies touch (or, for kinds that never
touch, where they mean each other most): these are the frames a window may be anchored to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.window import MODEL_RATE_HZ

_KEYS = ("rotation_vectors", "translations", "betas", "interactive", "labels")


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipSet:
    """C clips of F frames of two persons, 10 Hz; person A is the one who starts the interaction.

    Attributes:
        rotation_vectors: axis-angle of the 22 joints, (C, P, F, 22, 3) rad, root to world, others to their parent.
        translations: γ, (C, P, F, 3) m.
        betas: body shapes, (C, P, 10).
        interactive: frames that may be an anchor, (C, F).
        kinds: name of each clip's kind of interaction, C of them ("handshake").
        texts: phrasings that describe each clip, C lists of at least one.
    """

    rotation_vectors: Float[np.ndarray, "C P F 22 3"]
    translations: Float[np.ndarray, "C P F 3"]
    betas: Float[np.ndarray, "C P 10"]
    interactive: Bool[np.ndarray, "C F"]
    kinds: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        """C."""
        return len(self.kinds)

    def motion(self, index: int) -> Motion:
        """One clip as motion."""
        return Motion(
            rotations=matrix_from_axis_angle(self.rotation_vectors[index].astype(np.float64)),
            translations=self.translations[index].astype(np.float64),
            betas=self.betas[index].astype(np.float64),
            rate_hz=MODEL_RATE_HZ,
        )

    def subset(self, indices: list[int]) -> ClipSet:
        """The clips at some indices."""
        return ClipSet(
            rotation_vectors=self.rotation_vectors[indices],
            translations=self.translations[indices],
            betas=self.betas[indices],
            interactive=self.interactive[indices],
            kinds=tuple(self.kinds[index] for index in indices),
            texts=tuple(self.texts[index] for index in indices),
        )

    def save(self, path: Path) -> None:
        """Writes one `.npz`, arrays in float32, the labels as JSON."""
        labels = json.dumps({"kinds": self.kinds, "texts": self.texts, "rate_hz": MODEL_RATE_HZ})
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            path,
            rotation_vectors=self.rotation_vectors.astype(np.float32),
            translations=self.translations.astype(np.float32),
            betas=self.betas.astype(np.float32),
            interactive=self.interactive,
            labels=np.frombuffer(labels.encode("utf-8"), dtype=np.uint8),
        )


def load_clips(path: Path) -> ClipSet:
    """Reads what `ClipSet.save` wrote.

    Raises:
        DataError: the file is no clip set, or holds numbers that are not finite.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [key for key in _KEYS if key not in archive]
            if missing:
                raise DataError(f"{path} is no clip set: the keys {missing} are missing.")
            arrays = {key: archive[key] for key in _KEYS}
    except (OSError, ValueError) as cause:
        raise DataError(f"{path} cannot be read as a clip set (.npz): {cause}") from cause
    labels = json.loads(arrays.pop("labels").tobytes().decode("utf-8"))
    for key, array in arrays.items():
        if not np.all(np.isfinite(array)):
            raise DataError(f"{path} holds values in '{key}' that are not finite numbers.")
    return ClipSet(**arrays, kinds=tuple(labels["kinds"]), texts=tuple(tuple(texts) for texts in labels["texts"]))
