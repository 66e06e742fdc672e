"""What a game does each frame: takes what the client shows now, and retargets it to its two characters.

It knows no engine: whatever draws them sets the poses that come out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ponimator_runtime.client.display import Shown
from ponimator_runtime.client.remote_session import RemoteSession
from ponimator_runtime.motion.retargeting.fitting import fit_rig
from ponimator_runtime.motion.retargeting.pair import PairFrame, PairPosed, PairRetargeter
from ponimator_runtime.motion.retargeting.proposal import propose_map
from ponimator_runtime.motion.retargeting.rig import Rig
from ponimator_runtime.motion.retargeting.touching import TouchNow
from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_NAMES

WRISTS = tuple(JOINT_NAMES.index(f"{side}_wrist") for side in ("left", "right"))


@dataclass(frozen=True, kw_only=True)
class DuetFrame:
    """Both characters in one frame.

    Attributes:
        shown: what the stream shows.
        posed: the characters following it.
    """

    shown: Shown
    posed: PairPosed

    @property
    def hands_touch(self) -> bool:
        """Whether a hand of the one touches a hand of the other now."""
        return any(touch.touches and touch.a in WRISTS and touch.b in WRISTS for touch in self.shown.contacts)

    @property
    def middle(self) -> np.ndarray:
        """Between the two pelves, (3,) m."""
        return 0.5 * (self._pelvis(0) + self._pelvis(1))

    @property
    def side_rad(self) -> float:
        """Yaw of the direction in which one sees both from the side."""
        x, _, z = self._pelvis(1) - self._pelvis(0)
        return float(np.arctan2(x, z)) - 0.5 * np.pi

    def _pelvis(self, person: int) -> np.ndarray:
        return self.posed.bodies[person].joint("pelvis")


class Duet:
    """A session played by two characters.

    Attributes:
        rest_joints: of the stream's bodies, (2, 55, 3) m.
    """

    def __init__(self, session: RemoteSession, rigs: Sequence[Rig]) -> None:
        """Fits both rigs to the bodies that the server moves; which bone is which joint their names tell."""
        self._session = session
        told = np.frombuffer(session.skeleton.rest_joints, dtype="<f4")
        self.rest_joints = told.reshape(2, JOINT_COUNT, 3).astype(np.float64)
        first, second = (
            fit_rig(rig, propose_map(rig.names, rig.parents).rig_map, rest)
            for rig, rest in zip(rigs, self.rest_joints, strict=True)
        )
        self._retargeter = PairRetargeter((first, second))
        self._shown_ns: int | None = None

    def frame(self, at_ns: int) -> DuetFrame | None:
        """The characters at a time on the server's clock that never goes back; None before the first frame plays."""
        shown = self._session.display(at_ns)
        if shown.pose is None or shown.foot_contacts is None:
            return None
        passed_s = 0.0 if self._shown_ns is None else 1e-9 * (at_ns - self._shown_ns)
        self._shown_ns = at_ns
        touches = [
            TouchNow(joint_a=touch.a, joint_b=touch.b, begins_in_s=touch.starts_in_s, ended_since_s=touch.ended_s)
            for touch in shown.contacts
        ]
        source = PairFrame(
            rotations_xyzw=shown.pose.rotations_xyzw,
            translations=shown.pose.translations,
            foot_contacts=shown.foot_contacts,
            touches=touches,
        )
        return DuetFrame(shown=shown, posed=self._retargeter.follow(source, passed_s))
