"""How a bundle is put in place, where it says it comes from, and what `ponimator export` answers."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="exporting needs the export extra (torch)")
onnx = pytest.importorskip("onnx", reason="exporting needs the export extra (onnx)")

from tests.unit.made_bundles import LITE, NETWORKS, TINY, halving_graph, made_bundle, without_exporter  # noqa: E402

import ponimator_export.bundle  # noqa: E402 - after the skips
from ponimator_export import cli  # noqa: E402
from ponimator_export.bundle import BUNDLE_FILES, check_place  # noqa: E402
from ponimator_export.graph import step_graph  # noqa: E402
from ponimator_export.provenance import BUILT_IN_BODY, notice, provenance  # noqa: E402
from ponimator_export.to_onnx import strip_traces  # noqa: E402
from ponimator_runtime.errors import CardMismatch, ConfigError, ModelError  # noqa: E402
from ponimator_runtime.models.bundle import load_bundle  # noqa: E402
from ponimator_runtime.models.card import CARD_FILE, Precision  # noqa: E402
from ponimator_training.checkpoint import Checkpoint, network_settings, save_checkpoint  # noqa: E402
from ponimator_training.network.generator import Generator, GeneratorConfig  # noqa: E402


@pytest.fixture
def quick(monkeypatch):
    """Exports without the exporter and its proof, which the contract tests cover."""
    without_exporter(monkeypatch)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        without_exporter(patch)
        return made_bundle(tmp_path_factory.mktemp("whole") / "tiny")


@pytest.fixture
def folder(whole, tmp_path) -> Path:
    """A good bundle of one's own, to spoil."""
    return Path(shutil.copytree(whole, tmp_path / "tiny"))


# Putting one in place


def test_a_bundle_takes_the_place_of_the_one_before(folder, quick):
    made_bundle(folder, name="second")
    assert load_bundle(str(folder)).card.name == "second"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_bundle_of_the_former_format_is_replaced(folder, quick):
    for name in ("animator.onnx", "generator.onnx"):
        (folder / name).write_bytes(b"of format 1")
    made_bundle(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted((*BUNDLE_FILES, CARD_FILE))


def test_folders_above_are_made_only_for_a_good_bundle(tmp_path, quick):
    made_bundle(tmp_path / "deep" / "down" / "tiny")
    assert load_bundle(str(tmp_path / "deep" / "down" / "tiny")).card.name == "tiny"
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_the_encoder_may_come_from_the_bundle_that_is_replaced(folder, quick):
    before = (folder / "text_encoder.onnx").read_bytes()
    made_bundle(folder, text_encoder=folder)
    assert (folder / "text_encoder.onnx").read_bytes() == before


def test_the_bundle_before_comes_back_if_the_move_fails(folder, quick, monkeypatch):
    rename, before = Path.rename, {path.name: path.read_bytes() for path in folder.iterdir()}

    def rename_but_not_the_new_one(self, target):
        if self.name == "built":
            raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", rename_but_not_the_new_one)
    with pytest.raises(ModelError, match="what was there stays"):
        made_bundle(folder, name="second")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_bundle_in_use_is_kept(folder, quick, monkeypatch):
    def refuse(self, target):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ModelError, match="stop what uses it"):
        made_bundle(folder)
    assert load_bundle(str(folder)).card.name == "tiny"


def test_a_place_with_files_of_others_is_refused(folder, tmp_path):
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"thesis\.txt"):
        check_place("tiny", folder)
    with pytest.raises(ConfigError, match="is a file"):
        check_place("tiny", folder / "thesis.txt")
    check_place("tiny", tmp_path / "new")


@pytest.mark.parametrize("name", ["", "Lite", "../up", "a b", "x" * 65, "-lite"])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match="--name"):
        check_place(name, tmp_path / "new")


def test_a_generator_for_another_text_encoder_is_refused(tmp_path, quick):
    wide = Generator(GeneratorConfig(size=TINY, text_width=768))
    with pytest.raises(CardMismatch, match="width 768"):
        made_bundle(tmp_path / "tiny", generator=wide)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_an_encoder_is_refused(tmp_path, quick):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"text_encoder\.onnx"):
        made_bundle(tmp_path / "tiny", text_encoder=tmp_path / "empty")
    assert not (tmp_path / "tiny").exists()


def test_an_encoder_that_is_no_graph_is_refused(tmp_path, quick):
    (tmp_path / "words").mkdir()
    for name in ("text_encoder.onnx", "tokenizer.json"):
        (tmp_path / "words" / name).write_text("words, no weights")
    with pytest.raises(ModelError, match=r"expected a tokenizer.json"):
        made_bundle(tmp_path / "tiny", text_encoder=tmp_path / "words")
    assert not (tmp_path / "tiny").exists()


