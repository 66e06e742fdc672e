"""The stage: ground, light, two bodies, the ghosts of the interactive pose, and marks where the bodies touch."""

from __future__ import annotations

from typing import Final

import numpy as np
import viser
from jaxtyping import Float

from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.viewing.figure import Colour, Figure
from ponimator_runtime.viewing.picture import Picture

COLOURS: Final[tuple[Colour, Colour]] = ((222, 125, 84), (84, 136, 196))
_GHOST_OPACITY: Final = 0.18
_MARK_COLOUR: Final[Colour] = (240, 40, 60)
_MARK_RADIUS_M: Final = 0.045
_MARKS: Final = 8
_CAMERA_AT: Final = (2.0, 1.6, 2.0)
_CAMERA_LOOKS_AT: Final = (0.0, 0.9, 0.3)


class Scene:
    """Draws pictures of two persons."""

    def __init__(self, server: viser.ViserServer, surface: BodySurface) -> None:
        """Sets an empty stage."""
        self._server, self._surface = server, surface
        server.scene.set_up_direction("+y")
        server.scene.add_grid(
            "/ground", plane="xz", cell_size=0.5, section_size=1.0, infinite_grid=True, fade_distance=15.0
        )
        server.initial_camera.position = _CAMERA_AT
        server.initial_camera.look_at = _CAMERA_LOOKS_AT
        self._marks = [
            server.scene.add_icosphere(
                f"/touch/{number}", radius=_MARK_RADIUS_M, color=_MARK_COLOUR, subdivisions=2, visible=False
            )
            for number in range(_MARKS)
        ]
        self._figures: tuple[Figure, ...] = ()
        self._ghosts: tuple[Figure, ...] = ()

    def cast(self, rest_joints: Float[np.ndarray, "2 55 3"]) -> None:
        """Puts two persons on stage in place of those who were."""
        for figure in (*self._figures, *self._ghosts):
            figure.remove()
        self._figures = self._pair("person", rest_joints, opacity=None)
        self._ghosts = self._pair("anchor", rest_joints, opacity=_GHOST_OPACITY)

    def show(self, picture: Picture, *, with_anchor: bool = True) -> None:
        """Draws it, all at once for every browser."""
        with self._server.atomic():
            joints = [
                figure.pose(rotations, translation)
                for figure, rotations, translation in zip(
                    self._figures, picture.rotations_xyzw, picture.translations, strict=True
                )
            ]
            self._show_ghosts(picture.anchor if with_anchor else None)
            for number, mark in enumerate(self._marks):
                touches = number < len(picture.touching)
                if touches:
                    a, b = picture.touching[number]
                    mark.position = (joints[0][a] + joints[1][b]) / 2
                if mark.visible != touches:
                    mark.visible = touches

    def _show_ghosts(self, anchor: Picture | None) -> None:
        for row, ghost in enumerate(self._ghosts):
            if anchor is not None:
                ghost.pose(anchor.rotations_xyzw[row], anchor.translations[row])
            ghost.visible = anchor is not None

    def _pair(
        self, name: str, rest_joints: Float[np.ndarray, "2 55 3"], *, opacity: float | None
    ) -> tuple[Figure, ...]:
        return tuple(
            Figure(
                self._server.scene,
                f"/{name}/{number}",
                self._surface,
                rest_joints[number],
                colour=colour,
                opacity=opacity,
            )
            for number, colour in enumerate(COLOURS)
        )
