"""How windows join: plainly as in the paper, as the runtime joined them first, and as it does now.

`python tests/benchmarks/seams.py` prints JSON; `--table` prints Markdown, `--plot FILE` draws the speed of the joints
over time. Chains are the runtime's own: its planner on a timeline, with a bundle, from texts. What is measured:

- **velocity change** of a frame: |p₊₁ − 2p + p₋₁| · rate, in m/s, mean over both persons and their 22 joints.
- **jump** at a place: the larger velocity change of two frames, the last before and the first behind. A seam has two
  places: the anchor, where frames of another sampling begin, and the hand-over, where one chunk of the plan ends and
  the next begins. Where the runtime hands over at the anchor they are one.
- **ratio**: the jump over the median velocity change of the window that begins there.
- **peak**: the largest velocity change within half a second of the anchor, over the same median.
- **no seam**: the same of the same windows in their middle, where nothing is joined: what motion has anyway.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from machine import bundle_hash, commit, load_average, machine, versions
from PIL import Image, ImageDraw
from seam_chains import Chain, Chains

from ponimator_runtime.models.bundle import bundle_folder
from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.window import MODEL_RATE_HZ, WINDOW_FRAMES

LIMIT = 1.5
"""Of the ratio, as asked for."""
_AROUND_S = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Measure seams.

    Attributes:
        bundle: name or folder.
        chains: each from another text.
        seams: of each chain.
        steps: K of every sampling.
        rate_hz: of display.
        table: Markdown instead of JSON.
        plot: also draws one chain, before and after.
    """

    bundle: str = "lite"
    chains: int = 10
    seams: int = 10
    steps: int = 10
    rate_hz: int = 60
    table: bool = False
    plot: Path | None = None


