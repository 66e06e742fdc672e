"""The tests run with shape checks on: a wrong shape in motion is an error, not a silent broadcast."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from ponimator_runtime.motion.rotations import matrix_from_rotation_6d


def test_a_wrong_shape_is_caught():
    with pytest.raises(TypeCheckError):
        matrix_from_rotation_6d(np.zeros((2, 7)))
