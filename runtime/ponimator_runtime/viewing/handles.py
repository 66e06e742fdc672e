"""A handle on the ground for each person: drag it, and the person stands there at the next trigger."""

from __future__ import annotations

import functools
import threading
from typing import Final

import numpy as np
import viser
from jaxtyping import Float

_SCALE: Final = 0.5
_ALONG_THE_GROUND: Final = (True, False, True)


class Handles:
    """Where the persons were dragged to, relative to where the stream has them."""

    def __init__(self, scene: viser.SceneApi) -> None:
        """Adds both, invisible until there is somebody to drag."""
        self._lock = threading.Lock()
        self._dragged = np.zeros((2, 3))
        self._at = np.zeros((2, 3))
        self._controls = [
            scene.add_transform_controls(
                f"/handle/{number}",
                scale=_SCALE,
                active_axes=_ALONG_THE_GROUND,
                disable_rotations=True,
                visible=False,
            )
            for number in (0, 1)
        ]
        for number, control in enumerate(self._controls):
            control.on_update(functools.partial(self._moved, number))

    @property
    def dragged(self) -> Float[np.ndarray, "2 3"]:
        """How far each one was moved, m, along the ground."""
        with self._lock:
            return self._dragged.copy()

    def follow(self, pelves: Float[np.ndarray, "2 3"], *, resting: bool) -> None:
        """Puts the handles under the persons; while these move, there is nothing to drag."""
        ground = pelves * np.array([1.0, 0.0, 1.0])
        with self._lock:
            self._at = ground
            if not resting:
                self._dragged[:] = 0.0
            places = ground + self._dragged
        for control, place in zip(self._controls, places, strict=True):
            if control.visible != resting:
                control.visible = resting
            if not np.allclose(control.position, place, atol=1e-4):
                control.position = place

    def let_go(self) -> None:
        """The persons are where they were dragged to: nothing is left to tell."""
        with self._lock:
            self._dragged[:] = 0.0

    def _moved(self, number: int, event: viser.TransformControlsEvent) -> None:
        place = np.array(event.target.position)
        with self._lock:
            self._dragged[number] = (place - self._at[number]) * np.array([1.0, 0.0, 1.0])
