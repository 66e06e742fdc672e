"""An exported bundle is the torch networks it came from, and what is not never leaves the workplace."""

import inspect
import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="exporting needs the export extra (torch)")
onnx = pytest.importorskip("onnx", reason="exporting needs the export extra (onnx)")

import ponimator_export.bundle  # noqa: E402 - after the skips
import ponimator_export.quantise  # noqa: E402
from ponimator_export.bundle import REDUCED, BundleSources, write_bundle  # noqa: E402
from ponimator_export.dense import dense_layers, first_layers, last_layers  # noqa: E402
from ponimator_export.parity import BATCHES, TIMESTEPS, compare  # noqa: E402
from ponimator_export.report import TOLERANCES, Comparison  # noqa: E402
from ponimator_export.to_onnx import OPSET, write_graph  # noqa: E402
from ponimator_runtime.errors import ModelError  # noqa: E402
from ponimator_runtime.models.bundle import embedded_folder, load_bundle  # noqa: E402
from ponimator_runtime.models.card import CARD_FILE, Precision, read_card  # noqa: E402
from ponimator_runtime.models.signatures import (  # noqa: E402
    ANIMATOR_CONDITIONS,
    CONDITION_OUTPUTS,
    GENERATOR_CONDITIONS,
    TIMESTEP,
)
from ponimator_runtime.motion.rotations import matrix_from_axis_angle  # noqa: E402
from ponimator_runtime.serving.generator import BodyPose, MotionGenerator, Wanted  # noqa: E402
from ponimator_training.body.model import default_body  # noqa: E402
from ponimator_training.data.synthetic.synthesis import synthesise  # noqa: E402
from ponimator_training.network.animator import Animator, AnimatorConfig  # noqa: E402
from ponimator_training.network.generator import Generator, GeneratorConfig  # noqa: E402
from ponimator_training.network.layers import TransformerSize  # noqa: E402
from ponimator_training.network.transformer import Conditions  # noqa: E402
from ponimator_training.tasks import measured_animator_scales, measured_generator_scales  # noqa: E402
from ponimator_training.windows import WindowSampler  # noqa: E402

pytestmark = pytest.mark.slow  # every test waits for an export
TINY = TransformerSize(blocks=2, width=16, heads=2, feed_forward=16, dropout=0.1)
LITE = embedded_folder() / "lite"
STEPS = 3
TEXT = "two people shake hands"


def awake(network):
    """Random weights everywhere: fresh networks answer zero, which any graph does."""
    torch.manual_seed(0)
    with torch.no_grad():
        for weights in network.parameters():
            weights.normal_(std=0.2)
    return network.eval()


@pytest.fixture(scope="module")
def shown() -> list[str]:
    return []


@pytest.fixture(scope="module")
def clips(exported_body):
    return synthesise(exported_body, clips=8, seed=1)


@pytest.fixture(scope="module")
def exported_body():
    from ponimator_training.body.surface import body_surface

    return body_surface(default_body())


@pytest.fixture(scope="module")
def sources(clips, exported_body):
    rng = np.random.default_rng(0)
    sampler = WindowSampler(clips, exported_body.skeleton, embed_texts=lambda texts: np.zeros((len(texts), 384)))
    return BundleSources(
        name="tiny",
        animator=awake(Animator(AnimatorConfig(size=TINY), measured_animator_scales(sampler, rng))),
        generator=awake(Generator(GeneratorConfig(size=TINY), measured_generator_scales(sampler, rng))),
        body=default_body(),
        text_encoder=LITE,
        clips=clips,
        provenance={"recipe": "test"},
        notice="# What others made\n",
    )


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


# Smaller precisions


@pytest.fixture(scope="module")
def quiet(sources):
    """The sources, with networks that answer about as loud as trained ones."""
    networks = {}
    for name in ("animator", "generator"):
        network = type(getattr(sources, name))(getattr(sources, name).config)
        network.load_state_dict(getattr(sources, name).state_dict())
        with torch.no_grad():
            for weights in network.parameters():
                weights.mul_(0.5)
        networks[name] = network.eval()
    return replace(sources, **networks)


@pytest.fixture(scope="module")
def write_quiet_graph(tmp_path_factory):
    """Exports each graph of the quiet networks once: what reduces it comes after."""
    exported = tmp_path_factory.mktemp("exported")

    def write_once(graph, path):
        if not (exported / path.name).exists():
            write_graph(graph, exported / path.name)
        shutil.copyfile(exported / path.name, path)

    return write_once


@pytest.fixture(scope="module", params=[Precision.INT8, Precision.FP16])
def reduced(request, quiet, write_quiet_graph, tmp_path_factory):
    """A bundle in a smaller precision, and what its export said."""
    out = tmp_path_factory.mktemp(str(request.param)) / "tiny"
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ponimator_export.bundle, "write_graph", write_quiet_graph)
        write_bundle(replace(quiet, precision=request.param), out, show=said.append)
    return request.param, load_bundle(str(out)), said[-1]


def test_a_reduced_bundle_says_what_it_is_and_was_compared(reduced):
    precision, bundle, table = reduced
    reduced_networks = REDUCED[precision]
    cards = {"animator": bundle.card.animator, "generator": bundle.card.generator}
    for name, card in cards.items():
        assert card.graphs.precision is (precision if name in reduced_networks else Precision.FP32)
        rows = [line for line in table.splitlines() if line.startswith(name)]
        for told in ("joints, mean mm", "joints, 95 % within mm", "rotations, mean °", "t = 999, mean"):
            assert any(told in row for row in rows) == (name in reduced_networks)
        assert any("a row to itself alone" in row and row.endswith("1e-04") for row in rows)
    assert "!" not in table
    assert "joints, mean mm" in bundle.card.provenance["parity"]


def test_the_generator_is_never_in_integers():
    assert REDUCED[Precision.INT8] == ("animator",)


def test_the_heads_of_a_reduced_network_are_exact(reduced):
    precision, bundle, _ = reduced
    model = onnx.load(str(bundle.folder / bundle.card.animator.graphs.step))
    kinds = {weights.name: weights.data_type for weights in model.graph.initializer}
    makers = {value: node for node in model.graph.node for value in node.output}

    def stored(value: str) -> set[int]:
        """Types of the weights that a value is made of."""
        return {kinds[value]} if value in kinds else set().union(*(stored(name) for name in makers[value].input))

    smaller = onnx.TensorProto.INT8 if precision is Precision.INT8 else onnx.TensorProto.FLOAT16
    ends = first_layers(model) | last_layers(model)
    of_layers = {name: stored(node.input[1]) for name, node in dense_layers(model).items()}
    assert len(ends) == 2
    assert all(onnx.TensorProto.FLOAT in of_layers[name] and smaller not in of_layers[name] for name in ends)
    assert any(smaller in types for types in of_layers.values())


def test_spoilt_integers_write_nothing(quiet, write_quiet_graph, tmp_path, monkeypatch):
    monkeypatch.setattr(ponimator_export.bundle, "write_graph", write_quiet_graph)
    codes_of_rows = ponimator_export.quantise.codes_of_rows

    def scaled(weight):
        codes, scale = codes_of_rows(weight)
        return codes, 1.5 * scale

    monkeypatch.setattr(ponimator_export.quantise, "codes_of_rows", scaled)
    shown: list[str] = []
    with pytest.raises(ModelError, match=r"animator.*Nothing was written"):
        write_bundle(replace(quiet, precision=Precision.INT8), tmp_path / "tiny", show=shown.append)
    assert " !" in shown[-1]
    assert list(tmp_path.iterdir()) == []


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