def measured(chains: list[Chain], skeleton: Skeleton, rate_hz: int) -> dict[str, object]:
    """Everything about the seams of chains of one kind."""
    at_anchor, at_hand_over, peak, median, middle, middle_peak, jerk, jerk_all = ([] for _ in range(8))
    largest = []
    window, around = math.floor((WINDOW_FRAMES - 1) / MODEL_RATE_HZ * rate_hz), round(_AROUND_S * rate_hz)
    stride = max(1, round(rate_hz / MODEL_RATE_HZ))
    for chain in chains:
        joints = motion_joint_positions(chain.motion, skeleton)
        by_joint = np.linalg.norm(np.diff(joints, n=2, axis=1), axis=-1) * rate_hz
        change = np.concatenate([[0.0], by_joint.mean(axis=(0, 2)), [0.0]])  # of each frame
        third = np.diff(joints[:, ::stride], n=3, axis=1) * (rate_hz / stride) ** 3
        jerk_of = np.linalg.norm(third, axis=-1).mean(axis=(0, 2))
        jerk_all.append(jerk_of.mean())
        for anchor, hand_over in zip(chain.anchors, chain.hand_overs, strict=True):
            at_anchor.append(change[anchor : anchor + 2].max())
            at_hand_over.append(change[hand_over - 1 : hand_over + 1].max())
            largest.append(by_joint[:, anchor - 1 : anchor + 1].max())
            peak.append(change[anchor - around : anchor + around].max())
            stop = min(anchor + window, len(change) - 1)
            median.append(np.median(change[anchor + 2 : stop]))
            centre = anchor + stride * (WINDOW_FRAMES // 2)  # a frame of the model, as the anchor is
            middle.append(change[centre : centre + 2].max())
            middle_peak.append(change[centre - around : centre + around].max())
            place = anchor // stride
            jerk.append(jerk_of[max(0, place - 4) : place + 3].mean())
    base = np.array(median)
    larger = np.maximum(at_anchor, at_hand_over)
    errors = np.array([error for chain in chains for error in chain.anchor_errors])
    return {
        "seams": len(base),
        "ratio_at_anchor": _spread(np.array(at_anchor) / base),
        "ratio_at_hand_over": _spread(np.array(at_hand_over) / base),
        "ratio_of_the_larger": _spread(larger / base),
        "ratio_no_seam": _spread(np.array(middle) / base),
        "peak": _spread(np.array(peak) / base),
        "peak_no_seam": _spread(np.array(middle_peak) / base),
        "within_limit_at_anchor": round(float((np.array(at_anchor) / base <= LIMIT).mean()), 3),
        "within_limit_at_hand_over": round(float((np.array(at_hand_over) / base <= LIMIT).mean()), 3),
        "within_limit_no_seam": round(float((np.array(middle) / base <= LIMIT).mean()), 3),
        "jump_at_anchor_mm_s": _spread(1000 * np.array(at_anchor)),
        "jump_at_anchor_largest_joint_mm_s": _spread(1000 * np.array(largest)),
        "jump_at_hand_over_mm_s": _spread(1000 * np.array(at_hand_over)),
        "median_of_window_mm_s": _spread(1000 * base),
        "anchor_error_mm_max": float(errors[:, 0].max()),
        "anchor_error_deg_max": float(errors[:, 1].max()),
        "jerk_at_seams_m_s3": round(float(np.mean(jerk)), 2),
        "jerk_m_s3": round(float(np.mean(jerk_all)), 2),
    }


def table(rows: dict[str, dict[str, object]]) -> str:
    """As Markdown; medians / 95th percentiles / largest of all seams."""
    names = list(rows)
    lines = [f"|  | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    for key in next(iter(rows.values())):
        cells = []
        for row in rows.values():
            value = row[key]
            cells.append(
                " / ".join(f"{one:.3g}" for one in value.values()) if isinstance(value, dict) else f"{value:.3g}"
            )
        lines.append(f"| {key.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(lines)


def plotted(rows: dict[str, Chain], skeleton: Skeleton, rate_hz: int, *, seconds: float = 12.0) -> Image.Image:
    """Mean speed of the joints over time, one panel a kind; lines where windows join."""
    width, height, margin = 1400, 240, 40
    image = Image.new("RGB", (width, height * len(rows)), (247, 246, 243))
    draw = ImageDraw.Draw(image)
    top = 0.6
    for number, (name, chain) in enumerate(rows.items()):
        joints = motion_joint_positions(chain.motion, skeleton)
        speed = np.linalg.norm(np.diff(joints, axis=1), axis=-1).mean(axis=(0, 2)) * rate_hz
        floor = height * (number + 1) - margin
        scale = (width - 2 * margin) / (seconds * rate_hz)
        for anchor in chain.anchors:
            x = margin + anchor * scale
            if x < width - margin:
                draw.line((x, floor - height + 2 * margin, x, floor), fill=(214, 84, 40))
        points = [
            (margin + frame * scale, floor - min(value / top, 1.0) * (height - 2 * margin))
            for frame, value in enumerate(speed[: int(seconds * rate_hz)])
        ]
        draw.line(points, fill=(60, 58, 54), width=2)
        draw.line((margin, floor, width - margin, floor), fill=(160, 156, 150))
        draw.text((margin, floor - height + margin + 12), f"{name}: mean joint speed, top {top} m/s", fill=(60, 58, 54))
    return image


def _spread(values: np.ndarray) -> dict[str, float]:
    quantiles = np.quantile(values, [0.5, 0.95, 1.0])
    return {"p50": float(quantiles[0]), "p95": float(quantiles[1]), "max": float(quantiles[2])}


def main() -> None:
    """Makes the chains of all kinds and tells."""
    settings = tyro.cli(Settings)
    load = load_average()
    chains = Chains(settings.bundle, seams=settings.seams, steps=settings.steps, rate_hz=settings.rate_hz)
    kinds = {"plain, as in the paper": chains.plain, "what we had": chains.first_runtime, "runtime": chains.runtime}
    made = {name: [kind(seed) for seed in range(settings.chains)] for name, kind in kinds.items()}
    rows = {name: measured(found, chains.skeleton, settings.rate_hz) for name, found in made.items()}
    if settings.plot is not None:
        plotted({name: found[0] for name, found in made.items()}, chains.skeleton, settings.rate_hz).save(settings.plot)
    if settings.table:
        print(table(rows))
        return
    report = {
        "machine": machine(),
        "versions": versions(),
        "commit": commit(),
        "load_average": {"before": load, "after": load_average()},
        "bundle": {"name": settings.bundle, "card_sha256": bundle_hash(bundle_folder(settings.bundle))},
        "settings": {"steps": settings.steps, "rate_hz": settings.rate_hz, "chains": settings.chains},
        "window_and_draft_ms": _spread(np.array(chains.window_ms)),
        **rows,
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
