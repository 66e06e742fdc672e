"""Contact sheets: both bodies drawn at chosen instants, side by side, so that a person can look at a motion.

A plain painter's algorithm over a small mesh; it knows surfaces and motion, no file format but the image's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_runtime.motion.surface import BodySurface

_BACKGROUND = (247, 246, 243)
_FLOOR = (222, 219, 212)
_INK = (60, 58, 54)
_MARK = (214, 84, 40)
_BODY_COLOURS = np.array([[92, 140, 196], [232, 158, 84]], dtype=np.float64)
_LIGHT = np.array([0.35, 0.8, 0.5]) / np.linalg.norm([0.35, 0.8, 0.5])
_SUPERSAMPLING = 2
_HEADROOM_M = 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetLayout:
    """How a contact sheet is laid out.

    Attributes:
        columns: panels in a row.
        panel_width: px.
        panel_height: px.
        camera_yaw_rad: from which side one looks: 0 looks along −X onto the Y-Z plane, with person A on the left.
        span_m: width of what a panel shows.
    """

    columns: int = 6
    panel_width: int = 260
    panel_height: int = 240
    camera_yaw_rad: float = 0.0
    span_m: float = 2.4


def contact_sheet(
    motion: Motion,
    surface: BodySurface,
    frames: Sequence[int],
    *,
    marked: Sequence[int] = (),
    layout: SheetLayout | None = None,
    title: str = "",
) -> Image.Image:
    """One panel a frame, in order of time; `marked` frames get a coloured frame (the anchors)."""
    layout = layout or SheetLayout()
    rows = -(-len(frames) // layout.columns)
    title_height = 28 if title else 0
    sheet = Image.new(
        "RGB", (layout.columns * layout.panel_width, rows * layout.panel_height + title_height), _BACKGROUND
    )
    if title:
        ImageDraw.Draw(sheet).text((10, 7), title, fill=_INK)
    vertices = [
        surface.posed(motion.rotations[p][list(frames)], motion.translations[p][list(frames)], motion.betas[p])
        for p in range(2)
    ]
    for index, frame in enumerate(frames):
        panel = _panel([body[index] for body in vertices], surface.faces, layout)
        draw = ImageDraw.Draw(panel)
        draw.text((8, 6), f"{frame / motion.rate_hz:5.2f} s", fill=_INK)
        if frame in marked:
            draw.rectangle((1, 1, layout.panel_width - 2, layout.panel_height - 2), outline=_MARK, width=3)
            draw.text((layout.panel_width - 52, 6), "anchor", fill=_MARK)
        row, column = divmod(index, layout.columns)
        sheet.paste(panel, (column * layout.panel_width, title_height + row * layout.panel_height))
    return sheet


def _panel(bodies: list[Float[np.ndarray, "V 3"]], faces: np.ndarray, layout: SheetLayout) -> Image.Image:
    width, height = layout.panel_width * _SUPERSAMPLING, layout.panel_height * _SUPERSAMPLING
    image = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    scale = width / layout.span_m
    floor_y = height - _HEADROOM_M * scale
    draw.rectangle((0, floor_y, width, height), fill=_FLOOR)
    view = matrix_about_y(-layout.camera_yaw_rad)
    middle = np.mean([body.mean(axis=0) for body in bodies], axis=0)
    polygons, depths, colours = [], [], []
    for body, colour in zip(bodies, _BODY_COLOURS, strict=True):
        seen = (body - middle * [1, 0, 1]) @ view.T
        corners = seen[faces]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        # The camera stands at +X and looks along −X: what is near has a large x; z runs to the left, so A is on the right
        # unless mirrored; screen x is taken as +z so that A (at smaller z) stands on the left.
        front = normals[:, 0] < 0.05
        shade = 0.45 + 0.55 * np.clip((normals * [-1, 1, 1]) @ _LIGHT, 0, 1)
        polygons.append(corners[front])
        depths.append(-corners[front][:, :, 0].mean(axis=1))
        colours.append((shade[front, None] * colour).astype(int))
    corners, depth, colour = np.concatenate(polygons), np.concatenate(depths), np.concatenate(colours)
    screen_x = width / 2 + corners[:, :, 2] * scale
    screen_y = floor_y - corners[:, :, 1] * scale
    for face in np.argsort(depth):
        points = list(zip(screen_x[face].tolist(), screen_y[face].tolist(), strict=True))
        draw.polygon(points, fill=tuple(colour[face].tolist()))
    return image.resize((layout.panel_width, layout.panel_height), Image.Resampling.LANCZOS)
