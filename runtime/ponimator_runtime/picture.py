"""Contact sheets: both bodies drawn at chosen instants, side by side, so that a person can look at a motion.

A plain painter's algorithm over a small mesh; it knows surfaces and motion, no file format but the image's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from PIL import Image, ImageDraw

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_runtime.motion.surface import BodySurface

_BACKGROUND = (247, 246, 243)
_FLOOR = (222, 219, 212)
_INK = (60, 58, 54)
_MARK = (214, 84, 40)
_BODY_COLOURS = np.array([[92, 140, 196], [232, 158, 84]], dtype=np.float64)
_LIGHT = np.array([-0.5, 0.75, -0.43])
"""Direction to the lamp, of about unit length: above, on the camera's side."""
_AMBIENT = 0.5
_SUPERSAMPLING = 2
_FLOOR_MARGIN_M = 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetLayout:
    """How a contact sheet is laid out.

    Attributes:
        columns: panels in a row.
        panel_width: px.
        panel_height: px.
        camera_yaw_rad: from which side one looks; 0 looks along +X, so that who faces +Z looks to the right.
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


def _panel(bodies: list[Float[np.ndarray, "V 3"]], faces: Int[np.ndarray, "F 3"], layout: SheetLayout) -> Image.Image:
    """One instant, seen along +X of the camera: what is far is drawn first."""
    width, height = layout.panel_width * _SUPERSAMPLING, layout.panel_height * _SUPERSAMPLING
    image = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    scale = width / layout.span_m
    floor_y = height - _FLOOR_MARGIN_M * scale
    draw.rectangle((0, floor_y, width, height), fill=_FLOOR)
    view = matrix_about_y(-layout.camera_yaw_rad)
    middle = np.mean([body.mean(axis=0) for body in bodies], axis=0)
    triangles, colours = [], []
    for body, colour in zip(bodies, _BODY_COLOURS, strict=True):
        seen = (body - middle * [1, 0, 1]) @ view.T
        corners = seen[faces]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        front = normals[:, 0] < 0
        shade = _AMBIENT + (1 - _AMBIENT) * np.clip(_smoothed(normals, faces, len(body)) @ _LIGHT, 0, 1)
        triangles.append(corners[front])
        colours.append((shade[front, None] * colour).astype(int))
    corners, colour = np.concatenate(triangles), np.concatenate(colours)
    screen_x = width / 2 + corners[:, :, 2] * scale
    screen_y = floor_y - corners[:, :, 1] * scale
    for face in np.argsort(-corners[:, :, 0].mean(axis=1)):
        points = list(zip(screen_x[face].tolist(), screen_y[face].tolist(), strict=True))
        draw.polygon(points, fill=tuple(colour[face].tolist()))
    return image.resize((layout.panel_width, layout.panel_height), Image.Resampling.LANCZOS)


def _smoothed(
    normals: Float[np.ndarray, "F 3"], faces: Int[np.ndarray, "F 3"], vertex_count: int
) -> Float[np.ndarray, "F 3"]:
    """Unit normals of faces, averaged with their neighbours' so that a light mesh looks round."""
    at_vertices = np.zeros((vertex_count, 3))
    for corner in range(3):
        np.add.at(at_vertices, faces[:, corner], normals)
    averaged = at_vertices[faces].sum(axis=1)
    return averaged / np.maximum(np.linalg.norm(averaged, axis=1, keepdims=True), 1e-12)
