"""Two SMPL-X `.npz` files, one a person, in AMASS's layout.

poses (F, 165), or root_orient (F, 3) and pose_body (F, 63); trans (F, 3); betas; mocap_frame_rate or mocap_framerate
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion_files.number_files import numbers, read_number_file
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget, person_track
from ponimator_runtime.motion_files.tracks import RATE_NAMES, PersonTrack
from ponimator_training.data.readers.paired_clip import PairedClip, paired
from ponimator_training.data.readers.standing import stood_up


def read_smplx_pair(
    first: Path, second: Path, target: SmplTarget, *, name: str, rate_hz: float | None = None
) -> PairedClip:
    """One clip of two files, captured together.

    Raises:
        DataError: a file is broken, tells no rate, or the two do not fit each other.
    """
    tracks = [_track(path, target, rate_hz) for path in (first, second)]
    clip = stood_up(paired(*tracks, name=name), target)
    return replace(clip, notes=(f"{clip.rate_hz:g} Hz ({'told' if rate_hz else 'from the files'})", *clip.notes))


def _track(path: Path, target: SmplTarget, rate_hz: float | None) -> PersonTrack:
    content = read_number_file(path)
    found = numbers(content, *RATE_NAMES)
    if rate_hz is None and found is None:
        raise DataError(f"{path.name} does not tell its frame rate (mocap_frame_rate); tell it with --rate.")
    rate = rate_hz if rate_hz is not None or found is None else float(found.reshape(-1)[0])
    return person_track(content, target, rate_hz=rate or 0.0, source=path.name)
