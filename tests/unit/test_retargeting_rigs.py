"""Presets and saved maps."""

import pytest
from tests.unit.made_rig_names import RIGS

from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.motion.retargeting.rig import NEEDED_JOINTS, RigMap
from ponimator_runtime.rigs import PRESET_NAMES, best_map, fitted_preset, load_map, load_preset, preset_folder, save_map

PRESET_OF = {"mixamo": "mixamo", "ue5": "ue5_mannequin", "unity": "unity_humanoid", "vrm1": "vrm"}


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_every_preset_names_different_bones_for_all_needed_joints(name):
    bones = load_preset(name).bones
    assert set(NEEDED_JOINTS) <= set(bones)
    assert len(set(bones.values())) == len(bones)


def test_every_preset_file_has_a_name():
    assert {path.stem for path in preset_folder().glob("*.toml")} == set(PRESET_NAMES)


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_preset_files_are_flat_lines(name):
    for line in (preset_folder() / f"{name}.toml").read_text(encoding="utf-8").splitlines():
        assert not line or line.startswith("# ") or (line.count(' = "') == 1 and line.endswith('"'))


@pytest.mark.parametrize("rig", RIGS)
def test_the_preset_of_a_rig_is_found(rig):
    best = best_map(*RIGS[rig])
    assert best.name == PRESET_OF.get(rig, "proposed")
    assert best.proposal.complete


def test_what_stands_before_a_colon_does_not_matter():
    names, parents = RIGS["mixamo"]
    for prefix in ("", "mixamorig7:", "Hero|mixamorig:"):
        renamed = [prefix + name.rpartition(":")[2] for name in names]
        best = best_map(renamed, parents)
        assert best.name == "mixamo"
        assert best.proposal.rig_map.bones["left_knee"] == prefix + "LeftLeg"


def test_optional_bones_that_a_rig_lacks_are_left_out():
    fitted = fitted_preset(load_preset("unity_humanoid"), [name for name in RIGS["unity"][0] if name != "UpperChest"])
    assert "spine3" not in fitted.bones
    assert fitted.bones["spine2"] == "Chest"


def test_a_saved_map_comes_back(tmp_path):
    bones = {"pelvis": 'the "root" \\ of all', "left_hip": "Hüfte links", "head": "# head = x"}
    save_map(RigMap(bones), tmp_path / "rig.toml", comment="Ours.\nBy hand.")
    assert dict(load_map(tmp_path / "rig.toml").bones) == bones
    assert (tmp_path / "rig.toml").read_text(encoding="utf-8").startswith("# Ours.\n# By hand.\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pelvis: Hips", "expected lines like"),
        ('left_thigh = "x"', "no SMPL-X joint"),
        ("pelvis = 3", "needs the name of a bone"),
        ('[pelvis]\nname = "x"', "needs the name of a bone"),
        ('pelvis = ""', "needs the name of a bone"),
    ],
)
def test_files_that_are_no_map_are_refused(tmp_path, text, told):
    (tmp_path / "rig.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        load_map(tmp_path / "rig.toml")


def test_unknown_presets_and_files_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="mixamo"):
        load_preset("maximo")
    with pytest.raises(DataError, match="cannot be read"):
        load_map(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="one line"):
        save_map(RigMap({"pelvis": "a\nb"}), tmp_path / "rig.toml")
