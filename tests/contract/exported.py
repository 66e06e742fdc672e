"""Tiny networks with random weights, and what else an export wants: for the tests of exports, to import."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="exporting needs the export extra (torch)")
onnx = pytest.importorskip("onnx", reason="exporting needs the export extra (onnx)")

from ponimator_export.bundle import BundleSources  # noqa: E402
from ponimator_runtime.models.bundle import embedded_folder  # noqa: E402
from ponimator_training.body.model import default_body  # noqa: E402
from ponimator_training.data.synthetic.synthesis import synthesise  # noqa: E402
from ponimator_training.network.animator import Animator, AnimatorConfig  # noqa: E402
from ponimator_training.network.generator import Generator, GeneratorConfig  # noqa: E402
from ponimator_training.network.layers import TransformerSize  # noqa: E402
from ponimator_training.tasks import measured_animator_scales, measured_generator_scales  # noqa: E402
from ponimator_training.windows import WindowSampler  # noqa: E402

TINY = TransformerSize(blocks=2, width=16, heads=2, feed_forward=16, dropout=0.1)
LITE = embedded_folder() / "lite"


def awake(network):
    """Random weights everywhere: fresh networks answer zero, which any graph does."""
    torch.manual_seed(0)
    with torch.no_grad():
        for weights in network.parameters():
            weights.normal_(std=0.2)
    return network.eval()


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
