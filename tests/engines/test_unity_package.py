"""The Unity package as files: what UPM and Unity's importer must find, and versions that agree with the runtime."""

from __future__ import annotations

import json
import re

import pytest
from tests.engines.unity_metas import PACKAGE, assets, meta_file, meta_text

import ponimator_runtime
from ponimator_runtime.wire import PROTOCOL

_GUID = re.compile(r"^guid: ([0-9a-f]{32})$", re.MULTILINE)


def test_every_asset_has_its_meta():
    for asset in assets():
        assert meta_file(asset).is_file(), f"{asset.name}: run python tests/engines/unity_metas.py"
        assert meta_file(asset).read_text("utf-8") == meta_text(asset)


def test_no_meta_without_an_asset():
    metas = {meta_file(asset) for asset in assets()}
    assert set(PACKAGE.rglob("*.meta")) == metas


def test_guids_are_unique():
    guids = [_GUID.search(meta_file(asset).read_text("utf-8")).group(1) for asset in assets()]
    assert len(guids) > 20
    assert len(set(guids)) == len(guids)


def test_versions_are_the_runtimes():
    manifest = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    assert manifest["name"] == PACKAGE.name
    assert manifest["version"] == ponimator_runtime.__version__
    assert manifest["ponimatorProtocol"] == PROTOCOL
    assert f"[{manifest['version']}]" in (PACKAGE / "CHANGELOG.md").read_text("utf-8")
    for sample in manifest["samples"]:
        assert (PACKAGE / sample["path"]).is_dir()


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.asmdef")), ids=lambda file: file.stem)
def test_assemblies_know_what_they_may(file):
    assembly = json.loads(file.read_text("utf-8"))
    assert assembly["name"] == file.stem
    known = {other.stem for other in PACKAGE.rglob("*.asmdef")}
    ours = {name for name in assembly.get("references", []) if name.startswith("Ponimator")}
    assert ours <= known
    if assembly["name"] == "Ponimator.Core":
        assert assembly["noEngineReferences"]
        assert not ours
    if assembly["name"].endswith((".Editor", ".Tests")):
        assert assembly["includePlatforms"] == ["Editor"]


def test_licence_is_the_repositorys():
    licence = (PACKAGE / "LICENSE.md").read_text("utf-8")
    assert licence == (PACKAGE.parents[2] / "LICENSE").read_text("utf-8")
