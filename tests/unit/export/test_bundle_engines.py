"""What the card says of engines, for which sizes they are built, and that a bundle stays whole whatever happens."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="making a bundle needs the export extra (torch)")
pytest.importorskip("onnx", reason="making a bundle needs the export extra (onnx)")

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.made_bundles import made_bundle, without_exporter

from ponimator_export import engines
from ponimator_export.engines import MOST_STEPS, build_engines, copy_with_engines
from ponimator_export.to_tensorrt import Target
from ponimator_runtime.errors import CardMismatch, ConfigError, ModelError
from ponimator_runtime.models.bundle import file_entry, load_bundle
from ponimator_runtime.models.card import ModelCard
from ponimator_runtime.serving.config import MAX_DIFFUSION_STEPS

RTX = {"tensorrt_rtx": "1.7.1.116"}


# The sizes


@given(st.integers(3, 300), st.integers(1, 300), st.integers(1, 3), st.booleans())
def test_limits_rise_and_rows_are_samples_times_conditions(most_rows, most_steps, most_guided, advance):
    axes = engines._axes(advance, most_rows, most_steps, most_guided)
    for least, usual, most in axes.values():
        assert least == 1 <= usual <= most
    if advance:
        assert axes["guided"][2] == most_guided
        for rows, batch, guided in zip(axes["rows"], axes["batch"], axes["guided"], strict=True):
            assert rows == batch * guided <= most_rows
    else:
        assert axes["batch"][2] == most_rows
        assert axes["timesteps"][2] == most_steps


def test_a_client_gets_no_more_steps_than_engines_are_built_for():
    assert MOST_STEPS == MAX_DIFFUSION_STEPS


# The bundle


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        without_exporter(patch)
        return made_bundle(tmp_path_factory.mktemp("whole") / "tiny")


@pytest.fixture
def folder(whole, tmp_path) -> Path:
    """A good bundle of one's own."""
    return Path(shutil.copytree(whole, tmp_path / "tiny"))


class Foundry:
    """Builds engines that are numbered bytes, and can be made to fail."""

    def __init__(self):
        self.made, self.fails_after, self.numbered = 0, 1000, True

    def __call__(self, graph: Path, target: Target, axes) -> bytes:
        if self.made == self.fails_after:
            raise ModelError(f"{target.package} cannot build {graph.name}")
        self.made += 1
        number = self.made if self.numbered else 0
        return f"engine {number} of {graph.name} for {target.generation}".encode()


@pytest.fixture
def foundry(monkeypatch) -> Foundry:
    foundry = Foundry()
    monkeypatch.setattr(engines, "installed_packages", lambda: RTX)
    monkeypatch.setattr(engines, "_gpu_or_none", lambda: None)
    monkeypatch.setattr(engines, "build_engine", foundry)
    return foundry


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def graphs_of(card: ModelCard) -> list[str]:
    return [*card.animator.graphs.names, *card.generator.graphs.names]


def silent(text: str) -> None:
    pass


def test_the_card_says_what_each_engine_is(folder, foundry):
    lines: list[str] = []
    built = build_engines(folder, "ampere", most_rows=16, show=lines.append)
    card = load_bundle(str(folder)).card  # every file against its hash
    assert card.engines == built
    assert [engine.graph for engine in built] == graphs_of(card)
    assert [line.split()[0] for line in lines] == [engine.file for engine in built]
    for engine in built:
        assert (folder / engine.file).read_bytes().endswith(f"of {engine.graph} for ampere".encode())
        assert card.files[engine.file] == file_entry(folder / engine.file)
        assert engine.graph_sha256 == card.files[engine.graph].sha256
        assert (engine.gpu, engine.capabilities) == ("ampere", [80, 86])
        assert (engine.package, engine.version, engine.most_rows) == ("tensorrt_rtx", "1.7.1.116", 16)


def test_engines_of_the_same_gpu_are_replaced_and_others_stay(folder, foundry):
    ada = build_engines(folder, "ada", show=silent)
    former = build_engines(folder, "ampere", show=silent)
    latter = build_engines(folder, "ampere", show=silent)
    assert load_bundle(str(folder)).card.engines == [*ada, *latter]
    there = {path.name for path in folder.iterdir()}
    assert {engine.file for engine in (*ada, *latter)} <= there
    assert not {engine.file for engine in former} & there
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_same_engines_may_be_built_again(folder, foundry):
    foundry.numbered = False
    built = build_engines(folder, "ampere", show=silent)
    before = contents(folder)
    assert build_engines(folder, "ampere", show=silent) == built
    assert contents(folder) == before


@pytest.mark.parametrize("fails_after", [0, 1, 3])
def test_a_build_that_fails_leaves_the_bundle_as_it_was(folder, foundry, fails_after):
    build_engines(folder, "ampere", show=silent)
    before = contents(folder.parent)
    foundry.fails_after = foundry.made + fails_after
    with pytest.raises(ModelError, match="cannot build"):
        build_engines(folder, "ampere", show=silent)
    assert contents(folder.parent) == before


@pytest.mark.parametrize("numbered", [True, False])  # new engines, or the same once more
@pytest.mark.parametrize("moves", range(5))
def test_a_move_that_fails_leaves_the_bundle_as_it_was(folder, foundry, monkeypatch, moves, numbered):
    foundry.numbered = numbered
    build_engines(folder, "ampere", show=silent)
    before, replace, left = contents(folder.parent), Path.replace, [moves]

    def replace_while_there_is_room(self, target):
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_while_there_is_room)
    with pytest.raises(ModelError, match=r"No space left.*as it was"):
        build_engines(folder, "ampere", show=silent)
    assert contents(folder.parent) == before


def test_an_edited_graph_gets_no_engine(folder, foundry):
    with (folder / "generator_step.onnx").open("ab") as graph:
        graph.write(b" ")
    before = contents(folder.parent)
    with pytest.raises(CardMismatch, match=r"generator_step\.onnx is not the file of its card"):
        build_engines(folder, "ampere", show=silent)
    assert contents(folder.parent) == before


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"gpu": "turing"}, "one of ampere, ada, hopper, blackwell; got 'turing'"),
        ({"gpu": "ada", "most_rows": 2}, "at least 3 rows"),
        ({"gpu": "ada", "most_steps": 0}, "1 diffusion time"),
    ],
)
def test_wrong_settings_are_refused(folder, foundry, settings, told):
    with pytest.raises(ConfigError, match=told):
        build_engines(folder, **settings, show=silent)


def test_a_copy_gets_engines_and_its_source_none(folder, foundry, tmp_path):
    before, out = contents(folder), tmp_path / "deep" / "copy"
    built = copy_with_engines(folder, out, "ada", show=silent)
    assert contents(folder) == before
    assert load_bundle(str(out)).card.engines == built
    assert {path.name for path in tmp_path.iterdir()} == {folder.name, "deep"}
    assert [path.name for path in out.parent.iterdir()] == ["copy"]


def test_a_copy_never_takes_the_place_of_something(folder, foundry, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for out in (folder, tmp_path / "file"):
        before = contents(tmp_path)
        with pytest.raises(ConfigError, match="holds something already"):
            copy_with_engines(folder, out, "ada", show=silent)
        assert contents(tmp_path) == before
    foundry.fails_after = 2
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="cannot build"):
        copy_with_engines(folder, tmp_path / "empty", "ada", show=silent)
    assert list((tmp_path / "empty").iterdir()) == []
