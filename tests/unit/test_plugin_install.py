"""`ponimator plugin install`: into projects only, whole or not at all, never over what somebody changed."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ponimator_runtime.commands import plugin
from ponimator_runtime.errors import ConfigError, DataError, PonimatorError
from ponimator_runtime.plugins import libzmq
from ponimator_runtime.plugins.contents import plugin_contents
from ponimator_runtime.plugins.engines import LAYOUTS, Engine
from ponimator_runtime.plugins.installation import MANIFEST, changes_by_hand, install
from ponimator_runtime.plugins.unity_meta import with_metas

FILES = {"package.json": b"{}\n", "Runtime/Client.cs": b"class Client {\n}\n"}
NEWER = {"package.json": b'{"version": "2"}\n', "Runtime/Playout.cs": b"class Playout {}\n"}
LOAD = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
numbers = [ctypes.c_int() for _ in range(3)]
library.zmq_version(*map(ctypes.byref, numbers))
print(*(number.value for number in numbers), library.zmq_has(b"curve"))
"""


@pytest.fixture
def unity(tmp_path):
    project = tmp_path / "unity game"
    (project / "Assets").mkdir(parents=True)
    (project / "ProjectSettings").mkdir()
    unity_version(project, "2021.3.5f1")
    return project


@pytest.fixture
def unreal(tmp_path):
    project = tmp_path / "unreal game"
    project.mkdir()
    unreal_version(project, "5.3")
    return project


def unity_version(project, version):
    text = f"m_EditorVersion: {version}\nm_EditorVersionWithRevision: {version} (40eb3a945986)\n"
    (project / "ProjectSettings" / "ProjectVersion.txt").write_text(text)


def unreal_version(project, association):
    (project / "Game.uproject").write_text(json.dumps({"FileVersion": 3, "EngineAssociation": association}))


def put(files, project, *, version="1", force=False):
    return install(files, project / "Packages" / "plugin", project=project, version=version, force=force)


def held(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_installed_is_all_of_it_and_unchanged(unity):
    installed = put(FILES, unity)
    assert installed.replaced is None
    assert {path: content for path, content in held(installed.folder).items() if path != MANIFEST} == FILES
    assert changes_by_hand(installed.folder) == []
    assert sorted(path.name for path in unity.iterdir()) == ["Assets", "Packages", "ProjectSettings"]


def test_an_older_one_is_updated_and_nothing_of_it_stays(unity):
    put(FILES, unity)
    installed = put(NEWER, unity, version="2")
    assert installed.replaced == "1"
    assert set(held(installed.folder)) == {*NEWER, MANIFEST}


@pytest.mark.parametrize("what", ["changed", "removed", "added", "manifest"])
def test_what_was_changed_by_hand_is_kept_unless_forced(unity, what):
    folder = put(FILES, unity).folder
    if what == "changed":
        (folder / "Runtime/Client.cs").write_text("class Mine {}\n")
    elif what == "removed":
        (folder / "package.json").unlink()
    elif what == "added":
        (folder / "Runtime/Mine.cs").write_text("class Mine {}\n")
    else:
        (folder / MANIFEST).unlink()
    before = held(folder)
    with pytest.raises(ConfigError, match="--force"):
        put(NEWER, unity)
    assert held(folder) == before
    put(NEWER, unity, force=True)
    assert changes_by_hand(folder) == []


def test_what_engines_and_version_control_write_is_no_change_by_hand(unity):
    folder = put(FILES, unity).folder
    (folder / "Binaries" / "Win64").mkdir(parents=True)
    (folder / "Binaries" / "Win64" / "plugin.dll").write_bytes(b"MZ")
    (folder / "package.json.meta").write_text("guid: 1")
    (folder / "Runtime/Client.cs").write_bytes(b"class Client {\r\n}\r\n")
    assert changes_by_hand(folder) == []
    put(NEWER, unity)
    assert (folder / "package.json.meta").read_text() == "guid: 1"
    assert not (folder / "Binaries").exists()


def test_a_disk_that_refuses_leaves_everything_as_it_was(unity, monkeypatch):
    folder = put(FILES, unity).folder
    before, rename = held(unity), Path.rename

    def refuses(self, target):
        if Path(target) == folder and self.name == "fresh":
            raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuses)
    with pytest.raises(PonimatorError, match="close the editor"):
        put(NEWER, unity)
    assert held(unity) == before


