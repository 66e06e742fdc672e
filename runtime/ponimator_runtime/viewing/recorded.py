"""The view of a recording: what was streamed, frame by frame, with a time slider."""

from __future__ import annotations

import threading
import time
from typing import Final

import numpy as np
import viser

from ponimator_runtime.client.playout import HeldFrame, Playout
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.viewing.picture import picture_of
from ponimator_runtime.viewing.scene import Scene
from ponimator_runtime.wire import Skeleton, rest_joints_array

RATE_HZ: Final = 30
_FASTEST: Final = 4.0


class RecordedView:
    """A browser page over what was recorded."""

    def __init__(
        self, server: viser.ViserServer, playout: Playout, skeleton: Skeleton, surface: BodySurface, *, title: str
    ) -> None:
        """Sets the stage.

        Args:
            server: of the page.
            playout: all that was recorded, not empty.
            skeleton: of the two bodies.
            surface: how they look.
            title: what it is called.
        """
        self._playout = playout
        motion = playout.motion(fill=True)
        self._start, self._stop = motion.start, motion.start + motion.frame_count
        self._rate_hz = motion.rate_hz
        self._anchors = motion.anchors
        self._scene = Scene(server, surface)
        self._scene.cast(rest_joints_array(skeleton).astype(np.float64))
        gui = server.gui
        gui.add_markdown(f"### {title}")
        seconds = (self._stop - 1 - self._start) / self._rate_hz
        self._time = gui.add_slider("Time, s", 0.0, max(seconds, 1.0 / self._rate_hz), 1.0 / self._rate_hz, 0.0)
        self._playing = gui.add_checkbox("Play", initial_value=True)
        self._speed = gui.add_slider("Speed", 0.1, _FASTEST, 0.1, 1.0)
        self._ghost = gui.add_checkbox("Show the interactive pose", initial_value=True)
        self._told = gui.add_markdown("")

    def run(self, stopping: threading.Event) -> None:
        """Draws until it is told to stop."""
        last_s, drawn = time.monotonic(), None
        while not stopping.is_set():
            now_s = time.monotonic()
            if self._playing.value:
                self._go_on((now_s - last_s) * float(self._speed.value))
            last_s = now_s
            wanted = self._start + float(self._time.value) * self._rate_hz, bool(self._ghost.value)
            if wanted != drawn:
                self._draw(round(wanted[0]))
                drawn = wanted
            stopping.wait(max(0.0, now_s + 1 / RATE_HZ - time.monotonic()))

    def _go_on(self, seconds: float) -> None:
        """From the end it begins anew."""
        there_s = float(self._time.value) + seconds
        self._time.value = 0.0 if there_s >= float(self._time.max) else there_s  # type: ignore[misc]  # viser's stubs

    def _draw(self, number: int) -> None:
        held = self._playout.frame_at(number)
        if held is None:
            return
        self._scene.show(picture_of(held, anchor=self._anchor(held)), with_anchor=bool(self._ghost.value))
        block = held.block
        self._told.content = (
            f"Frame {held.number} · interaction {block.interaction} · revision {block.revision}"
            f" · touching: {len(picture_of(held).touching)} pairs of joints"
        )

    def _anchor(self, held: HeldFrame) -> HeldFrame | None:
        """The interactive pose of the interaction that a frame is of."""
        frames = [self._playout.frame(anchor) for anchor in self._anchors]
        same = [frame for frame in frames if frame is not None and frame.block.interaction == held.block.interaction]
        return min(same, key=lambda frame: abs(frame.number - held.number), default=None)
