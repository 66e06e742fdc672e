"""Inter-X (Xu et al., CVPR 2024): a folder a clip, with SMPL-X parameters of the two persons at 120 Hz.

    motions/GgggTtttAaaaRrrr/P1.npz, P2.npz   root_orient (F, 3), pose_body (F, 21, 3), trans (F, 3), betas (1, 10), …
    texts/GgggTtttAaaaRrrr.txt                a phrasing a line
    annots/interaction_order.pkl              clip → 0 where P1 starts the interaction, 1 where P2 does

Texts and order are used where they lie beside `motions/`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion_files.number_files import read_number_file
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget, person_track
from ponimator_training.data.readers.paired_clip import PairedClip, paired
from ponimator_training.data.readers.phrasings import phrasings_of
from ponimator_training.data.readers.standing import stood_up

RATE_HZ = 120.0
PERSON_FILES = ("P1.npz", "P2.npz")
ACTIONS = (
    "hug", "handshake", "wave", "grab", "hit", "kick", "posing", "push", "pull", "sit on leg", "slap", "pat on back",
    "point finger at", "walk towards", "knock over", "step on foot", "high-five", "chase", "whisper in ear",
    "support with hand", "rock-paper-scissors", "dance", "link arms", "shoulder to shoulder", "bend", "carry on back",
    "massaging shoulder", "massaging leg", "hand wrestling", "chat", "pat on cheek", "thumb up", "touch head",
    "imitate", "kiss on cheek", "help up", "cover mouth", "look back", "block", "fly kiss",
)  # fmt: skip
"""Action labels, by the number after A in a clip's name."""

_CLIP_NAME = re.compile(r"G\d{3}T\d{3}A(?P<action>\d{3})R\d{3}", re.IGNORECASE)


def read_inter_x(folder: Path, target: SmplTarget, *, rate_hz: float | None = None) -> PairedClip:
    """One clip, the person who starts the interaction first.

    Raises:
        DataError: a person is missing, a file is broken, or the two do not fit each other.
    """
    missing = [name for name in PERSON_FILES if not (folder / name).is_file()]
    if missing:
        raise DataError(f"{folder.name}: a person is missing, there is no {' and no '.join(missing)}.")
    tracks = [
        person_track(
            read_number_file(folder / name), target, rate_hz=rate_hz or RATE_HZ, source=f"{folder.name}/{name}"
        )
        for name in PERSON_FILES
    ]
    clip = stood_up(paired(*tracks, name=folder.name), target)
    clip = replace(
        clip,
        kind=_kind(folder.name),
        texts=phrasings_of(folder.name, folder.parent.parent / "texts"),
        notes=(f"{clip.rate_hz:g} Hz ({'told' if rate_hz else 'as Inter-X is published'})", *clip.notes),
    )
    return clip.swapped() if _second_starts(folder) else clip


def _kind(name: str) -> str:
    found = _CLIP_NAME.fullmatch(name)
    if found is None:
        return ""
    action = int(found["action"])
    return ACTIONS[action] if action < len(ACTIONS) else f"action {action}"


def _second_starts(folder: Path) -> bool:
    order = folder.parent.parent / "annots" / "interaction_order.pkl"
    return order.is_file() and bool(read_number_file(order).get(folder.name, 0))