def test_a_disk_that_refuses_leaves_nothing_where_nothing_was(unity, monkeypatch):
    before = sorted(unity.rglob("*"))

    def refuses(self, target):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "rename", refuses)
    with pytest.raises(PonimatorError, match="could not be installed"):
        put(FILES, unity)
    assert sorted(unity.rglob("*")) == before


def test_a_link_is_not_followed(unity, tmp_path):
    (tmp_path / "sources").mkdir()
    (unity / "Packages").mkdir()
    try:
        (unity / "Packages" / "plugin").symlink_to(tmp_path / "sources", target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    with pytest.raises(ConfigError, match="remove the link"):
        put(FILES, unity, force=True)


@pytest.mark.parametrize("version", ["2021.3.0f1", "2022.1.5f1", "6000.0.23f1"])
def test_unity_projects_are_known(unity, version):
    unity_version(unity, version)
    assert version in LAYOUTS[Engine.UNITY].checked(unity)


@pytest.mark.parametrize("version", ["2021.2.19f1", "2020.3.48f1", "5.6.7f1", "new"])
def test_unity_projects_of_older_versions_are_refused(unity, version):
    unity_version(unity, version)
    with pytest.raises(ConfigError, match=f"2021.3 or newer, this one is of {version}"):
        LAYOUTS[Engine.UNITY].checked(unity)


@pytest.mark.parametrize("association", ["5.3", "5.10", "6.0", "", "{4F1C2D3E-0000-1111-2222-333344445555}"])
def test_unreal_projects_are_known(unreal, association):
    unreal_version(unreal, association)
    assert LAYOUTS[Engine.UNREAL].checked(unreal).startswith("Unreal")


@pytest.mark.parametrize("association", ["5.2", "4.27"])
def test_unreal_projects_of_older_versions_are_refused(unreal, association):
    unreal_version(unreal, association)
    with pytest.raises(ConfigError, match=r"5\.3 or newer"):
        LAYOUTS[Engine.UNREAL].checked(unreal)


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_broken_uproject_is_told(unreal, content):
    (unreal / "Game.uproject").write_text(content)
    with pytest.raises(ConfigError, match="JSON object"):
        LAYOUTS[Engine.UNREAL].checked(unreal)


def test_folders_that_are_no_project_are_refused_and_left_alone(unity, unreal, tmp_path):
    nowhere = tmp_path / "nowhere"
    for engine, folder in (("unity", unreal), ("unreal", unity), ("unity", nowhere), ("unreal", nowhere)):
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(ConfigError, match=r"expected the folder of an? (Unity|Unreal) project"):
            plugin.main(["install", engine, str(folder)])
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(("engine", "sign"), [("unity", "package.json"), ("unreal", "PonimatorStreaming.uplugin")])
def test_the_command_installs_whole_plugins(engine, sign, request, capsys):
    project = request.getfixturevalue(engine)
    assert plugin.main(["install", engine, str(project)]) == 0
    assert "ponimator serve" in capsys.readouterr().out
    layout = LAYOUTS[Engine(engine)]
    folder = project / layout.parent / layout.name
    assert changes_by_hand(folder) == []
    assert (folder / sign).is_file()
    presets = {path.stem for path in (folder / layout.presets).glob(f"*{layout.preset_suffix}")}
    assert {"mixamo", "unity_humanoid"} <= presets
    libraries = folder / layout.libraries(sys.platform)
    version, has_curve = loaded(libraries / libzmq._PLAIN_NAMES[sys.platform])
    assert version >= (4, 3)
    assert has_curve
    assert any("zeromq" in path.name or "LESSER" in path.name for path in libraries.iterdir())
    # Again, over itself: an update.
    assert plugin.main(["install", engine, str(project)]) == 0
    assert "in place of" in capsys.readouterr().out


def loaded(library):
    """Version, and whether it encrypts; in a process of its own, which has no other libzmq."""
    result = subprocess.run([sys.executable, "-I", "-c", LOAD, library], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    major, minor, _, curve = map(int, result.stdout.split())
    return (major, minor), bool(curve)


def test_every_asset_of_the_unity_package_has_one_meta_of_its_own():
    contents = plugin_contents(LAYOUTS[Engine.UNITY], [libzmq.of_this_platform()])
    identities = [content for path, content in contents.items() if path.endswith(".meta")]
    guids = [line for meta in identities for line in meta.decode().splitlines() if line.startswith("guid:")]
    assert len(set(guids)) == len(guids) == len(identities)
    hidden = {path for path in contents if "~/" in path or path.rpartition("/")[2].startswith(".")}
    assets = {path for path in contents if not path.endswith(".meta")} - hidden
    assert {f"{path}.meta" for path in assets} <= set(contents)


@pytest.mark.parametrize(
    ("name", "system", "player"),
    [("libzmq.so", "Linux", "Linux64"), ("libzmq.dll", "Windows", "Win64"), ("libzmq.dylib", "OSX", "OSXUniversal")],
)
def test_a_native_library_is_for_its_own_system_only(name, system, player):
    whole = with_metas({f"Plugins/x86_64/{name}": b""})
    assert set(whole) == {
        "Plugins.meta",
        "Plugins/x86_64.meta",
        f"Plugins/x86_64/{name}",
        f"Plugins/x86_64/{name}.meta",
    }
    meta = whole[f"Plugins/x86_64/{name}.meta"].decode()
    assert f"OS: {system}\n" in meta
    assert f"Standalone: {player}\n" in meta


@pytest.mark.parametrize(
    ("platform", "members", "expected"),
    [
        (
            "linux",
            {"pyzmq.libs/libzmq-2f.so.5.2.5": b"\0libsodium-6c.so.26.4.0\0", "pyzmq.libs/libsodium-6c.so.26.4.0": b"s"},
            {"libzmq.so": b"\0libsodium-6c.so\0\0\0\0\0\0\0\0", "libsodium-6c.so": b"s"},
        ),
        (
            "darwin",
            {"zmq/.dylibs/libzmq.5.dylib": b"z", "zmq/.dylibs/libsodium.26.dylib": b"s"},
            {"libzmq.dylib": b"z", "libsodium.26.dylib": b"s"},
        ),
        (
            "win32",
            {"pyzmq.libs/libzmq-v141-mt-4_3_4-0a.dll": b"z", "pyzmq.libs/libsodium-ac.dll": b"s", "msvcp140.dll": b""},
            {"libzmq.dll": b"z", "libsodium-ac.dll": b"s"},
        ),
    ],
)  # fmt: skip
def test_wheels_of_every_platform_are_understood(tmp_path, platform, members, expected):
    """Laid out as pyzmq's real wheels are: 27.3.0 for Linux and macOS, 25.1.2 for Windows."""
    wheel = tmp_path / "pyzmq.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("pyzmq-1.dist-info/licenses/licenses/LICENSE.zeromq.txt", "MPL")
        archive.writestr("pyzmq-1.dist-info/licenses/licenses/LICENSE.tornado.txt", "Apache")
    found = libzmq.of_wheel(wheel)
    assert (found.platform, found.files) == (platform, expected)
    assert set(found.licences) == {"LICENSE.zeromq.txt"}


def test_a_wheel_without_libzmq_and_what_is_no_wheel_are_refused(tmp_path):
    wheel = tmp_path / "pyzmq.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("zmq/backend/cython/_zmq.pyd", b"")
    with pytest.raises(DataError, match=r"pyzmq==25\.1\.2"):
        libzmq.of_wheel(wheel)
    wheel.write_bytes(b"no zip")
    with pytest.raises(DataError, match="wheel of pyzmq"):
        libzmq.of_wheel(wheel)


@pytest.fixture
def windows(monkeypatch):
    """A machine whose pyzmq carries no shared library, as pyzmq's wheels for Windows since 26."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(libzmq, "_installed", lambda: {"zmq/backend/cython/_zmq.pyd": bytes})


def test_on_windows_a_wheel_that_carries_libzmq_is_fetched_by_its_hash(windows, monkeypatch):
    asked = []

    def pip(command, **_):
        folder = Path(command[-1].removeprefix("--dest="))
        asked.append((command, (folder / "wanted.txt").read_text()))
        with zipfile.ZipFile(folder / "pyzmq-25.1.2-cp311-cp311-win_amd64.whl", "w") as archive:
            archive.writestr("pyzmq.libs/libzmq-v141-mt-4_3_4-0a.dll", b"z")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    found = libzmq.of_this_platform()
    assert (found.platform, found.files) == ("win32", {"libzmq.dll": b"z"})
    ((command, wanted),) = asked
    assert "--require-hashes" in command
    assert "--hash=sha256:" in wanted


def test_pip_that_finds_nothing_is_told_in_one_line(windows, monkeypatch):
    def pip(command, **_):
        return subprocess.CompletedProcess(command, 1, "", "WARNING: slow\nERROR: no network\n  (a hint)\n")

    monkeypatch.setattr(subprocess, "run", pip)
    with pytest.raises(PonimatorError, match="ERROR: no network; fetch its wheel elsewhere"):
        libzmq.of_this_platform()
