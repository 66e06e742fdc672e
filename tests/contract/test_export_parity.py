"""An exported bundle is the torch networks it came from, and what is not never leaves the workplace."""

import inspect
import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="exporting needs the export extra (torch)")
onnx = pytest.importorskip("onnx", reason="exporting needs the export extra (onnx)")

from tests.contract.exported import clips, exported_body, sources  # noqa: E402

import ponimator_export.bundle  # noqa: E402 - after the skips
import ponimator_export.quantise  # noqa: E402
from ponimator_export.bundle import write_bundle  # noqa: E402
from ponimator_export.parity import BATCHES, TIMESTEPS, compare  # noqa: E402
from ponimator_export.report import TOLERANCES, Comparison  # noqa: E402
from ponimator_export.to_onnx import OPSET  # noqa: E402
from ponimator_runtime.errors import ModelError  # noqa: E402
from ponimator_runtime.models.bundle import load_bundle  # noqa: E402
from ponimator_runtime.models.card import CARD_FILE, read_card  # noqa: E402
from ponimator_runtime.models.signatures import (  # noqa: E402
    ANIMATOR_CONDITIONS,
    CONDITION_OUTPUTS,
    GENERATOR_CONDITIONS,
    TIMESTEP,
)
from ponimator_runtime.motion.rotations import matrix_from_axis_angle  # noqa: E402
from ponimator_runtime.serving.generator import BodyPose, MotionGenerator, Wanted  # noqa: E402
from ponimator_training.network.animator import Animator  # noqa: E402
from ponimator_training.network.generator import Generator  # noqa: E402
from ponimator_training.network.transformer import Conditions  # noqa: E402
from ponimator_training.windows import WindowSampler  # noqa: E402

__all__ = ["clips", "exported_body", "sources"]
pytestmark = pytest.mark.slow  # every test waits for an export
STEPS = 3
TEXT = "two people shake hands"


@pytest.fixture(scope="module")
def shown() -> list[str]:
    return []


