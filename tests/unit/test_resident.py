"""The sampling loop that stays where the networks run finds what the loop on the host finds."""

import numpy as np
import pytest

pytest.importorskip("onnx", reason="advance graphs are made by the export extra (onnx)")

from ponimator_export.advance import write_advance_graph
from ponimator_runtime.diffusion.plan import Solver, sampling_plan
from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_runtime.models.backends.onnx import OnnxGraph
from ponimator_runtime.models.backends.onnx_resident import OnnxResidentGraph
from ponimator_runtime.models.backends.resident import ResidentSampler
from ponimator_runtime.models.bundle import Bundle, load_bundle
from ponimator_runtime.models.network_graphs import NetworkGraphs
from ponimator_runtime.models.networks import Known
from ponimator_runtime.models.signatures import ADVANCE_INPUTS, ADVANCE_OUTPUTS, CONDITION_OUTPUTS

SCHEDULE = cosine_schedule()
LATENT_TOLERANCE = 1e-3
"""The host's loop adds in float64, the resident one in float32."""


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> tuple[Bundle, Bundle]:
    """The lite bundle with the loop on the host, and with the loop where the networks run (here: the CPU too)."""
    host, resident = load_bundle("lite"), load_bundle("lite")
    folder = tmp_path_factory.mktemp("advance")
    for kind, graphs in (("animator", resident.animator.graphs), ("generator", resident.generator.graphs)):
        path = folder / f"{kind}_advance.onnx"
        write_advance_graph(resident.folder / f"{kind}_step.onnx", path)
        make_resident(graphs, OnnxGraph(path, ADVANCE_INPUTS, ADVANCE_OUTPUTS))
    return host, resident


def make_resident(graphs: NetworkGraphs, advance: OnnxGraph) -> None:
    graphs.resident = ResidentSampler(
        OnnxResidentGraph(graphs.condition, captured=False),
        OnnxResidentGraph(advance, captured=False),
        sizes={name: graphs.condition.output_sizes(name) for name in CONDITION_OUTPUTS},
    )


def anchors(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    numbers = np.random.default_rng(seed)
    standing = np.zeros(135)
    standing[:132].reshape(22, 6)[:, [0, 4]] = 1.0
    anchor = standing + 0.1 * numbers.standard_normal((rows, 2, 135))
    return anchor, numbers.uniform(-0.5, 1.5, (rows, 2, 22, 3)), numbers.integers(0, 30, rows)


@pytest.mark.parametrize("solver", Solver)
@pytest.mark.parametrize("rows", [1, 3])
def test_motion_is_the_same(bundles, solver, rows):
    plan = sampling_plan(SCHEDULE, solver, 6)
    noise = np.random.default_rng(1).standard_normal((rows, 2, 30, 135))
    found = [bundle.animator.sample(noise, *anchors(rows, 2), plan=plan) for bundle in bundles]
    assert np.abs(found[0]).max() > 0.1
    np.testing.assert_allclose(found[1], found[0], atol=LATENT_TOLERANCE)


@pytest.mark.parametrize("with_text", [False, True])
@pytest.mark.parametrize("with_pose", [False, True])
def test_guided_poses_are_the_same(bundles, with_pose, with_text):
    plan = sampling_plan(SCHEDULE, Solver.DPMPP_2M, 5)
    numbers = np.random.default_rng(3)
    noise, values = numbers.standard_normal((2, 2, 2, 201))
    where = np.zeros_like(values)
    where[:, int(not with_pose)] = 1.0
    text = bundles[0].text_encoder.encode(["they hug", "they fight"]) if with_text else None
    found = [
        bundle.generator.sample(
            noise, given=values if with_pose else None, text=text, known=Known(values=values, where=where), plan=plan
        )
        for bundle in bundles
    ]
    np.testing.assert_allclose(found[1], found[0], atol=LATENT_TOLERANCE)
    np.testing.assert_allclose(found[1][where > 0], values[where > 0], atol=1e-6)


def test_memory_is_kept_and_nothing_of_the_last_sampling_stays_in_it(bundles):
    host, resident = bundles
    plan = sampling_plan(SCHEDULE, Solver.DDIM, 4)
    noise = np.random.default_rng(5).standard_normal((2, 2, 30, 135))
    for seed in (1, 2, 1):
        expected = host.animator.sample(noise, *anchors(2, seed), plan=plan)
        found = resident.animator.sample(noise, *anchors(2, seed), plan=plan)
        np.testing.assert_allclose(found, expected, atol=LATENT_TOLERANCE)
    other = sampling_plan(SCHEDULE, Solver.DPMPP_2M, 4)
    np.testing.assert_allclose(
        resident.animator.sample(noise, *anchors(2, 1), plan=other),
        host.animator.sample(noise, *anchors(2, 1), plan=other),
        atol=LATENT_TOLERANCE,
    )


def test_loops_of_many_sizes_do_not_pile_up(bundles):
    sampler = bundles[1].animator.graphs.resident
    for steps in range(2, 10):
        plan = sampling_plan(SCHEDULE, Solver.DDIM, steps)
        bundles[1].animator.sample(np.zeros((1, 2, 30, 135)), *anchors(1, 0), plan=plan)
    assert len(sampler._loops) <= 4


def test_a_plan_of_one_step_is_one_prediction(bundles):
    plan = sampling_plan(SCHEDULE, Solver.DDIM, 1)
    noise = np.random.default_rng(7).standard_normal((1, 2, 30, 135))
    anchor = anchors(1, 8)
    (timestep,) = plan.timesteps
    predicted = bundles[0].animator.denoiser(*anchor, timesteps=plan.timesteps)(noise, int(timestep))
    predicted[0, :, anchor[2][0]] = 0.0
    np.testing.assert_allclose(bundles[1].animator.sample(noise, *anchor, plan=plan), predicted, atol=LATENT_TOLERANCE)
