"""One body, and a few kept clips of every kind."""

import pytest

from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.data.clips import ClipSet
from ponimator_training.data.synthetic.clearance import SkinParts
from ponimator_training.data.synthetic.kinds import KINDS
from ponimator_training.data.synthetic.synthesis import synthesise

CLIPS_OF_EACH_KIND = 2


@pytest.fixture(scope="session")
def surface() -> BodySurface:
    return body_surface(default_body())


@pytest.fixture(scope="session")
def skin(surface: BodySurface) -> SkinParts:
    return SkinParts(surface)


@pytest.fixture(scope="session")
def clips(surface: BodySurface) -> ClipSet:
    return synthesise(surface, clips=CLIPS_OF_EACH_KIND * len(KINDS), seed=5)
