"""What Khronos' own validator says of the glTF files that we write: no errors, no warnings."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.engines.building import TOOLCHAIN

from ponimator_runtime.models.body import load_body_surface
from ponimator_runtime.models.bundle import embedded_folder
from ponimator_runtime.motion.rotations import quaternion_from_axis_angle
from ponimator_runtime.motion_files.gltf_writer import save_gltf
from ponimator_runtime.motion_files.performance import Performance, PersonMotion

SCRIPT = Path(__file__).with_name("validate_gltf.js")
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None or not TOOLCHAIN.GLTF_VALIDATOR.is_dir(), reason="no gltf-validator: run `make engines`"
)


def validated(path):
    done = subprocess.run(
        [NODE, SCRIPT, TOOLCHAIN.GLTF_VALIDATOR, path], capture_output=True, text=True, check=True, timeout=120
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("frames", [1, 40])
def test_the_validator_finds_nothing(frames, tmp_path):
    surface = load_body_surface(embedded_folder() / "lite" / "body.npz")
    rng = np.random.default_rng(5)
    persons = tuple(
        PersonMotion(
            name=name,
            rotations_xyzw=quaternion_from_axis_angle(np.cumsum(rng.normal(scale=0.2, size=(frames, 55, 3)), axis=0)),
            translations=rng.normal(size=(frames, 3)),
            rest_joints=surface.skeleton.rest_joints(betas),
            betas=betas,
        )
        for name, betas in (("Ann", rng.normal(size=10)), ("Bén", np.zeros(10)))
    )
    path = tmp_path / "two.glb"
    save_gltf(path, Performance(persons=persons, rate_hz=30.0), surface)
    report = validated(path)
    assert report["issues"]["messages"] == []
    assert (report["info"]["animationCount"], report["info"]["hasSkins"]) == (1, True)


def test_the_validator_would_find_something(tmp_path):
    path = tmp_path / "cut.glb"
    path.write_bytes(b"glTF\2\0\0\0\40\0\0\0")
    assert validated(path)["issues"]["numErrors"] > 0
