"""The golden file of retargeting is what the code makes, within what its readers are held to."""

import json

import numpy as np
import pytest
from tests.contract.make_golden_retarget import CASES, GOLDEN, TOLERANCES, expected_of, plain, proposals

from ponimator_runtime.motion.rotations import angle_between, matrix_from_quaternion

_SMALL_FILE = 1_500_000


@pytest.fixture(name="golden", scope="module")
def _golden():
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def same(ours, stored) -> None:
    """Down to the numbers; quaternions as rotations."""
    if isinstance(stored, dict) and "shape" in stored:
        assert ours["shape"] == stored["shape"]
        np.testing.assert_allclose(plain(ours), plain(stored), atol=TOLERANCES["position_m"], rtol=0)
    elif isinstance(stored, dict):
        assert ours.keys() == stored.keys()
        for key in stored:
            if key.endswith("rotations_xyzw"):
                turned = angle_between(*(matrix_from_quaternion(plain(one[key])) for one in (ours, stored)))
                assert turned.max() < TOLERANCES["rotation_rad"]
            else:
                same(ours[key], stored[key])
    elif isinstance(stored, list):
        assert len(ours) == len(stored)
        for one, other in zip(ours, stored, strict=True):
            same(one, other)
    elif isinstance(stored, float):
        assert ours == pytest.approx(stored, abs=TOLERANCES["position_m"])
    else:
        assert ours == stored


@pytest.mark.parametrize("kind", [case.kind for case in CASES])
def test_poses_are_what_the_code_makes(golden, kind):
    case = next(case for case in golden["cases"] if case["name"] == kind)
    same(expected_of(case), case["expected"])


def test_proposals_are_what_the_code_makes(golden):
    assert proposals() == golden["proposals"]


def test_cases_hold_what_readers_need(golden):
    assert {case["name"] for case in golden["cases"]} == {case.kind for case in CASES}
    for case in golden["cases"]:
        weights = [goal["weight"] for goals in case["expected"]["hand_goals"] for goal in goals]
        assert 1.0 in weights
        assert any(0.0 < weight < 1.0 for weight in weights)
        planted = {tuple(plain(frame["foot_contacts"]).astype(int).ravel()) for frame in case["frames"]}
        assert len(planted) > 1
    assert GOLDEN.stat().st_size < _SMALL_FILE
