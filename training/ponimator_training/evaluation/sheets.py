"""Pictures of the best, the median and the worst window, so that a person can look at what the numbers say."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.picture import SheetLayout, contact_sheet
from ponimator_training.evaluation.draws import Asked
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.played import played_features
from ponimator_training.evaluation.window_rows import own_anchor_error_mm

_PANELS = 12
_CAMERA_YAW_RAD = float(np.radians(20.0))


def draw_sheets(
    models: Models, asked: Asked, surface: BodySurface, rng: np.random.Generator, folder: Path
) -> list[Path]:
    """Contact sheets of three of our windows, by how well the network itself kept the anchor."""
    windows = asked.windows
    anchor = windows.anchor.astype(np.float64)
    animated = models.animate(anchor, windows.anchor_joints, windows.anchor_index, rng)
    errors = own_anchor_error_mm(animated.own_anchor, asked, surface)
    order = np.argsort(errors)
    motion = played_features(animated.motion, windows.betas, surface.skeleton)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, window in (("best", order[0]), ("median", order[len(order) // 2]), ("worst", order[-1])):
        anchor_frame = int(windows.anchor_index[window])
        spread = np.linspace(0, motion.frame_count - 1, _PANELS - 1).round().astype(int).tolist()
        sheet = contact_sheet(
            motion.motion(int(window)),
            surface,
            sorted({anchor_frame, *spread}),
            marked=[anchor_frame],
            layout=SheetLayout(camera_yaw_rad=_CAMERA_YAW_RAD),
            title=f"{name}: {asked.kinds[window]}, own anchor error {errors[window]:.1f} mm",
        )
        path = folder / f"{name}.png"
        sheet.save(path)
        written.append(path)
    return written
