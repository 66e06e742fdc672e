"""The example in a real engine: what Panda3D draws of a live handshake is what was streamed and retargeted.

The example runs as its users run it, in a process of its own; what its engine had on the screen at the contact frame
comes back in a file.
"""

import importlib.util
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.rotations import matrix_from_quaternion
from ponimator_runtime.motion.skeleton import JOINT_INDEX, JOINT_NAMES

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "panda3d_duet"
NAMES = ("small", "giant")
MIXAMO_HANDS = {JOINT_INDEX[f"{side}_wrist"]: f"mixamorig:{side.capitalize()}Hand" for side in ("left", "right")}
CLOTHES = {"small": (224, 115, 41), "giant": (41, 117, 158)}
ALIKE = 0.06
"""Of a colour's hue, as parts of its brightness: lamps change only the brightness."""

pytestmark = pytest.mark.skipif(importlib.util.find_spec("panda3d") is None, reason="no Panda3D: the extra `panda3d`")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What a short handshake leaves."""
    folder = tmp_path_factory.mktemp("duet")
    result = subprocess.run(
        [sys.executable, EXAMPLE, "--seconds", "3", "--seed", "1", "--out-dir", folder],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="module")
def drawn(folder):
    with np.load(folder / "contact.npz", allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def characters():
    with np.load(EXAMPLE / "characters.npz", allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.mark.parametrize("name", ["contact.png", "contact_near.png"])
def test_both_characters_are_in_the_picture(folder, name):
    with Image.open(folder / name) as picture:
        pixels = np.asarray(picture.convert("RGB"), dtype=float)
    assert pixels.shape == (720, 960, 3)
    for colour in CLOTHES.values():
        hue = np.array(colour) / sum(colour)
        brightness = pixels.sum(axis=-1, keepdims=True)
        alike = np.abs(pixels / np.maximum(brightness, 1.0) - hue).max(axis=-1) < ALIKE
        assert (alike & (brightness[..., 0] > 60)).mean() > 0.005


def test_the_sheet_has_panels_that_differ(folder):
    with Image.open(folder / "sheet.png") as sheet:
        pixels = np.asarray(sheet.convert("RGB"), dtype=float)[24:]
    panels = pixels.reshape(3, 360, 4, 480, 3).transpose(0, 2, 1, 3, 4).reshape(12, 360, 480, 3)
    drawn = panels[:, 30:-5, 5:-5]  # below the time, within the frame
    assert min(panel.std() for panel in drawn) > 10
    assert min(np.abs(later - earlier).max() for earlier, later in pairwise(drawn)) > 60


def test_the_engine_has_every_bone_where_retargeting_put_it(drawn):
    np.testing.assert_allclose(drawn["drawn_bones"], drawn["posed_bones"], atol=1e-4)


def test_hands_meet_as_the_source_says(drawn, characters):
    """The way between two touching wrists is the source's, in the size of both hands, within 2 cm."""
    source = joint_positions(
        matrix_from_quaternion(drawn["rotations_xyzw"]), drawn["translations"], drawn["rest_joints"]
    )
    bones = characters["bone_names"].tolist()
    touching = [(a, b) for a, b in drawn["touching"].tolist() if a in MIXAMO_HANDS and b in MIXAMO_HANDS]
    assert touching
    for pair in touching:
        sizes = [palm_ratio(characters, drawn["rest_joints"][person], person, pair[person]) for person in range(2)]
        assert abs(sizes[0] - sizes[1]) > 0.2  # two builds: no rig is simply the source's size
        wanted = np.mean(sizes) * (source[1, pair[1]] - source[0, pair[0]])
        places = [drawn["drawn_bones"][person, bones.index(MIXAMO_HANDS[pair[person]])] for person in range(2)]
        assert np.linalg.norm(places[1] - places[0] - wanted) < 0.02


def palm_ratio(characters, rest_joints, person, wrist):
    """Length of a character's palm by the source body's."""
    bones, places = characters["bone_names"].tolist(), characters[f"{NAMES[person]}_bone_positions"]
    hand, side = MIXAMO_HANDS[wrist], JOINT_NAMES[wrist].removesuffix("_wrist")
    palm = places[bones.index(f"{hand}Middle1")] - places[bones.index(hand)]
    source_palm = rest_joints[JOINT_INDEX[f"{side}_middle1"]] - rest_joints[wrist]
    return np.linalg.norm(palm) / np.linalg.norm(source_palm)


def test_feet_stand_on_the_floor(drawn):
    for person in range(2):
        assert abs(drawn[f"drawn_skin_{person}"][:, 1].min()) < 0.02


@pytest.mark.parametrize("person", [0, 1])
def test_the_skin_holds_together(drawn, characters, person):
    """No edge of the mesh is torn: it grows by a few centimetres where a limb bends, never more."""
    faces = characters[f"{NAMES[person]}_faces"].astype(int)
    edges = np.unique(np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    bound, bent = characters[f"{NAMES[person]}_vertices"], drawn[f"drawn_skin_{person}"]
    grown = np.linalg.norm(bent[edges[:, 0]] - bent[edges[:, 1]], axis=1)
    grown -= np.linalg.norm(bound[edges[:, 0]] - bound[edges[:, 1]], axis=1)
    assert grown.max() < 0.06
    assert np.abs(bent - bound).max() > 0.1  # it is not the bind pose that is drawn