@pytest.fixture(scope="module")
def folder(sources, shown, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundles") / "tiny"
    write_bundle(sources, out, show=shown.append)
    return out


@pytest.fixture(scope="module")
def bundle(folder):
    return load_bundle(str(folder))


@pytest.fixture(scope="module")
def sampler(clips, bundle):
    return WindowSampler(clips, bundle.surface.skeleton, embed_texts=bundle.text_encoder.encode)


@pytest.mark.parametrize(
    ("network", "conditions"), [(Animator, ANIMATOR_CONDITIONS), (Generator, GENERATOR_CONDITIONS)]
)
def test_inputs_of_the_runtime_are_the_arguments_of_the_network(network, conditions):
    assert tuple(inspect.signature(network.condition).parameters)[1:] == (*conditions, TIMESTEP)
    assert tuple(inspect.signature(network.forward).parameters)[1:] == ("noisy", *conditions, TIMESTEP)
    assert Conditions._fields == CONDITION_OUTPUTS


def test_export_tells_every_difference(folder, shown):
    table = next(text for text in shown if text.startswith("network"))
    for wanted in (
        "animator   call, t = 999",
        "generator  call, t = 19",
        "mixed t",
        "pose + text: 50 steps, joints",
        "a row to itself alone",
        "ms per call",
    ):
        assert wanted in table
    assert [len(line.split("1e-04")) for line in table.splitlines() if "call, t" in line] == [2] * 2 * len(TIMESTEPS)
    assert "!" not in table
    assert sorted(path.name for path in folder.parent.iterdir()) == ["tiny"]


def test_report_covers_calls_and_sampling(bundle, sources, sampler):
    report = compare(bundle, animator=sources.animator, generator=sources.generator, sampler=sampler, steps=STEPS)
    assert report.failures == ()
    of_calls = [entry for entry in report.comparisons if "call" in entry.what]
    of_sampling = [entry for entry in report.comparisons if "joints" in entry.what]
    assert len(of_calls) == 2 * (len(TIMESTEPS) * len(BATCHES) + 1)
    assert [entry.what.split(":")[0] for entry in of_sampling if entry.network == "generator"] == [
        "pose",
        "text",
        "pose + text",
    ]
    assert len([entry for entry in of_sampling if entry.network == "animator"]) == 1
    assert 0 < max(entry.difference for entry in of_calls) < TOLERANCES.network_call
    assert [entry.network for entry in report.comparisons if "alone" in entry.what] == ["animator", "generator"]


@pytest.mark.parametrize("altered", ["animator", "generator"])
def test_other_weights_are_told_apart(bundle, sources, sampler, altered):
    networks = {"animator": sources.animator, "generator": sources.generator}
    other = type(networks[altered])(networks[altered].config)
    other.load_state_dict(networks[altered].state_dict())
    with torch.no_grad():
        other.blocks[0].feed_forward[0].weight[0, 0] += 0.05
    report = compare(bundle, **{**networks, altered: other.eval()}, sampler=sampler, steps=STEPS)
    assert {entry.network for entry in report.failures} == {altered}


def test_a_difference_that_is_no_number_fails():
    for difference in (float("nan"), float("inf")):
        assert not Comparison(network="animator", what="call", batch=1, difference=difference, allowed=1.0).holds
        assert not Comparison(network="animator", what="call", batch=1, difference=difference).holds


NETWORK_GRAPHS = ("animator_condition.onnx", "animator_step.onnx", "generator_condition.onnx", "generator_step.onnx")


def test_graphs_are_whole_clean_and_take_any_batch(folder):
    for name in NETWORK_GRAPHS:
        model = onnx.load(str(folder / name), load_external_data=False)
        onnx.checker.check_model(model, full_check=True)
        assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", OPSET)]
        values = (*model.graph.input, *model.graph.output)
        free = {value.name: [axis.dim_param for axis in value.type.tensor_type.shape.dim] for value in values}
        timesteps = free.pop("timestep", [""])[0]
        if timesteps:
            assert free["modulations"].pop(0) == timesteps
        assert len({axes[0] for axes in free.values()}) == 1
        assert all(axes[0] and not any(axes[1:]) for axes in free.values())
        assert not any(weights.external_data for weights in model.graph.initializer)
    for path in folder.glob("*.onnx"):
        content = path.read_bytes()
        assert b".py" not in content
        assert b"stack_trace" not in content


@pytest.mark.parametrize("network", ["animator", "generator"])
def test_a_step_computes_nothing_that_holds_for_the_whole_loop(folder, sources, network):
    weights, operators = {}, {}
    for part in ("condition", "step"):
        model = onnx.load(str(folder / f"{network}_{part}.onnx"))
        weights[part] = {entry.name.removeprefix("network.") for entry in model.graph.initializer}
        operators[part] = {node.op_type for node in model.graph.node}
    of_network = dict(getattr(sources, network).named_parameters())
    # The exporter renames weights that it turns; biases keep their names.
    biases = {name for name in of_network if name.endswith(".bias")}
    hoisted = {name for name in biases if name.startswith(("timestep.", "anchor.", "text.")) or "scale_and" in name}
    assert hoisted == weights["condition"] & biases - {"token.bias"}
    assert not hoisted & weights["step"]
    assert {"Gemm", "LayerNormalization", "Gelu", "Sigmoid"} <= operators["step"]
    # Shapes that are read at run time, and masks, cost time at each step.
    assert not operators["step"] & {"Shape", "Where", "Cast", "Expand", "Gather"}


def test_card_says_what_was_exported(folder, sources):
    card = read_card(folder)
    assert card.name == "tiny"
    assert sorted(card.files) == sorted(path.name for path in folder.iterdir() if path.name != CARD_FILE)
    np.testing.assert_array_equal(np.float32(card.residual_scale()), sources.animator.residual_scale.numpy())
    np.testing.assert_array_equal(np.float32(card.feature_std()), sources.generator.feature_std.numpy())
    assert card.tolerances == TOLERANCES
    assert card.provenance["recipe"] == "test"
    assert "latent units" in card.provenance["parity"]


@pytest.mark.parametrize("stands_before", [False, True])
def test_an_altered_graph_writes_nothing(folder, sources, tmp_path, monkeypatch, stands_before):
    def write_altered(step, path):
        model = onnx.load(str(folder / path.name))
        if path.name == "generator_step.onnx":
            bias = next(entry for entry in model.graph.initializer if entry.name == "network.output.bias")
            values = onnx.numpy_helper.to_array(bias) + np.float32(0.001)
            bias.CopyFrom(onnx.numpy_helper.from_array(values, bias.name))
        onnx.save(model, str(path))

    monkeypatch.setattr(ponimator_export.bundle, "write_graph", write_altered)
    out = tmp_path / "place" / "tiny"
    if stands_before:
        shutil.copytree(folder, out)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    shown: list[str] = []
    with pytest.raises(ModelError, match=r"generator.*Nothing was written"):
        write_bundle(sources, out, show=shown.append)
    assert " !" in shown[-1]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert list(tmp_path.iterdir()) == ([out.parent] if stands_before else [])


def test_a_row_that_hears_of_its_neighbours_fails(bundle, sources, sampler, monkeypatch):
    class Loudest:
        """A step that scales what it gives by the loudest row of its batch, as scales chosen at run time do."""

        def __init__(self, graph):
            self.graph = graph
            self.input_sizes, self.output_sizes = graph.input_sizes, graph.output_sizes

        def __call__(self, noisy, *others):
            (clean,) = self.graph(noisy, *others)
            return (clean * np.float32(1 + 1e-3 * np.abs(noisy).max()),)

    monkeypatch.setattr(bundle.animator.graphs, "step", Loudest(bundle.animator.graphs.step))
    report = compare(bundle, animator=sources.animator, generator=sources.generator, sampler=sampler, steps=STEPS)
    assert any("alone" in entry.what for entry in report.failures if entry.network == "animator")
    assert not any(entry.network == "generator" for entry in report.failures)


def test_a_wrong_scale_in_the_card_is_told_apart(bundle, sources, sampler):
    other = Animator(sources.animator.config)
    other.load_state_dict(sources.animator.state_dict())
    other.residual_scale *= 1.1
    report = compare(bundle, animator=other.eval(), generator=sources.generator, sampler=sampler, steps=STEPS)
    assert any("joints" in entry.what for entry in report.failures)


# Motion from the bundle


@pytest.fixture(scope="module")
def poses(clips):
    """Both persons of a real interactive frame, somewhere in the world."""
    frame = int(np.flatnonzero(clips.interactive[0])[0])
    rotations = matrix_from_axis_angle(clips.rotation_vectors[0, :, frame])
    return [
        BodyPose(rotations=turns, translation=shift + np.array([3.0, 0.0, -2.0]))
        for turns, shift in zip(rotations, clips.translations[0, :, frame], strict=True)
    ]


KINDS = {
    "both": ((True, True), ""),
    "first": ((True, False), ""),
    "second": ((False, True), ""),
    "first + text": ((True, False), TEXT),
    "second + text": ((False, True), TEXT),
    "text": ((False, False), TEXT),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("anchor_index", [0, 17, 29])
def test_every_kind_of_trigger_gives_a_window_around_its_pose(bundle, poses, clips, kind, anchor_index):
    given, text = KINDS[kind]
    makes = MotionGenerator(bundle)
    wanted = Wanted(
        poses=tuple(pose if known else None for pose, known in zip(poses, given, strict=True)),
        text=text,
        betas=clips.betas[0],
    )
    rng = np.random.default_rng(3)
    anchor = makes.interactive_pose(wanted, steps=STEPS, generator=rng)
    for person in np.flatnonzero(given):
        np.testing.assert_array_equal(anchor.rotations[person], poses[person].rotations)
        np.testing.assert_array_equal(anchor.translations[person], poses[person].translation)
    np.testing.assert_array_equal(anchor.betas, clips.betas[0])
    motion = makes.window(anchor, anchor_index, steps=STEPS, generator=rng)
    assert motion.frame_count == bundle.card.animator.frames
    at_anchor = motion.pose_at(anchor_index)
    np.testing.assert_allclose(at_anchor.rotations, anchor.rotations, atol=1e-6)
    np.testing.assert_allclose(at_anchor.translations, anchor.translations, atol=1e-6)
    for rotations in (motion.rotations, anchor.rotations):
        unit = rotations @ np.swapaxes(rotations, -1, -2)
        np.testing.assert_allclose(unit, np.broadcast_to(np.eye(3), unit.shape), atol=1e-6)
    other_frame = motion.pose_at(anchor_index - 5 if anchor_index else 5)
    assert np.abs(other_frame.translations - anchor.translations).max() > 1e-4


def test_a_word_without_a_text_encoder_is_refused_by_name(bundle, clips):
    mute = MotionGenerator(replace(bundle, text_encoder=None))
    with pytest.raises(ModelError, match="'tiny' has no text encoder"):
        mute.interactive_pose(
            Wanted(poses=(None, None), text=TEXT, betas=clips.betas[0]),
            steps=STEPS,
            generator=np.random.default_rng(0),
        )
