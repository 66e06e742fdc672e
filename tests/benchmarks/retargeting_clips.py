"""Two-person clips as they leave the stream, for measuring retargeting: scripted ones, and the lite model's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from seam_chains import TEXTS, Chains

from ponimator_runtime.models.bundle import load_bundle
from ponimator_runtime.motion.contact import BodyContact, body_contacts, foot_contacts
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.retargeting.pair import PairFrame
from ponimator_runtime.motion.retargeting.touching import touches_at
from ponimator_runtime.motion.rotations import quaternion_from_matrix
from ponimator_runtime.motion.stitch import resampled
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.data.synthetic.clearance import SkinParts
from ponimator_training.data.synthetic.kinds import KINDS
from ponimator_training.data.synthetic.synthesis import play

RATE_HZ = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamClip:
    """What a client receives.

    Attributes:
        name: of the interaction.
        rest_joints: (2, 55, 3) m.
        rotations_xyzw: (2, N, 55, 4).
        translations: (2, N, 3) m.
        foot_contacts: (2, N, 4).
        contacts: in frames of the clip.
        rate_hz: frames per second.
    """

    name: str
    rest_joints: np.ndarray
    rotations_xyzw: np.ndarray
    translations: np.ndarray
    foot_contacts: np.ndarray
    contacts: tuple[BodyContact, ...]
    rate_hz: float

    @property
    def frame_count(self) -> int:
        """N."""
        return int(self.translations.shape[1])

    def frame(self, index: int) -> PairFrame:
        """One frame with the contacts that it sees."""
        return PairFrame(
            rotations_xyzw=self.rotations_xyzw[:, index],
            translations=self.translations[:, index],
            foot_contacts=self.foot_contacts[:, index],
            touches=touches_at(self.contacts, index, self.rate_hz),
        )


def clip_of(name: str, motion: Motion, surface: BodySurface) -> StreamClip:
    """Fingers and contacts added, as the server does; floor at y = 0."""
    shown = resampled(motion, RATE_HZ)
    return StreamClip(
        name=name,
        rest_joints=surface.skeleton.rest_joints(shown.betas),
        rotations_xyzw=quaternion_from_matrix(surface.all_rotations(shown.rotations)),
        translations=shown.translations,
        foot_contacts=foot_contacts(shown, surface),
        contacts=tuple(body_contacts(shown, surface)),
        rate_hz=RATE_HZ,
    )


def scripted_clip(kind: str, *, seed: int = 1, bundle: str = "lite") -> StreamClip:
    """A scripted interaction of `ponimator_training`, by the kind's name."""
    surface = load_bundle(bundle).surface
    script = next(one for one in KINDS if one.name == kind)
    return clip_of(kind, play(script, SkinParts(surface), (seed,)).motion, surface)


def model_clip(seed: int, *, bundle: str = "lite", steps: int = 20) -> StreamClip:
    """A text of `seam_chains.TEXTS` as the runtime plays it: the pose, a window, and one that follows."""
    chain = Chains(bundle, seams=1, steps=steps, rate_hz=int(RATE_HZ)).runtime(seed)
    return clip_of(TEXTS[seed % len(TEXTS)], chain.motion, load_bundle(bundle).surface)
