"""One body and a few played clips for all readers."""

import pytest

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget
from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.data.contact_regions import ContactRegions
from ponimator_training.data.extraction import STRETCH_FRAMES
from ponimator_training.data.synthetic.clearance import SkinParts
from ponimator_training.data.synthetic.kinds import KINDS
from ponimator_training.data.synthetic.synthesis import SynthClip, play


@pytest.fixture(scope="session")
def surface() -> BodySurface:
    return body_surface(default_body())


@pytest.fixture(scope="session")
def skeleton(surface: BodySurface) -> Skeleton:
    return surface.skeleton


@pytest.fixture(scope="session")
def regions() -> ContactRegions:
    return ContactRegions.of(default_body())


@pytest.fixture(scope="session")
def target(skeleton: Skeleton) -> SmplTarget:
    return SmplTarget(skeleton=skeleton)


@pytest.fixture(scope="session")
def handshake(surface: BodySurface) -> SynthClip:
    kind = next(kind for kind in KINDS if kind.name == "handshake")
    played = play(kind, SkinParts(surface), (21,))
    # One stretch of extraction long, so that what is cut is only what a test cuts.
    motion, interactive = played.motion.frames(0, STRETCH_FRAMES), played.interactive[:STRETCH_FRAMES]
    return SynthClip(motion=motion, interactive=interactive, kind=kind)


@pytest.fixture(scope="session")
def truth(handshake: SynthClip) -> Motion:
    return handshake.motion
