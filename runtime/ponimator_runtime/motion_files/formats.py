"""Which file type is which, by its suffix: one place to read any, and one to write any."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion_files.amass import read_amass, save_amass
from ponimator_runtime.motion_files.bvh import read_bvh
from ponimator_runtime.motion_files.bvh_writer import CM_PER_M, save_bvh
from ponimator_runtime.motion_files.gltf_reader import read_gltf
from ponimator_runtime.motion_files.gltf_writer import save_gltf
from ponimator_runtime.motion_files.performance import Performance, joined, path_of_person
from ponimator_runtime.motion_files.skeleton_person import person_from_skeleton

AMASS, BVH, GLTF = ".npz", ".bvh", ".glb"
SUFFIXES: Final = (AMASS, BVH, GLTF)


def save_performance(path: Path, performance: Performance, surface: BodySurface) -> list[Path]:
    """Writes a performance in the type that the suffix says; the files written.

    Args:
        path: `hug.glb` holds all persons; of `hug.npz` and `hug.bvh` each person gets one, `hug_Ann.bvh`.
        performance: what moves.
        surface: the body that glTF shows.

    Raises:
        DataError: the suffix is none of `SUFFIXES`, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"{path.name}: expected a name that ends in one of {', '.join(SUFFIXES)}.")
    try:
        if suffix == GLTF:
            save_gltf(path, performance, surface)
            return [path]
        names = [person.name for person in performance.persons]
        written = []
        for number, person in enumerate(performance.persons):
            written.append(path_of_person(path, names, number))
            if suffix == AMASS:
                save_amass(written[-1], person, rate_hz=performance.rate_hz, anchors=performance.anchors)
            else:
                save_bvh(written[-1], person, rate_hz=performance.rate_hz)
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror}).") from error
    return written


def read_performance(paths: Sequence[Path], surface: BodySurface) -> Performance:
    """The persons of one or more files of one take, in the order in which the files are named.

    Raises:
        DataError: a file is of no known type, broken, or of another take than the first.
    """
    parts = [_read(path, surface) for path in paths]
    return joined(parts, [path.name for path in paths])


def _read(path: Path, surface: BodySurface) -> Performance:
    suffix = path.suffix.lower()
    if suffix == AMASS:
        return read_amass(path, surface.skeleton)
    if suffix == GLTF:
        return read_gltf(path)
    if suffix != BVH:
        raise DataError(f"{path.name}: expected a file that ends in one of {', '.join(SUFFIXES)}.")
    motion = read_bvh(path)
    name = path.stem.rpartition("_")[2] or path.stem
    person = person_from_skeleton(motion, name=name, metres_per_unit=1.0 / CM_PER_M)
    return Performance(persons=(person,), rate_hz=motion.rate_hz)
