"""InterHuman (Liang et al., IJCV 2024): a pickle a clip, with SMPL-H parameters of the two persons.

    motions/NNNN.pkl   mocap_framerate (59.94), frames, person1 and person2: trans (F, 3), root_orient (F, 3),
                       pose_body (F, 63), betas, gender; Z up
    annots/NNNN.txt    a phrasing a line, used where it lies beside `motions/`

The 22 body joints of SMPL-H are those of SMPL-X. Its β are not, so bodies get the mean shape; its rest pelvis lies
elsewhere, so γ is shifted to keep the pelvis where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion_files.number_files import numbers, read_number_file
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget, person_track
from ponimator_runtime.motion_files.tracks import PersonTrack
from ponimator_training.data.readers.paired_clip import PairedClip, paired
from ponimator_training.data.readers.phrasings import phrasings_of
from ponimator_training.data.readers.standing import stood_up

DEFAULT_RATE_HZ = 59.94
PERSONS = ("person1", "person2")
SMPLH_REST_PELVIS = np.array([-0.0018, -0.2233, 0.0282])
"""Rest pelvis of the neutral SMPL-H body, m."""


def read_inter_human(path: Path, target: SmplTarget, *, rate_hz: float | None = None) -> PairedClip:
    """One clip.

    Raises:
        DataError: a person is missing, the file is broken, or the two do not fit each other.
    """
    content = read_number_file(path)
    persons = {name: _person(content, name) for name in PERSONS}
    missing = [name for name, person in persons.items() if person is None]
    if missing:
        raise DataError(f"{path.name}: a person is missing, there is no {' and no '.join(missing)}.")
    found = numbers(content, "mocap_framerate", "mocap_frame_rate")
    rate = rate_hz or (DEFAULT_RATE_HZ if found is None else float(found.reshape(-1)[0]))
    target = replace(target, keeps_shapes=False)
    shift = SMPLH_REST_PELVIS - target.skeleton.template[0]

    def track(name: str) -> PersonTrack:
        person = persons[name] or {}
        read = person_track(person, target, rate_hz=rate, source=f"{path.name}/{name}")
        return replace(read, translations=read.translations + shift)

    clip = stood_up(paired(track("person1"), track("person2"), name=path.stem), target)
    said = "told" if rate_hz else "assumed" if found is None else "from the file"
    return replace(
        clip,
        texts=phrasings_of(path.stem, path.parent.parent / "annots"),
        notes=(f"{rate:g} Hz ({said})", "SMPL-H read as SMPL-X, the pelvis kept in place", *clip.notes),
    )


def _person(content: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """A person's arrays, from a nested mapping or from names like `person1_trans` or `person1/trans` (`.npz`)."""
    if isinstance(content.get(name), Mapping):
        nested: Mapping[str, Any] = content[name]
        return nested
    flat = {key[len(name) + 1 :]: value for key, value in content.items() if key.startswith((f"{name}_", f"{name}/"))}
    return flat or None
