"""The curves of finished runs, out of TensorBoard's files: as a table (.csv) and as a picture (.png).

python -m ponimator_training.curves runs/animator runs/generator --png curves.png
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from PIL import Image, ImageDraw, ImageFont
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # type: ignore[import-untyped]

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.errors import ConfigError, PonimatorError

USAGE_ERROR = 2
Points = list[tuple[int, float]]
"""Step and value."""

_PANEL_SIZE = (560, 320)
_MARGINS = (64, 40, 16, 36)
"""Left, top, right, bottom, in pixels."""
_TRAIN_COLOUR, _HELD_OUT_COLOUR, _GRID_COLOUR, _INK = "#9db8d9", "#c8502a", "#dddddd", "#222222"
_SMOOTHED_POINTS = 200


@dataclass(frozen=True, kw_only=True)
class CurvesCommand:
    """Write the curves of runs as a table or a picture.

    Attributes:
        runs: folders of `ponimator train`.
        csv: table to write: run, curve, step, value.
        png: picture to write: the loss of each run over its steps, on training and held-out clips.
    """

    runs: Annotated[tuple[Path, ...], tyro.conf.Positional]
    csv: Path | None = None
    png: Path | None = None


def main(arguments: list[str]) -> int:
    """Writes what is asked for; returns the exit code."""
    try:
        command = parsed(CurvesCommand, arguments, command="curves")
        curves = {run.name: curves_of(run) for run in command.runs}
    except PonimatorError as error:
        print(f"ponimator_training.curves: {error}", file=sys.stderr)
        return USAGE_ERROR
    if command.csv is not None:
        write_table(curves, command.csv)
    if command.png is not None:
        drawn(curves).save(command.png)
    return 0


def curves_of(run: Path) -> dict[str, Points]:
    """All curves of a run by name; of a run that was resumed, every part.

    Raises:
        ConfigError: the folder holds none.
    """
    files = sorted((run / "curves").glob("events.out.tfevents.*"))
    if not files:
        raise ConfigError(f"{run} holds no curves; name a folder that ponimator train wrote.")
    curves: dict[str, Points] = {}
    for file in files:
        events = EventAccumulator(str(file), size_guidance={"scalars": 0})
        events.Reload()
        for name in events.Tags()["scalars"]:
            curves.setdefault(name, []).extend((event.step, event.value) for event in events.Scalars(name))
    return {name: sorted(points) for name, points in curves.items()}


def write_table(curves: dict[str, dict[str, Points]], path: Path) -> None:
    """One row a point."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["run", "curve", "step", "value"])
        for run, named in curves.items():
            for name, points in named.items():
                rows.writerows([run, name, step, f"{value:.6g}"] for step, value in points)


def drawn(curves: dict[str, dict[str, Points]]) -> Image.Image:
    """A panel for each run, side by side."""
    width, height = _PANEL_SIZE
    picture = Image.new("RGB", (width * len(curves), height), "white")
    for place, (run, named) in enumerate(curves.items()):
        picture.paste(_panel(run, named.get("train/total", []), named.get("held_out/total", [])), (place * width, 0))
    return picture


def _panel(title: str, train: Points, held_out: Points) -> Image.Image:
    """Both axes logarithmic: a loss falls over orders of magnitude of steps."""
    panel = Image.new("RGB", _PANEL_SIZE, "white")
    draw, font = ImageDraw.Draw(panel), ImageFont.load_default(12)
    left, top, right, bottom = _MARGINS
    width, height = _PANEL_SIZE[0] - left - right, _PANEL_SIZE[1] - top - bottom
    points = np.array([*train, *held_out], dtype=float).reshape(-1, 2)
    points = points[(points > 0).all(axis=1)]
    draw.text((left, 10), title, fill=_INK, font=font)
    draw.text((left + 200, 10), "training clips", fill=_TRAIN_COLOUR, font=font)
    draw.text((left + 300, 10), "held-out, averaged weights", fill=_HELD_OUT_COLOUR, font=font)
    if len(points) == 0:
        return panel
    lowest, highest = np.log10(points.min(axis=0)), np.log10(points.max(axis=0)) + 1e-6

    def place(curve: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        share = (np.log10(np.array(curve)) - lowest) / (highest - lowest)
        return [(left + x * width, top + (1 - y) * height) for x, y in share]

    for axis in (0, 1):
        for value in _round_values(10 ** lowest[axis], 10 ** highest[axis]):
            at = (value, 10 ** lowest[1]) if axis == 0 else (10 ** lowest[0], value)
            (x, y) = place([at])[0]
            if axis == 0:
                draw.line([(x, top), (x, top + height)], fill=_GRID_COLOUR)
                draw.text((x, top + height + 6), f"{value:g}", fill=_INK, font=font, anchor="ma")
            else:
                draw.line([(left, y), (left + width, y)], fill=_GRID_COLOUR)
                draw.text((left - 6, y), f"{value:g}", fill=_INK, font=font, anchor="rm")
    draw.text((left + width, _PANEL_SIZE[1] - 4), "step", fill=_INK, font=font, anchor="rs")
    for curve, colour, thickness in ((_smoothed(train), _TRAIN_COLOUR, 2), (held_out, _HELD_OUT_COLOUR, 2)):
        positive = [point for point in curve if min(point) > 0]
        if len(positive) > 1:
            draw.line(place(positive), fill=colour, width=thickness)
        for x, y in place(positive) if curve is held_out and positive else []:
            draw.ellipse([(x - 3, y - 3), (x + 3, y + 3)], fill=colour)
    return panel


def _smoothed(points: Points) -> list[tuple[float, float]]:
    """At most so many points, each the mean of a stretch."""
    stretches = np.array_split(np.array(points, dtype=float).reshape(-1, 2), min(len(points), _SMOOTHED_POINTS) or 1)
    return [(float(step), float(value)) for step, value in (part.mean(axis=0) for part in stretches if len(part))]


def _round_values(lowest: float, highest: float) -> list[float]:
    """1, 2 and 5 times powers of ten inside of a range; powers alone where they are many."""
    powers = range(int(np.floor(np.log10(lowest))), int(np.ceil(np.log10(highest))) + 1)
    digits = (1, 2, 5) if len(powers) < 4 else (1,)
    return [digit * 10.0**power for power in powers for digit in digits if lowest <= digit * 10.0**power <= highest]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
