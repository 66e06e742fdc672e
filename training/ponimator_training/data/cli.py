"""`ponimator dataset`: makes clip sets, extracts them from files, and draws them so that a person can look."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import tyro

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.errors import ConfigError, PonimatorError
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.window import MODEL_RATE_HZ
from ponimator_runtime.picture import SheetLayout, contact_sheet
from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.data.clips import ClipSet, load_clips
from ponimator_training.data.extract_command import ExtractCommand
from ponimator_training.data.synthetic.synthesis import synthesise

USAGE_ERROR = 2
_SHEET_PANELS = 12


@dataclass(frozen=True, kw_only=True)
class SynthCommand:
    """Make a synthetic clip set: two people greet, hug, push, ... on the built-in body.

    Attributes:
        out: the clip set to write (.npz).
        clips: how many, the kinds in equal parts.
        seed: the same seed makes the same clips.
    """

    out: Path
    clips: int = 6000
    seed: int = 0

    def run(self) -> None:
        """Plays and writes the clips."""
        clips = synthesise(body_surface(default_body()), clips=self.clips, seed=self.seed)
        clips.save(self.out)
        print(
            f"{self.out}: {len(clips)} clips of {len(set(clips.kinds))} kinds, {clips.interactive.shape[1]} frames each"
        )


@dataclass(frozen=True, kw_only=True)
class SheetCommand:
    """Draw clips of a set as contact sheets, the frames that may be anchors marked.

    Attributes:
        data: clip set (.npz).
        out: folder for the pictures.
        each: clips of each kind.
        camera_yaw_deg: from which side; 0 sees person A on the left, as the synthetic set stands.
    """

    data: Path
    out: Path
    each: int = 1
    camera_yaw_deg: float = 20.0

    def run(self) -> None:
        """Draws the first clips of each kind."""
        if self.each < 1:
            raise ConfigError(f"--each takes 1 or more, got {self.each}.")
        clips, surface = load_clips(self.data), body_surface(default_body())
        self.out.mkdir(parents=True, exist_ok=True)
        layout = SheetLayout(camera_yaw_rad=float(np.radians(self.camera_yaw_deg)))
        for kind in sorted(set(clips.kinds)):
            for index in [number for number, name in enumerate(clips.kinds) if name == kind][: self.each]:
                anchors = np.flatnonzero(clips.interactive[index]).tolist()
                sheet = contact_sheet(
                    motion_of(clips, index),
                    surface,
                    _panel_frames(clips.interactive.shape[1], anchors),
                    marked=anchors,
                    layout=layout,
                    title=f"{kind}, clip {index}: {clips.texts[index][0]}",
                )
                path = self.out / f"{kind}-{index:05d}.png"
                sheet.save(path)
                print(path)


def motion_of(clips: ClipSet, index: int) -> Motion:
    """One clip of a set as motion."""
    return Motion(
        rotations=matrix_from_axis_angle(clips.rotation_vectors[index].astype(np.float64)),
        translations=clips.translations[index].astype(np.float64),
        betas=clips.betas[index].astype(np.float64),
        rate_hz=MODEL_RATE_HZ,
    )


def _panel_frames(frame_count: int, anchors: list[int]) -> list[int]:
    """Frames spread over a clip, and the first, middle and last anchor."""
    chosen = set(anchors[:: max(1, len(anchors) // 2)][:3])
    spread = np.linspace(0, frame_count - 1, _SHEET_PANELS - len(chosen)).round().astype(int).tolist()
    return sorted(chosen | set(spread))


def main(arguments: list[str]) -> int:
    """`ponimator dataset …`; returns the exit code."""
    commands = (
        Annotated[SynthCommand, tyro.conf.subcommand("synth")]
        | Annotated[SheetCommand, tyro.conf.subcommand("sheet")]
        | Annotated[ExtractCommand, tyro.conf.subcommand("extract")]
    )
    try:
        command = parsed(
            cast("type[SynthCommand | SheetCommand | ExtractCommand]", commands), arguments, command="dataset"
        )
        return command.run() or 0
    except PonimatorError as error:
        print(f"ponimator dataset: {error}", file=sys.stderr)
        return USAGE_ERROR
