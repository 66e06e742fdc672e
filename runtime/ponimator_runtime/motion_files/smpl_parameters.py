"""From SMPL-family parameter arrays, under any of their usual names, to a person's track.

Joints 0–21 have the same names and parents in SMPL-H and SMPL-X, so rotations pass unchanged. Translations differ:
γ is added to a rest pelvis that each model puts elsewhere; what is kept is where the pelvis stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, SHAPE_COUNT, Skeleton
from ponimator_runtime.motion_files.number_files import numbers
from ponimator_runtime.motion_files.tracks import PersonTrack, check_finite
from ponimator_runtime.motion_files.upright import UpAxis

_BODY_VALUES = 3 * (BODY_JOINT_COUNT - 1)
_ROOT_NAMES = ("root_orient", "global_orient", "root_pose")
_BODY_NAMES = ("pose_body", "body_pose")
TRANSLATION_NAMES = ("trans", "transl", "translation", "cam_trans")


@dataclass(frozen=True, kw_only=True, slots=True)
class SmplTarget:
    """The body that parameters are read onto.

    Attributes:
        skeleton: its skeleton.
        keeps_shapes: the β of the files are those of this body (the licensed file is in use). Where not, they would
            mean something else here: every body then gets the mean shape and is put on the floor by itself.
        up: which way is up in the files; guessed where None.
    """

    skeleton: Skeleton
    keeps_shapes: bool = True
    up: UpAxis | None = None

    def shape(self, betas: Float[NDArray[np.float64], "S"]) -> Float[NDArray[np.float64], "10"]:
        """The shape that a file's β become."""
        shape = np.zeros(SHAPE_COUNT)
        if self.keeps_shapes:
            kept = betas.ravel()[:SHAPE_COUNT]
            shape[: len(kept)] = kept
        return shape


def person_track(content: Mapping[str, Any], target: SmplTarget, *, rate_hz: float, source: str) -> PersonTrack:
    """A person's rotations, γ and shape.

    Raises:
        DataError: arrays are missing or do not fit each other.
    """
    root, body = _root_and_body(content, source)
    translations = numbers(content, *TRANSLATION_NAMES)
    if translations is None:
        raise DataError(f"{source}: no translation, expected one of {', '.join(TRANSLATION_NAMES)}.")
    translations = _rows(translations, 3, "translation", source)
    if not len(root) == len(body) == len(translations):
        counts = f"{len(root)}, {len(body)} and {len(translations)}"
        raise DataError(f"{source}: root, body and translation are of different length: {counts} frames.")
    check_finite(source, root, body, translations)
    betas = numbers(content, "betas")
    vectors = np.concatenate([root, body], axis=1).reshape(len(root), BODY_JOINT_COUNT, 3)
    return PersonTrack(
        rotations=matrix_from_axis_angle(vectors),
        translations=translations,
        betas=target.shape(np.zeros(0) if betas is None else _one_shape(betas)),
        rate_hz=rate_hz,
        source=source,
    )


def _root_and_body(content: Mapping[str, Any], source: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rotation vectors of the root (F, 3) and of 21 joints (F, 63)."""
    root, body = numbers(content, *_ROOT_NAMES), numbers(content, *_BODY_NAMES)
    if root is not None and body is not None:
        return _rows(root, 3, "root orientation", source), _rows(body, _BODY_VALUES, "body pose", source)
    poses = numbers(content, "poses", "fullpose")
    if poses is None:
        raise DataError(
            f"{source}: no pose; expected {' or '.join(_ROOT_NAMES)} with {' or '.join(_BODY_NAMES)}, or 'poses'. "
            f"It has: {', '.join(sorted(map(str, content))) or 'nothing'}."
        )
    flat = poses.reshape(len(poses), -1) if poses.ndim > 1 else poses[None]
    if flat.shape[1] < 3 + _BODY_VALUES:
        raise DataError(
            f"{source}: 'poses' has {flat.shape[1]} values a frame, at least {3 + _BODY_VALUES} are needed."
        )
    return flat[:, :3], flat[:, 3 : 3 + _BODY_VALUES]


def _rows(array: NDArray[np.float64], width: int, what: str, source: str) -> NDArray[np.float64]:
    """(F, width), whatever the joints' axis; SMPL's 23 body joints lose the two hands."""
    flat = array.reshape(1, -1) if array.size == width or array.ndim < 2 else array.reshape(len(array), -1)
    if width == _BODY_VALUES and flat.shape[1] == _BODY_VALUES + 6:
        flat = flat[:, :width]
    if flat.shape[1] != width:
        raise DataError(f"{source}: the {what} has shape {array.shape}; {width} values a frame are needed.")
    return flat


def _one_shape(betas: NDArray[np.float64]) -> NDArray[np.float64]:
    """One shape for the clip: that of the first frame where there is one a frame."""
    return betas if betas.ndim < 2 else betas.reshape(-1, betas.shape[-1])[0]
