"""`ponimator convert`: a recording, or motion files, into another file type."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.commands.saving import BODY_BUNDLE, body_of, check_out, saved
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion_files.formats import SUFFIXES, read_performance
from ponimator_runtime.motion_files.performance import Performance
from ponimator_runtime.recording.format import SUFFIX as RECORDING
from ponimator_runtime.recording.performance import performance_of_recording
from ponimator_runtime.recording.reader import read_recording


@dataclass(frozen=True, kw_only=True, slots=True)
class ConvertConfig:
    """Turn a recording (.ponirec) or motion files into SMPL-X parameters (.npz), BVH (.bvh) or binary glTF (.glb).

    .npz and .bvh hold one person a file: name both to read them; hug.bvh is written as hug_Ann.bvh and hug_Ben.bvh.

    Attributes:
        files: What to read: one recording, one .glb, or the .npz or .bvh files of all persons of a take.
        out: File to write; one that is there is overwritten.
        bundle: Whose body .glb shows, and what the shapes in .npz files mean.
    """

    files: tyro.conf.Positional[tuple[Path, ...]]
    out: Annotated[Path, tyro.conf.arg(metavar="FILE")]
    bundle: str = BODY_BUNDLE

    def __post_init__(self) -> None:
        """Refuses what cannot be read together; raises ConfigError."""
        readable = (RECORDING, *SUFFIXES)
        if not self.files:
            raise ConfigError(f"expected a file to read, one of {', '.join(readable)}")
        for file in self.files:
            if file.suffix.lower() not in readable:
                raise ConfigError(f"{file}: expected a file that ends in one of {', '.join(readable)}")
        if len(self.files) > 1 and any(file.suffix.lower() == RECORDING for file in self.files):
            raise ConfigError("a recording holds both persons: name it alone")
        check_out(self.out)


def main(arguments: list[str]) -> int:
    """Reads, writes, tells."""
    config = parsed(ConvertConfig, arguments, command="convert")
    surface = body_of(config.bundle)
    performance = _read(config, surface)
    seconds = performance.frame_count / performance.rate_hz
    names = ", ".join(person.name for person in performance.persons)
    print(f"  {'read':<12} {names}: {performance.frame_count} frames at {performance.rate_hz:g} Hz, {seconds:.1f} s")
    print(saved(config.out, performance, surface))
    return 0


def _read(config: ConvertConfig, surface: BodySurface) -> Performance:
    if config.files[0].suffix.lower() != RECORDING:
        return read_performance(config.files, surface)
    recording = read_recording(config.files[0])
    if recording.complaint:
        print(f"  {'damaged':<12} {recording.complaint}")
    return performance_of_recording(recording)
