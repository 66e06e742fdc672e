"""The synthetic sets that training takes where no data is named: made once, then found again."""

from __future__ import annotations

import os
from pathlib import Path

from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.data.clips import ClipSet
from ponimator_training.data.synthetic.synthesis import synthesise

CLIPS_FILE = Path("data/train.npz")
HELD_OUT_FILE = Path("data/held-out.npz")
_SETS = {CLIPS_FILE: (6000, 0), HELD_OUT_FILE: (400, 1000)}
"""How many clips, and of which seed."""


def make_missing_sets() -> None:
    """Makes the sets that are not there; says so first, as it takes minutes to tens of them."""
    missing = {path: wanted for path, wanted in _SETS.items() if not path.exists()}
    if missing:
        clips = sum(count for count, _ in missing.values())
        print(f"No --data: making {clips} synthetic clips once, in {CLIPS_FILE.parent}/ (on all cores).", flush=True)
    for path, (clips, seed) in missing.items():
        made = made_clips(clips, seed, workers=os.cpu_count() or 1)
        unfinished = path.with_suffix(".part.npz")
        made.save(unfinished)
        unfinished.replace(path)


def made_clips(clips: int, seed: int, *, workers: int = 1) -> ClipSet:
    """Synthetic clips on the built-in body."""
    return synthesise(body_surface(default_body()), clips=clips, seed=seed, workers=workers)
