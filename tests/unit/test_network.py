"""Laws of the two networks: who may see whom, what they start as, and that a sample is alone in its batch."""

from dataclasses import replace

import pytest
import torch

from ponimator_runtime.motion.window import FEATURE_COUNT, GENERATOR_FEATURE_COUNT, ROTATION_FEATURES, WINDOW_FRAMES
from ponimator_training.network.animator import Animator, AnimatorConfig, AnimatorScales
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.layers import (
    AdaptiveNorm,
    SpatialAttention,
    SpatialBlock,
    TemporalBlock,
    TransformerSize,
)

SMALL = TransformerSize(blocks=4, width=32, heads=4, feed_forward=48, dropout=0.0)
B, P, N = 3, 2, WINDOW_FRAMES


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def stirred(network):
    """The network with no weight left at zero, so that nothing is hidden by the initialisation."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return network.eval()


def animator_inputs():
    return {
        "noisy": torch.randn(B, P, N, FEATURE_COUNT),
        "anchor": torch.randn(B, P, FEATURE_COUNT),
        "anchor_joints": torch.randn(B, P, 22, 3),
        "anchor_index": torch.tensor([0, 15, 29]),
        "timestep": torch.tensor([0, 500, 999]),
    }


def generator_inputs():
    return {
        "noisy": torch.randn(B, P, GENERATOR_FEATURE_COUNT),
        "given_pose": torch.tensor([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]),
        "given": torch.randn(B, P, GENERATOR_FEATURE_COUNT),
        "text": torch.nn.functional.normalize(torch.randn(B, 384), dim=-1),
        "has_text": torch.tensor([1.0, 0.0, 0.0]),
        "timestep": torch.tensor([0, 500, 999]),
    }


def test_a_fresh_animator_changes_no_rotation():
    out = Animator(AnimatorConfig(size=SMALL))(**animator_inputs())
    assert out.shape == (B, P, N, FEATURE_COUNT)
    assert not out[..., :ROTATION_FEATURES].any()
    assert out[..., ROTATION_FEATURES:].any()


def test_a_fresh_generator_says_the_mean_pose():
    out = Generator(GeneratorConfig(size=SMALL))(**generator_inputs())
    assert out.shape == (B, P, GENERATOR_FEATURE_COUNT)
    assert not out.any()


def modulation_of(part, condition):
    return part.modulation(condition).split(1, dim=1)


def test_a_fresh_adaptive_norm_is_a_plain_norm_and_a_trained_one_listens():
    norm = AdaptiveNorm(8)
    tokens, condition = torch.randn(2, 15, 8), torch.randn(2, 8)
    plain = torch.nn.functional.layer_norm(tokens, (8,))
    torch.testing.assert_close(norm(tokens, *modulation_of(norm, condition)), plain)
    with torch.no_grad():
        norm.scale_and_shift.bias.copy_(torch.cat([torch.full((8,), 1.0), torch.full((8,), 3.0)]))
    torch.testing.assert_close(norm(tokens, *modulation_of(norm, condition)), plain * 2 + 3)


def passed(block, tokens):
    """(B, P, N, W) tokens after a block."""
    modulation = modulation_of(block, torch.linspace(-1, 1, B * 32).reshape(B, 32))
    return block(tokens.flatten(1, -2), *modulation).reshape(tokens.shape)


def test_a_temporal_block_does_not_mix_persons():
    block, tokens = stirred(TemporalBlock(SMALL)), torch.randn(B, P, N, 32)
    changed = tokens.clone()
    changed[:, 1] += 1.0
    before, after = passed(block, tokens), passed(block, changed)
    torch.testing.assert_close(before[:, 0], after[:, 0])
    one_frame = tokens.clone()
    one_frame[:, 0, 7] += torch.randn(32)
    assert not torch.allclose(before[:, 0, 3], passed(block, one_frame)[:, 0, 3])


def test_a_spatial_block_does_not_mix_frames():
    block, tokens = stirred(SpatialBlock(SMALL)), torch.randn(B, P, N, 32)
    changed = tokens.clone()
    changed[:, 1, 7] += torch.randn(32)
    before, after = passed(block, tokens), passed(block, changed)
    others = [frame for frame in range(N) if frame != 7]
    torch.testing.assert_close(before[:, :, others], after[:, :, others])
    assert not torch.allclose(before[:, 0, 7], after[:, 0, 7])


def test_spatial_attention_of_an_instant_is_that_of_a_window_of_one_frame():
    block, tokens = stirred(SpatialBlock(SMALL)), torch.randn(B, P, 32)
    torch.testing.assert_close(passed(block, tokens), passed(block, tokens[:, :, None])[:, :, 0])


def test_attention_of_two_persons_is_a_softmax_over_them():
    attention = stirred(SpatialAttention(SMALL))
    split = 3 * torch.randn(B, P, N, 3 * SMALL.heads, 32 // SMALL.heads)
    query, key, value = split.permute(0, 2, 3, 1, 4).chunk(3, dim=2)  # (B, N, H, P, Z) each
    weights = (query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5).softmax(dim=-1)
    torch.testing.assert_close(attention.heard(split), (weights @ value).permute(0, 3, 1, 2, 4))


def test_dropout_of_attention_keeps_its_mean_and_drops_each_weight_alone():
    attention = SpatialAttention(replace(SMALL, dropout=0.25)).train()
    split = torch.zeros(1, P, 20_000, 3 * SMALL.heads, 1)
    split[:, 1, :, 2 * SMALL.heads :] = 1.0  # equal weights; only person B says something
    heard = attention.heard(split)
    assert heard.unique().tolist() == pytest.approx([0.0, 0.5 / 0.75])
    assert heard.mean().item() == pytest.approx(0.5, abs=0.01)


def test_blocks_alternate_and_time_comes_first():
    kinds = [type(block) for block in Animator(AnimatorConfig(size=SMALL)).blocks]
    assert kinds == [TemporalBlock, SpatialBlock, TemporalBlock, SpatialBlock]
    assert all(isinstance(block, SpatialBlock) for block in Generator(GeneratorConfig(size=SMALL)).blocks)


@pytest.mark.parametrize("model", ["animator", "generator"])
def test_a_sample_is_alone_in_its_batch(model):
    network, inputs = (
        (stirred(Animator(AnimatorConfig(size=SMALL))), animator_inputs())
        if model == "animator"
        else (stirred(Generator(GeneratorConfig(size=SMALL))), generator_inputs())
    )
    together = network(**inputs)
    for row in range(B):
        alone = network(**{name: value[row : row + 1] for name, value in inputs.items()})
        torch.testing.assert_close(alone[0], together[row], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("model", ["animator", "generator"])
def test_conditions_of_many_steps_are_those_of_each_step(model):
    network, inputs = (
        (stirred(Animator(AnimatorConfig(size=SMALL))), animator_inputs())
        if model == "animator"
        else (stirred(Generator(GeneratorConfig(size=SMALL))), generator_inputs())
    )
    noisy = inputs.pop("noisy")
    timesteps = torch.tensor([999, 500, 0, 20])
    together = network.condition(**inputs | {"timestep": timesteps[:, None]})
    for place, timestep in enumerate(timesteps):
        alone = network.condition(**inputs | {"timestep": timestep.expand(B)})
        torch.testing.assert_close(together.modulations[place], alone.modulations)
        step = network.step(noisy, together._replace(modulations=together.modulations[place]))
        torch.testing.assert_close(step, network(noisy, **inputs | {"timestep": timestep.expand(B)}))
    assert not torch.allclose(together.modulations[0], together.modulations[1], atol=1e-3)


def test_noise_at_the_anchors_frame_is_not_seen():
    network, inputs = stirred(Animator(AnimatorConfig(size=SMALL))), animator_inputs()
    other = inputs["noisy"].clone()
    other[torch.arange(B), :, inputs["anchor_index"]] = 100.0
    torch.testing.assert_close(network(**inputs), network(**(inputs | {"noisy": other})))


def test_the_animator_sees_each_of_its_conditions():
    network, inputs = stirred(Animator(AnimatorConfig(size=SMALL))), animator_inputs()
    before = network(**inputs)
    others = {
        "anchor": inputs["anchor"] + 1,
        "anchor_joints": inputs["anchor_joints"] + 1,
        "anchor_index": torch.tensor([1, 2, 3]),
        "timestep": torch.tensor([7, 8, 9]),
    }
    for name, value in others.items():
        assert not torch.allclose(before, network(**(inputs | {name: value})), atol=1e-4), name


def test_the_generator_reads_given_poses_and_texts_only_where_they_are_given():
    network, inputs = stirred(Generator(GeneratorConfig(size=SMALL))), generator_inputs()
    before = network(**inputs)
    # The noise of a given person is not seen, nor the given features of the others.
    noisy, given = inputs["noisy"].clone(), inputs["given"].clone()
    noisy[[0, 2], 0], given[1], given[:, 1] = 50.0, 50.0, 50.0
    torch.testing.assert_close(before, network(**(inputs | {"noisy": noisy, "given": given})))
    # A text where none is given is not seen; where one is given, it is.
    text = inputs["text"].clone()
    text[1:] = 0.5
    torch.testing.assert_close(before, network(**(inputs | {"text": text})))
    text[0] = -inputs["text"][0]
    assert not torch.allclose(before[0], network(**(inputs | {"text": text}))[0], atol=1e-4)


def test_latent_units_cancel():
    scales = AnimatorScales(
        residual_scale=torch.rand(FEATURE_COUNT) + 0.1,
        anchor_mean=torch.randn(FEATURE_COUNT),
        anchor_std=torch.rand(FEATURE_COUNT) + 0.1,
    )
    network = Animator(AnimatorConfig(size=SMALL), scales)
    inputs = animator_inputs()
    motion = network.motion_features(inputs["noisy"], inputs["anchor"])
    torch.testing.assert_close(network.latent_residual(motion, inputs["anchor"]), inputs["noisy"], atol=1e-4, rtol=1e-4)


def test_dropout_acts_in_training_only():
    network = stirred(Animator(AnimatorConfig(size=replace(SMALL, dropout=0.5))))
    inputs = animator_inputs()
    torch.testing.assert_close(network(**inputs), network(**inputs))
    network.train()
    assert not torch.allclose(network(**inputs), network(**inputs))
