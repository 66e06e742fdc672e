"""Contact sheets of two rigs as stick figures: rows are stages, columns instants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from ponimator_runtime.motion.retargeting.pair import PairPosed
from ponimator_runtime.motion.rotations import matrix_about_y

_BACKGROUND, _FLOOR, _INK, _MARK = (247, 246, 243), (205, 202, 195), (60, 58, 54), (200, 30, 30)
_COLOURS = ((60, 110, 180), (215, 120, 40))
_PANEL_PX, _SPAN_M, _MARGIN_M, _SUPERSAMPLING = (230, 300), 2.0, 0.2, 3


def stick_sheet(
    rows: Sequence[tuple[str, Sequence[PairPosed]]], instants_s: Sequence[float], *, camera_yaw_rad: float
) -> Image.Image:
    """One panel for each stage and instant; goals of touching hands are red dots."""
    width, height = _PANEL_PX
    sheet = Image.new("RGB", (width * len(instants_s), (height + 20) * len(rows)), _BACKGROUND)
    for row, (title, posed) in enumerate(rows):
        for column, (both, instant_s) in enumerate(zip(posed, instants_s, strict=True)):
            panel = _panel(both, camera_yaw_rad)
            ImageDraw.Draw(panel).text((6, 4), f"{title}  {instant_s:.2f} s", fill=_INK)
            sheet.paste(panel, (width * column, (height + 20) * row))
    return sheet


def _panel(both: PairPosed, camera_yaw_rad: float) -> Image.Image:
    width, height = (_SUPERSAMPLING * side for side in _PANEL_PX)
    image = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    scale = width / _SPAN_M
    view = matrix_about_y(-camera_yaw_rad)
    middle = 0.5 * (both.bodies[0].joint("pelvis") + both.bodies[1].joint("pelvis"))
    middle[1] = 0.0

    def seen(point: np.ndarray) -> tuple[float, float]:
        turned = view @ (point - middle)
        return width / 2 + turned[2] * scale, height - (_MARGIN_M + turned[1]) * scale

    floor = height - _MARGIN_M * scale
    draw.rectangle((0, floor, width, height), fill=_FLOOR)
    for body, colour in zip(both.bodies, _COLOURS, strict=True):
        mapped = sorted(body.fitted.bones.values())
        for bone in mapped:
            parent = body.fitted.rig.parents[bone]
            while parent >= 0 and parent not in mapped:
                parent = body.fitted.rig.parents[parent]
            if parent >= 0:
                draw.line((*seen(body.positions[parent]), *seen(body.positions[bone])), fill=colour, width=7)
        x, y = seen(body.joint("head"))
        radius = 0.08 * scale * body.fitted.body_scale
        draw.ellipse((x - radius, y - 2 * radius, x + radius, y), outline=colour, width=5)
    for goal in both.goals.values():
        x, y = seen(goal.place)
        draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=_MARK)
    return image.resize(_PANEL_PX, Image.Resampling.LANCZOS)
