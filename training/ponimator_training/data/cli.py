"""`ponimator dataset`: make clip sets, extract them from files, and draw them so that a person can look."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import tyro
from tqdm import tqdm

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.errors import ConfigError, PonimatorError
from ponimator_runtime.picture import SheetLayout, contact_sheet
from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.data.clips import load_clips
from ponimator_training.data.contact_regions import ContactRegions
from ponimator_training.data.extract_command import ExtractCommand
from ponimator_training.data.synthetic.kinds import KINDS
from ponimator_training.data.synthetic.synthesis import synthesise
from ponimator_training.evaluation.clip_measures import measured, table

USAGE_ERROR = 2
_SHEET_PANELS = 12


@dataclass(frozen=True, kw_only=True)
class SynthCommand:
    """Make a synthetic clip set: two people greet, hug, push, ... on the built-in body.

    Attributes:
        out: the clip set to write (.npz).
        clips: how many, the kinds in equal parts.
        seed: the same seed makes the same clips, whatever the number of workers.
        workers: processes; 0 takes one for each core.
    """

    out: Path
    clips: int = 10_000
    seed: int = 0
    workers: int = 0

    def run(self) -> None:
        """Plays and writes the clips."""
        if self.clips < len(KINDS):
            raise ConfigError(f"--clips takes {len(KINDS)} or more, at least one of each kind, got {self.clips}.")
        if self.workers < 0:
            raise ConfigError(f"--workers takes 0 (one for each core) or more, got {self.workers}.")
        workers = self.workers or os.cpu_count() or 1
        clips = synthesise(body_surface(default_body()), clips=self.clips, seed=self.seed, workers=workers)
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
                    clips.motion(index),
                    surface,
                    _panel_frames(clips.interactive.shape[1], anchors),
                    marked=anchors,
                    layout=layout,
                    title=f"{kind}, clip {index}: {clips.texts[index][0]}",
                )
                path = self.out / f"{kind}-{index:05d}.png"
                sheet.save(path)
                print(path)


@dataclass(frozen=True, kw_only=True)
class MeasureCommand:
    """Measure a set kind by kind: touching, depth, foot slide, joint limits, continuity.

    Attributes:
        data: clip set (.npz).
        each: clips of each kind that are looked at.
        out: write the table there too (.md).
    """

    data: Path
    each: int = 20
    out: Path | None = None

    def run(self) -> None:
        """Prints the table."""
        if self.each < 1:
            raise ConfigError(f"--each takes 1 or more, got {self.each}.")
        clips, body = load_clips(self.data), default_body()
        kinds = sorted(set(clips.kinds))
        first = [i for kind in kinds for i in [n for n, k in enumerate(clips.kinds) if k == kind][: self.each]]
        rows = measured(clips.subset(first), body_surface(body), ContactRegions.of(body))
        text = table(list(tqdm(rows, total=len(kinds), desc="kinds", unit="kind")))
        print(text)
        if self.out is not None:
            self.out.write_text(text, encoding="utf-8")


def _panel_frames(frame_count: int, anchors: list[int]) -> list[int]:
    """Frames spread over a clip, and the first, middle and last anchor."""
    chosen = set(anchors[:: max(1, len(anchors) // 2)][:3])
    spread = np.linspace(0, frame_count - 1, _SHEET_PANELS - len(chosen)).round().astype(int).tolist()
    return sorted(chosen | set(spread))


_Command = SynthCommand | SheetCommand | MeasureCommand | ExtractCommand


def main(arguments: list[str]) -> int:
    """`ponimator dataset …`; returns the exit code."""
    commands: object = (
        Annotated[SynthCommand, tyro.conf.subcommand("synth")]
        | Annotated[SheetCommand, tyro.conf.subcommand("sheet")]
        | Annotated[MeasureCommand, tyro.conf.subcommand("measure")]
        | Annotated[ExtractCommand, tyro.conf.subcommand("extract")]
    )
    try:
        command = parsed(
            cast("type[SynthCommand | SheetCommand | MeasureCommand | ExtractCommand]", commands),
            arguments,
            command="dataset",
        )
        return command.run() or 0
    except PonimatorError as error:
        print(f"ponimator dataset: {error}", file=sys.stderr)
        return USAGE_ERROR
