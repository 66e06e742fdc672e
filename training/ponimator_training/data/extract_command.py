"""`ponimator dataset extract`: interactive poses and the motion around them out of people's own files."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import tyro
from tqdm import tqdm

from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget
from ponimator_runtime.motion_files.upright import UpAxis
from ponimator_training.body.model import BodyModel, default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.data.contact_regions import ContactRegions
from ponimator_training.data.extraction import STRETCH_FRAMES, Extractor, Stretch, clip_set, is_held_out
from ponimator_training.data.readers.catalogue import Format, Reading, Source, find_sources
from ponimator_training.data.readers.joint_map import read_joint_map
from ponimator_training.data.readers.phrasings import phrasings_of

NOTHING_EXTRACTED = 1


@dataclass(slots=True)
class ExtractionReport:
    """What became of each clip.

    Attributes:
        stretches: of the clips that were used.
        skipped: name and reason of each clip that was not.
        notes: what was guessed or changed, and for how many clips.
    """

    stretches: list[Stretch] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class ExtractCommand:
    """Extract interactive poses, and the motion around them, from motion captured of two people.

    Files that cannot be used are named and skipped. Exit code 0 if anything was extracted, 1 if nothing was.

    Attributes:
        format: inter-x, inter-human, smplx (two .npz), bvh (two files), amc (two .amc and their .asf).
        paths: folders or files; files are taken two by two, in folders clip_1 and clip_2 belong together.
        out: clip set to write (.npz).
        held_out: clip set for the clips held out of `out`.
        held_out_share: share of the clips that are held out, chosen by their names.
        texts: folder of NAME.txt, a phrasing a line.
        frames: length of a stretch at 10 Hz; longer clips are cut.
        body: licensed body in SMPL-X layout (.npz) that the shapes of SMPL-X files are for; by default the
            built-in body, with mean shapes.
        up: axis that points up in the files; guessed by default.
        rate: frames per second, where the files do not tell or tell it wrong.
        joint_map: JSON of the body's joint names to those of BVH or AMC files, where these are unusual.
    """

    format: Annotated[Format, tyro.conf.Positional]
    paths: Annotated[tuple[Path, ...], tyro.conf.Positional]
    out: Path
    held_out: Path | None = None
    held_out_share: float = 0.1
    texts: Path | None = None
    frames: int = STRETCH_FRAMES
    body: Path | None = None
    up: UpAxis | None = None
    rate: float | None = None
    joint_map: Path | None = None

    def run(self) -> int:
        """Reads, extracts, writes and sums up; returns the exit code."""
        self.check()
        body = default_body() if self.body is None else BodyModel.load(self.body)
        surface = body_surface(body)
        extractor = Extractor(regions=ContactRegions.of(body), surface=surface, frames=self.frames)
        reading = Reading(
            target=SmplTarget(skeleton=body.skeleton(), keeps_shapes=self.body is not None, up=self.up),
            rate_hz=self.rate,
            joints={} if self.joint_map is None else read_joint_map(self.joint_map),
        )
        sources = find_sources(self.format, self.paths, reading)
        report = self.extracted(sources, extractor)
        written = self.written(report)
        print(summary(report, len(sources)))
        for line in written:
            print(line)
        if not written:
            print("ponimator dataset extract: nothing could be extracted.", file=sys.stderr)
        return 0 if written else NOTHING_EXTRACTED

    def check(self) -> None:
        """Refuses numbers that mean nothing; not at construction, where tyro would box the message."""
        if not 0 <= self.held_out_share <= 1:
            raise ConfigError(f"--held-out-share is a share between 0 and 1, got {self.held_out_share}.")
        if self.rate is not None and self.rate <= 0:
            raise ConfigError(f"--rate must be above zero, got {self.rate}.")
        if self.texts is not None and not self.texts.is_dir():
            raise ConfigError(f"--texts takes a folder of NAME.txt, {self.texts} is none.")
        if not self.paths:
            raise ConfigError("extract needs at least one folder or file to read.")

    def extracted(self, sources: list[Source], extractor: Extractor) -> ExtractionReport:
        """Every clip's stretches, or why it has none; one clip never ends the work on the others."""
        report = ExtractionReport()
        for source in tqdm(sources, desc="clips", unit="clip"):
            try:
                clip = source.read()
                told = phrasings_of(source.name, self.texts) or phrasings_of(Path(source.name).name, self.texts)
                stretches = extractor.stretches(replace(clip, name=source.name, texts=told or clip.texts))
            except DataError as reason:
                report.skipped.append((source.name, str(reason)))
            except Exception as failure:  # what no reader foresaw must not lose the clips before it
                report.skipped.append((source.name, f"unforeseen {type(failure).__name__}: {failure}"))
            else:
                report.stretches += stretches
                report.notes.update(clip.notes)
        return report

    def written(self, report: ExtractionReport) -> list[str]:
        """Writes the sets that have clips; a line about each."""
        share = 0.0 if self.held_out is None else self.held_out_share
        sides: dict[Path, list[Stretch]] = {self.out: []}
        if self.held_out is not None:
            sides[self.held_out] = []
        for stretch in report.stretches:
            side = self.held_out if self.held_out is not None and is_held_out(stretch.clip, share) else self.out
            sides[side].append(stretch)
        lines = []
        for path, stretches in sides.items():
            if not stretches:
                continue
            clip_set(stretches).save(path)
            clips = len({stretch.clip for stretch in stretches})
            anchors = sum(int(stretch.interactive.sum()) for stretch in stretches)
            lines.append(
                f"{path}: {len(stretches)} stretches of {self.frames} frames from {clips} clips, "
                f"{anchors} interactive frames"
            )
        return lines


def summary(report: ExtractionReport, clip_count: int) -> str:
    """What was said, skipped and found, for a person to read."""
    lines = [f"note ({count} clips): {note}" for note, count in report.notes.most_common()]
    lines += [f"skipped {name}: {reason}" for name, reason in report.skipped]
    used = clip_count - len(report.skipped)
    lines.append(f"{used} of {clip_count} clips extracted, {len(report.skipped)} skipped")
    return "\n".join(lines)
