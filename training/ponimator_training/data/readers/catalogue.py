"""From a format and the paths a user gives to the clips that lie there, each read only when its turn comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, NoReturn

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion_files.bvh import read_bvh
from ponimator_runtime.motion_files.number_files import PICKLE_SUFFIXES
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget
from ponimator_training.data.readers.acclaim import read_acclaim
from ponimator_training.data.readers.inter_human import read_inter_human
from ponimator_training.data.readers.inter_x import PERSON_FILES, read_inter_x
from ponimator_training.data.readers.paired_clip import PairedClip
from ponimator_training.data.readers.skeleton_pair import paired_skeletons
from ponimator_training.data.readers.smplx_pair import read_smplx_pair

Format = Literal["inter-x", "inter-human", "smplx", "bvh", "amc"]

_WHO = re.compile(r"(?P<name>.*?)(?:[_-]?(?:p|person|subject)|[_-])(?P<who>[12ab])", re.IGNORECASE)
"""`dance_1` and `dance_2`, `dance_p1` and `dance_p2`, `dance-a` and `dance-b` are the two persons of `dance`."""
_SUFFIXES: Mapping[Format, tuple[str, ...]] = {
    "inter-human": (*PICKLE_SUFFIXES, ".npz"), "smplx": (".npz",), "bvh": (".bvh",), "amc": (".amc",)
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A clip that may be there.

    Attributes:
        name: of the clip.
        read: reads it; raises DataError where it cannot be used.
    """

    name: str
    read: Callable[[], PairedClip]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How files are read.

    Attributes:
        target: the body that clips are read onto.
        rate_hz: frames per second, where the files do not tell or tell it wrong.
        joints: the user's joint map, for BVH and AMC.
    """

    target: SmplTarget
    rate_hz: float | None = None
    joints: Mapping[str, str] = field(default_factory=dict)


def find_sources(kind: Format, paths: Sequence[Path], reading: Reading) -> list[Source]:
    """The clips of one format under some paths, in order of their names.

    Files given one by one are taken two by two; in folders, pairs are told by their names.

    Raises:
        DataError: a path is not there, or nothing of this format lies there.
    """
    absent = [str(path) for path in paths if not path.exists()]
    if absent:
        raise DataError(f"There is no {', '.join(absent)}.")
    if kind == "inter-x":
        sources = _inter_x(paths, reading)
    elif kind == "inter-human":
        sources = [
            Source(name=name, read=partial(_read_whole, read_inter_human, path, reading))
            for path, name in ((path, path.stem) for path, _ in _files(paths, _SUFFIXES[kind]))
        ]
    else:
        sources = list(_pairs(kind, paths, reading))
    if not sources:
        raise DataError(f"No {kind} clips under {', '.join(map(str, paths))}.")
    return sources


def _inter_x(paths: Sequence[Path], reading: Reading) -> list[Source]:
    folders = {file.parent for root in paths for name in PERSON_FILES for file in root.rglob(name)}
    return [
        Source(name=folder.name, read=partial(_read_whole, read_inter_x, folder, reading)) for folder in sorted(folders)
    ]


def _read_whole(reader: Callable[..., PairedClip], path: Path, reading: Reading) -> PairedClip:
    return reader(path, reading.target, rate_hz=reading.rate_hz)


def _files(paths: Iterable[Path], suffixes: tuple[str, ...]) -> list[tuple[Path, str]]:
    """Files with a name for each: its path below the folder that was given."""
    found: dict[Path, str] = {}
    for path in paths:
        if path.is_file():
            found[path] = path.stem
            continue
        for file in sorted(path.rglob("*")):
            if file.is_file() and file.suffix.lower() in suffixes:
                found[file] = file.relative_to(path).with_suffix("").as_posix()
    return list(found.items())


def _pairs(kind: Format, paths: Sequence[Path], reading: Reading) -> Iterable[Source]:
    """Clips of two files."""
    given = [path for path in paths if path.is_file() and path.suffix.lower() != ".asf"]
    skeletons = [path for path in paths if path.is_file() and path.suffix.lower() == ".asf"]
    for first, second in zip(given[::2], given[1::2], strict=False):
        name = f"{first.stem}+{second.stem}"
        yield Source(name=name, read=partial(_read_pair, kind, first, second, name, skeletons, reading))
    if len(given) % 2:
        yield _missing(given[-1].stem, given[-1])
    folders = [path for path in paths if path.is_dir()]
    waiting: dict[str, Path] = {}
    for file, name in _files(folders, _SUFFIXES[kind]):
        told = _WHO.fullmatch(name)
        if told is None:
            yield _missing(name, file)
        elif (clip := told["name"]) in waiting:
            first = waiting.pop(clip)
            yield Source(name=clip, read=partial(_read_pair, kind, first, file, clip, skeletons, reading))
        else:
            waiting[clip] = file
    for clip, file in waiting.items():
        yield _missing(clip, file)


def _missing(name: str, file: Path) -> Source:
    def refuse() -> NoReturn:
        raise DataError(f"a person is missing: there is no second file to {file.name} (name them clip_1 and clip_2).")

    return Source(name=name, read=refuse)


def _read_pair(
    kind: Format, first: Path, second: Path, name: str, skeletons: Sequence[Path], reading: Reading
) -> PairedClip:
    if kind == "smplx":
        return read_smplx_pair(first, second, reading.target, name=name, rate_hz=reading.rate_hz)
    if kind == "bvh":
        person_a, person_b = (read_bvh(path, rate_hz=reading.rate_hz) for path in (first, second))
    else:
        person_a, person_b = (
            read_acclaim(_skeleton_of(path, skeletons), path, rate_hz=reading.rate_hz) for path in (first, second)
        )
    return paired_skeletons(
        person_a, person_b, reading.target.skeleton, name=name, told_joints=reading.joints, up=reading.target.up
    )


def _skeleton_of(motion: Path, given: Sequence[Path]) -> Path:
    """The ASF file of an AMC file: the longest name that begins its name (`18_01.amc`: `18.asf`), or the only one."""
    candidates = list(given) or sorted(motion.parent.glob("*.[aA][sS][fF]"))
    fitting = [path for path in candidates if motion.stem.lower().startswith(path.stem.lower())]
    if fitting:
        return max(fitting, key=lambda path: len(path.stem))
    if len(candidates) == 1:
        return candidates[0]
    raise DataError(f"{motion.name}: no ASF file whose name begins its name; give it with the AMC files.")