def test_traces_of_the_machine_are_taken_out(tmp_path):
    halving_graph(step_graph(NETWORKS["animator"]), tmp_path / "graph.onnx")
    model = onnx.load(str(tmp_path / "graph.onnx"))
    parts = (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.initializer)
    for part in parts:
        part.doc_string = "File secret.py"
        part.metadata_props.add(key="stack_trace", value="secret.py")
    strip_traces(model)
    assert b"secret" not in model.SerializeToString()
    onnx.checker.check_model(model)


# Provenance


def made_checkpoint(kind: str) -> Checkpoint:
    network = NETWORKS[kind]
    return Checkpoint(
        kind=kind,
        network=network_settings(network.config),
        weights={},
        averaged=network.state_dict(),
        optimizer={},
        step=7,
        elapsed_s=120.0,
        training={},
        provenance={"recipe": "smoke", "data": "clips.npz", "data_sha256": "ab", "kinds": ["bow", "hug"]},
    )


def test_provenance_tells_both_trainings_and_the_versions():
    told = provenance([made_checkpoint("animator"), made_checkpoint("generator")], body=BUILT_IN_BODY)
    assert told["animator_kinds"] == "bow, hug"
    assert (told["generator_steps"], told["generator_training_minutes"]) == ("7", "2")
    assert told["generator_data_sha256"] == "ab"
    assert {"exported", "torch", "onnx", "onnxruntime", "licences", "body"} <= told.keys()


def test_notice_tells_whose_body_it_is():
    assert "Anny" in notice(BUILT_IN_BODY)
    assert "Anny" not in notice("SMPLX_NEUTRAL.npz")
    assert "SMPLX_NEUTRAL.npz" in notice("SMPLX_NEUTRAL.npz")
    assert all("all-MiniLM-L6-v2" in notice(body) for body in (BUILT_IN_BODY, "SMPLX_NEUTRAL.npz"))


# The command


@pytest.fixture
def checkpoints(tmp_path) -> list[str]:
    paths = []
    for kind in NETWORKS:
        paths.append(tmp_path / "runs" / kind / "checkpoint.pt")
        save_checkpoint(made_checkpoint(kind), paths[-1])
    return [str(path) for path in paths]


def test_command_writes_a_bundle(checkpoints, tmp_path, quick, capsys):
    out = tmp_path / "tiny"
    assert cli.main([*checkpoints, "--out", str(out), "--text-encoder", str(LITE)]) == 0
    assert load_bundle(str(out)).card.provenance["animator_recipe"] == "smoke"
    assert "tiny: written to" in capsys.readouterr().out


@pytest.mark.parametrize("precision", [None, *Precision])
def test_command_asks_for_the_precision(checkpoints, tmp_path, monkeypatch, precision):
    asked = []
    monkeypatch.setattr(ponimator_export.bundle, "write_bundle", lambda sources, *_, **__: asked.append(sources))
    wanted = [] if precision is None else ["--precision", precision]
    assert cli.main([*checkpoints, "--out", str(tmp_path / "tiny"), *wanted]) == 0
    assert [sources.precision for sources in asked] == [precision or Precision.FP32]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["nowhere.pt", "{1}", "--out", "{out}"], "ANIMATOR: there is no file"),
        (["{0}", "{1}", "--out", "{out}", "--data", "nowhere.npz"], "--data: there is no file"),
        (["{0}", "{1}", "--out", "{out}", "--text-encoder", "nowhere"], "--text-encoder: there is no folder"),
        (["{0}", "{1}", "--out", "{out}", "--threads", "0"], "--threads must be at least 1"),
        (["{0}", "{1}", "--out", "{out}", "--precision", "int4"], "int4"),
        (["{0}", "{1}", "--out", "{out}", "--name", "A B"], "name"),
        (["{0}", "{1}", "--out", "{0}", "--name", "tiny"], "is a file"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(checkpoints, tmp_path, capsys, wrong, says):
    arguments = [part.format(*checkpoints, out=tmp_path / "tiny") for part in wrong]
    assert cli.main(arguments) == cli.USAGE_ERROR
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert not (tmp_path / "tiny").exists()


def test_arguments_that_are_missing_are_wrong_use(capsys):
    assert cli.main([]) == cli.USAGE_ERROR
    told = capsys.readouterr().err
    assert "--out" in told
    assert told.count("\n") == 1


def test_a_failure_is_one_line_and_exit_code_1(checkpoints, tmp_path, capsys):
    broken = tmp_path / "broken.pt"
    broken.write_text("words, no weights")
    for first, second in ((checkpoints[1], checkpoints[0]), (str(broken), checkpoints[1])):
        assert cli.main([first, second, "--out", str(tmp_path / "tiny")]) == cli.FAILURE
        told = capsys.readouterr().err
        assert told.startswith("ponimator export: ")
        assert told.count("\n") == 1
    assert not (tmp_path / "tiny").exists()
