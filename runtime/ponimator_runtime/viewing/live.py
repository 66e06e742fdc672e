"""The live view: draws what a session shows, and sends its triggers."""

from __future__ import annotations

import threading
import time
from typing import Final

import numpy as np
import viser

from ponimator_runtime.client import Client
from ponimator_runtime.client.display import PlayState, Shown, ShownPose
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.viewing.follower import Follower, Poses, Seen
from ponimator_runtime.viewing.handles import Handles
from ponimator_runtime.viewing.panel import Panel, Wish
from ponimator_runtime.viewing.picture import Picture, picture_of
from ponimator_runtime.viewing.scene import Scene
from ponimator_runtime.wire import Profile, pose_from_arrays, rest_joints_array

RATE_HZ: Final = 30
_TELLING_S: Final = 0.25
_DRAGGED_M: Final = 0.02
"""Who was moved less than this was not meant to be moved."""


class LiveView:
    """A browser page over a session of its own."""

    def __init__(self, server: viser.ViserServer, client: Client, surface: BodySurface) -> None:
        """Sets the stage and opens a session.

        Args:
            server: of the page.
            client: connected; from now on the view's alone.
            surface: how the bodies look.
        """
        self._scene = Scene(server, surface)
        self._handles = Handles(server.scene)
        self._panel = Panel(server.gui, trigger=self._trigger, cancel=self._cancel, choose=self._choose)
        self._follower = Follower(client, Profile.BALANCED, self._panel.announce)
        self._session = ""
        self._rest_pelves = np.zeros((2, 3))
        self._newest: ShownPose | None = None
        self._behind_s = 0.0

    def run(self, stopping: threading.Event) -> None:
        """Draws until it is told to stop."""
        told_s, last_s = 0.0, time.monotonic()
        with self._follower:
            while not stopping.is_set():
                now_s = time.monotonic()
                seen = self._follower.seen(self._behind_s)
                self._draw(seen)
                self._fall_behind(seen.shown, now_s - last_s)
                if now_s - told_s >= _TELLING_S:
                    self._panel.tell(seen.shown.state, seen.counters, behind_s=self._behind_s, steps=seen.steps)
                    told_s = now_s
                last_s = now_s
                stopping.wait(max(0.0, now_s + 1 / RATE_HZ - time.monotonic()))

    def _draw(self, seen: Seen) -> None:
        if seen.session != self._session:
            rest_joints = rest_joints_array(seen.skeleton).astype(np.float64)
            self._scene.cast(rest_joints)
            self._session, self._rest_pelves, self._newest = seen.session, rest_joints[:, 0], None
        pose = seen.shown.pose
        self._newest = pose
        if pose is None:
            return
        resting = seen.shown.state is PlayState.RESTING
        self._handles.follow(self._rest_pelves + pose.translations, resting=resting)
        picture = Picture(
            rotations_xyzw=pose.rotations_xyzw,
            translations=pose.translations + (self._handles.dragged if resting else 0.0),
            touching=tuple((contact.a, contact.b) for contact in seen.shown.contacts if contact.touches),
            anchor=None if seen.anchor is None or resting else picture_of(seen.anchor),
        )
        self._scene.show(picture, with_anchor=self._panel.shows_anchor)

    def _fall_behind(self, shown: Shown, passed_s: float) -> None:
        """Slow motion plays what has come; the present is caught up with where nothing moves."""
        if shown.state is PlayState.PLAYING:
            self._behind_s += (1.0 - self._panel.speed) * passed_s
        elif shown.state is PlayState.RESTING:
            self._behind_s = 0.0

    def _trigger(self, wish: Wish) -> None:
        self._follower.trigger(wish, self._dragged_poses())
        self._handles.let_go()

    def _dragged_poses(self) -> Poses:
        """Live poses, where somebody was dragged; else the server goes on from what it plays."""
        dragged, pose = self._handles.dragged, self._newest
        if pose is None or np.linalg.norm(dragged, axis=1).max() < _DRAGGED_M:
            return None, None
        first, second = (
            pose_from_arrays(
                pose.rotations_xyzw[person, :BODY_JOINT_COUNT].astype(np.float32),
                (pose.translations[person] + dragged[person]).astype(np.float32),
            )
            for person in (0, 1)
        )
        return first, second

    def _cancel(self) -> None:
        self._follower.cancel()

    def _choose(self, profile: Profile) -> None:
        self._follower.choose(profile)
