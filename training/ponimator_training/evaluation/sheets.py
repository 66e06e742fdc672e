"""Pictures of the best, the median and the worst window, so that a person can look at what the numbers say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.picture import SheetLayout, contact_sheet
from ponimator_training.evaluation.draws import Asked
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.played import played_features
from ponimator_training.evaluation.window_rows import own_anchor_error_mm

_PANELS = 10
_LAYOUT = SheetLayout(columns=_PANELS, panel_width=200, panel_height=210, camera_yaw_rad=float(np.radians(20.0)))


def draw_sheets(
    models: Models, asked: Asked, surface: BodySurface, rng: np.random.Generator, folder: Path
) -> list[Path]:
    """Contact sheets of three windows, the truth above ours, by how well the network itself kept the anchor."""
    windows = asked.windows
    anchor = windows.anchor.astype(np.float64)
    animated = models.animate(anchor, windows.anchor_joints, windows.anchor_index, rng)
    errors = own_anchor_error_mm(animated.own_anchor, asked.anchors(), surface)
    order = np.argsort(errors)
    truth, ours = (
        played_features(features, windows.betas, surface.skeleton) for features in (windows.motion, animated.motion)
    )
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, window in (("best", order[0]), ("median", order[len(order) // 2]), ("worst", order[-1])):
        anchor_frame = int(windows.anchor_index[window])
        error = f"own anchor error {errors[window]:.1f} mm"
        titles = (f"{name} window ({asked.kinds[window]}), truth", f"ours, {error}")
        rows = [
            contact_sheet(
                motion.motion(int(window)),
                surface,
                _shown_frames(anchor_frame, motion.frame_count),
                marked=[anchor_frame],
                layout=_LAYOUT,
                title=title,
            )
            for motion, title in zip((truth, ours), titles, strict=True)
        ]
        path = folder / f"{name}.png"
        _below_each_other(rows).save(path)
        written.append(path)
    return written


def _shown_frames(anchor_frame: int, frame_count: int) -> list[int]:
    """The anchor, and others spread evenly over the window: as many as there are panels, or all."""
    spread = np.linspace(0, frame_count - 1, min(_PANELS, frame_count)).round().astype(int)
    spread[np.abs(spread - anchor_frame).argmin()] = anchor_frame
    return [int(frame) for frame in spread]


def _below_each_other(rows: list[Image.Image]) -> Image.Image:
    """One picture of rows of one width."""
    sheet = Image.new("RGB", (rows[0].width, sum(row.height for row in rows)))
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet
