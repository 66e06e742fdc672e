"""Drawing of samples, noising, checkpoints, resuming, sampling: what a training run is made of."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_runtime.errors import CardMismatch, ConfigError, DataError
from ponimator_runtime.motion.canonical import facing_yaw, model_from_world, transform_motion
from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.window import FEATURE_COUNT, WINDOW_FRAMES, pack
from ponimator_training.body.model import default_body
from ponimator_training.checkpoint import build_network, load_checkpoint, network_settings, save_checkpoint
from ponimator_training.cli import main
from ponimator_training.data.clips import ClipSet
from ponimator_training.loop import Run
from ponimator_training.losses import AnimatorWeights, GeneratorWeights
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.kinematics_torch import joint_positions
from ponimator_training.network.layers import TransformerSize
from ponimator_training.noising import Noising
from ponimator_training.recipes import ANIMATOR_RECIPES, GENERATOR_RECIPES, smoke_animator
from ponimator_training.sampling import sample_motion, sample_poses
from ponimator_training.tasks import (
    AnimatorTask,
    GeneratorTask,
    measured_animator_scales,
    measured_generator_scales,
)
from ponimator_training.training_config import RunOptions, TrainingConfig
from ponimator_training.windows import AnchorChoice, Augmentation, WindowSampler

SKELETON = default_body().skeleton()
TINY = TransformerSize(blocks=2, width=16, heads=2, feed_forward=16, dropout=0.1)
QUICK = TrainingConfig(batch_size=4, steps=6, learning_rate=1e-3, warmup_steps=2)


def made_clips(count=3, frames=40, seed=0) -> ClipSet:
    """Smooth made-up motion: two people who sway in front of each other, walking a little."""
    rng = np.random.default_rng(seed)
    phase = 2 * np.pi * np.arange(frames) / frames

    def smooth(*tail: int) -> np.ndarray:
        cosine, sine = rng.normal(size=(2, count, 2, 1, *tail))
        turn = phase.reshape(1, 1, frames, *([1] * len(tail)))
        return cosine * np.cos(turn) + sine * np.sin(turn)

    rotation_vectors = 0.2 * smooth(22, 3)
    rotation_vectors[:, :, :, 0, 1] += rng.uniform(-3, 3, size=(count, 1, 1)) + np.array([0.0, np.pi])[:, None]
    translations = 0.1 * smooth(3) + np.array([3.0, 0.9, -2.0])
    interactive = np.zeros((count, frames), dtype=bool)
    interactive[:, frames // 2 - 3 : frames // 2 + 3] = True
    return ClipSet(
        rotation_vectors=rotation_vectors,
        translations=translations,
        betas=0.5 * rng.normal(size=(count, 2, 10)),
        interactive=interactive,
        kinds=tuple(f"kind {clip}" for clip in range(count)),
        texts=tuple((f"phrase {clip}", f"word {clip}") for clip in range(count)),
    )


def embedded(texts):
    """Unit vectors, one direction for each text."""
    return np.eye(384, dtype=np.float32)[: len(texts)]


def made_sampler(clips=None, **settings) -> WindowSampler:
    return WindowSampler(clips or made_clips(), SKELETON, embed_texts=embedded, **settings)


# Windows and poses


def test_without_augmentation_the_residual_at_the_anchor_is_nothing():
    windows = made_sampler().windows(np.random.default_rng(0), 64)
    row = np.arange(64)
    np.testing.assert_array_equal(windows.motion[row, :, windows.anchor_index], windows.anchor)
    np.testing.assert_array_equal(windows.joints[row, :, windows.anchor_index], windows.anchor_joints)


def test_person_a_stands_at_the_origin_facing_z():
    windows = made_sampler().windows(np.random.default_rng(0), 64)
    pelvis = windows.anchor_joints[:, 0, 0]
    np.testing.assert_allclose(pelvis[:, [0, 2]], 0.0, atol=1e-5)
    np.testing.assert_allclose(facing_yaw(windows.anchor_joints[:, 0]), 0.0, atol=1e-5)
    poses = made_sampler().poses(np.random.default_rng(0), 64)
    np.testing.assert_allclose(poses.joints[:, 0, 0][:, [0, 2]], 0.0, atol=1e-5)
    np.testing.assert_allclose(facing_yaw(poses.joints[:, 0]), 0.0, atol=1e-5)


@pytest.mark.parametrize("swapped", [False, True])
def test_windows_are_those_of_the_runtimes_canonical_frame(swapped):
    clips = made_clips()
    clip, start, frame = 1, 5, 17
    windows = made_sampler(clips).windows_at(
        np.array([clip]), np.array([frame]), np.array([start]), swapped=np.array([swapped])
    )
    motion = Motion(
        rotations=matrix_from_axis_angle(clips.rotation_vectors[clip]),
        translations=clips.translations[clip],
        betas=clips.betas[clip],
        rate_hz=10.0,
    )
    motion = motion.swapped() if swapped else motion
    moved = transform_motion(motion, model_from_world(motion.pose_at(frame), SKELETON), SKELETON)
    moved = moved.frames(start, start + WINDOW_FRAMES)
    np.testing.assert_allclose(windows.motion[0], pack(moved.rotations, moved.translations), atol=2e-5)
    np.testing.assert_allclose(windows.joints[0], motion_joint_positions(moved, SKELETON), atol=2e-5)
    assert windows.anchor_index[0] == frame - start


def test_both_orders_of_the_persons_are_drawn_evenly():
    clips = made_clips(count=1)
    windows = made_sampler(clips).windows(np.random.default_rng(0), 400)
    first_is_a = np.isclose(windows.betas[:, 0], clips.betas[0, 0], atol=1e-5).all(axis=1)
    second_is_a = np.isclose(windows.betas[:, 1], clips.betas[0, 0], atol=1e-5).all(axis=1)
    assert (first_is_a ^ second_is_a).all()
    assert 0.4 < first_is_a.mean() < 0.6


def test_anchors_are_chosen_as_asked():
    clips = made_clips(count=1, frames=70)
    sampler = made_sampler(clips, choice=AnchorChoice(interactive_share=1.0))
    index = sampler.windows(np.random.default_rng(0), 400).anchor_index
    assert set(index) == set(range(WINDOW_FRAMES))  # anywhere in the window
    sampler = made_sampler(clips, choice=AnchorChoice(interactive_share=0.0, first_frame_share=1.0))
    assert not sampler.windows(np.random.default_rng(0), 100).anchor_index.any()
    index = made_sampler(clips).windows(np.random.default_rng(0), 2000).anchor_index
    assert 0.2 < np.mean(index == 0) < 0.3  # 0.3 · 0.8, and a few of the rest


def test_only_starts_inside_the_clip_are_drawn():
    clips = made_clips(frames=WINDOW_FRAMES)
    windows = made_sampler(clips).windows(np.random.default_rng(0), 100)
    assert windows.motion.shape == (100, 2, WINDOW_FRAMES, FEATURE_COUNT)
    with pytest.raises(DataError, match="30 frames need at least one clip of as many"):
        made_sampler(made_clips(frames=WINDOW_FRAMES - 1))


def test_augmentation_moves_half_of_the_anchors_a_little_and_no_motion():
    noise = Augmentation()
    windows = made_sampler(augmentation=noise).windows(np.random.default_rng(0), 400)
    shift = windows.anchor - windows.motion[np.arange(400), :, windows.anchor_index]
    moved = np.abs(shift).max(axis=(1, 2)) > 0
    assert 0.42 < moved.mean() < 0.58
    ground = shift[moved][..., [-3, -1]]
    assert ground.std() == pytest.approx(noise.ground_shift_m, rel=0.1)
    assert not shift[..., -2].any()  # the height is known
    np.testing.assert_allclose(shift[..., 6:-3], 0.0, atol=1e-6)  # only the root turns
    assert np.abs(shift[moved][..., :6]).std() < np.deg2rad(noise.root_rotation_deg)
    assert np.abs(shift[moved][..., :6]).max() > 0


def test_the_masks_of_the_generator_are_drawn_as_often_as_published():
    task = GeneratorTask(sampler=made_sampler(), weights=GeneratorWeights())
    batch = task.batch(np.random.default_rng(0), 4000)
    assert float(batch["given_pose"][:, 0].mean()) == pytest.approx(0.2, abs=0.03)
    assert not batch["given_pose"][:, 1].any()
    assert float(batch["has_text"].mean()) == pytest.approx(0.9, abs=0.02)
    both = (batch["given_pose"][:, 0] * batch["has_text"]).mean()
    assert float(both) == pytest.approx(0.18, abs=0.03)  # independent of each other


def test_a_pose_comes_with_a_phrase_of_its_own_clip():
    clips = made_clips()
    poses = made_sampler(clips).poses(np.random.default_rng(0), 200)
    unique = sorted(text for texts in clips.texts for text in texts)
    said = [unique[index] for index in poses.text.argmax(axis=1)]
    assert all(text in clips.texts[clip] for text, clip in zip(said, poses.clips, strict=True))
    assert set(said) == set(unique)


def test_a_clip_without_contact_may_be_anchored_anywhere():
    clips = made_clips()
    clips.interactive[:] = False
    poses = made_sampler(clips).poses(np.random.default_rng(0), 50)
    assert np.isfinite(poses.features).all()


# Noising


def test_noising_is_the_runtimes_schedule():
    schedule = cosine_schedule()
    noising = Noising(schedule)
    clean, noise = torch.ones(3, 2, 4), torch.full((3, 2, 4), 2.0)
    timestep = torch.tensor([0, 500, 999])
    expected = np.sqrt(schedule.alpha_bar[timestep]) + 2 * np.sqrt(1 - schedule.alpha_bar[timestep])
    noisy = noising.noisy(clean, noise, timestep)
    np.testing.assert_allclose(noisy[:, 0, 0], expected, atol=1e-6)
    drawn = noising.random_timesteps(5000)
    assert int(drawn.min()) < 5
    assert int(drawn.max()) > 994


# Runs


def made_run(out, *, steps=6, resume=False, config=QUICK, **options) -> Run:
    sampler = made_sampler(augmentation=Augmentation())
    torch.manual_seed(3)
    network_config = AnimatorConfig(size=TINY)
    return Run(
        task=AnimatorTask(sampler=sampler, weights=AnimatorWeights(vertices=0.0)),
        network=Animator(network_config, measured_animator_scales(sampler, np.random.default_rng(0))),
        network_settings=network_settings(network_config),
        config=replace(config, steps=steps),
        options=RunOptions(out=out, resume=resume, log_steps=2, accelerator="cpu", **{"progress": False, **options}),
        provenance={"data": "made up"},
    )


class StopsAfter(AnimatorTask):
    """A task that asks its own process to stop, as Ctrl-C does, once it gave a number of batches."""

    given = 0

    def batch(self, rng, count):
        import os
        import signal

        type(self).given += 1
        if type(self).given == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return super().batch(rng, count)


def assert_same_state(left, right):
    assert left.keys() == right.keys()
    for name, value in left.items():
        torch.testing.assert_close(value, right[name], rtol=0, atol=0, msg=name)


def test_a_run_that_was_stopped_and_resumed_ends_with_identical_weights(tmp_path):
    whole = made_run(tmp_path / "whole").train()
    stopped = made_run(tmp_path / "parts")
    stopped.task = StopsAfter(sampler=stopped.task.sampler, weights=stopped.task.weights)
    part = stopped.train()
    assert part.step == 3
    rest = made_run(tmp_path / "parts", resume=True).train()
    assert (whole.step, rest.step) == (6, 6)
    assert_same_state(whole.weights, rest.weights)
    assert_same_state(whole.averaged, rest.averaged)


def test_a_checkpoint_builds_the_averaged_network_with_its_units(tmp_path):
    made_run(tmp_path).train()
    checkpoint = load_checkpoint(tmp_path / "checkpoint.pt")
    network = build_network(checkpoint)
    assert isinstance(network, Animator)
    assert not network.training
    assert checkpoint.provenance == {"data": "made up"}
    assert_same_state(network.state_dict(), checkpoint.averaged)
    assert float(network.residual_scale.std()) > 0
    last = build_network(checkpoint, averaged=False)
    assert not torch.equal(last.token.weight, network.token.weight)
    torch.testing.assert_close(last.residual_scale, network.residual_scale)


def test_curves_are_written(tmp_path):
    made_run(tmp_path).train()
    assert list((tmp_path / "curves").glob("events.out.tfevents.*"))


def test_a_run_is_not_written_over_and_not_resumed_with_another_recipe(tmp_path):
    made_run(tmp_path).train()
    with pytest.raises(ConfigError, match="--resume"):
        made_run(tmp_path).train()
    with pytest.raises(ConfigError, match="another recipe"):
        made_run(tmp_path, resume=True, config=replace(QUICK, learning_rate=5.0)).train()


def test_time_ends_a_run_and_the_learning_rate_with_it(tmp_path):
    config = replace(QUICK, decay="cosine")
    run = made_run(tmp_path, steps=100_000, config=config, minutes=0.01)
    checkpoint = run.train()
    assert 0 < checkpoint.step < 100_000
    assert run.learning_rate() == pytest.approx(config.learning_rate * 0.01, rel=0.01)


def test_a_last_step_that_outlasts_the_time_still_ends_with_a_checkpoint(tmp_path, monkeypatch):
    """The progress bar refuses what lies beyond its total; a run of 75 minutes once lost its last ones to that."""
    ticks = itertools.count(step=5.0)
    monkeypatch.setattr("ponimator_training.loop.time.monotonic", lambda: next(ticks))
    checkpoint = made_run(tmp_path, steps=100_000, minutes=0.1, progress=True, checkpoint_minutes=1e6).train()
    assert load_checkpoint(tmp_path / "checkpoint.pt").step == checkpoint.step > 0


def test_a_run_begins_with_the_weights_of_another_and_says_so(tmp_path, capsys):
    clips = tmp_path / "clips.npz"
    made_clips().save(clips)
    arguments = ["animator", "--recipe", "smoke", "--data", str(clips), "--batch-size", "2", "--steps", "1"]
    assert main([*arguments, "--out", str(tmp_path / "first")]) == 0
    first = tmp_path / "first" / "checkpoint.pt"
    begun = [*arguments, "--out", str(tmp_path / "second"), "--learning-rate", "1e-12", "--start", str(first)]
    assert main(begun) == 0
    before, after = (load_checkpoint(tmp_path / name / "checkpoint.pt") for name in ("first", "second"))
    for name, value in before.averaged.items():
        torch.testing.assert_close(after.weights[name], value, msg=name)
    assert before.provenance["begun_from"] == "fresh weights"
    assert "1 steps" in after.provenance["begun_from"]
    capsys.readouterr()
    other = ["generator", *arguments[1:], "--out", str(tmp_path / "third"), "--start", str(first)]
    assert main(other) == 2
    assert "do not fit" in capsys.readouterr().err


def test_chaining_is_learned_from_what_follows_contact():
    clips = made_clips()
    interactive = np.zeros_like(clips.interactive)
    interactive[:, 4:6] = True
    clips = replace(clips, interactive=interactive)
    choice = AnchorChoice(interactive_share=0.0, first_frame_share=1.0)
    sampler = made_sampler(clips, choice=choice)
    last_start = sampler.clip_frames - sampler.frames
    assert last_start > 4
    _, starts = sampler._anchors(np.random.default_rng(0), np.zeros(500, dtype=np.int64))
    assert set(starts.tolist()) == set(range(4, last_start + 1))


def test_a_broken_checkpoint_is_named(tmp_path):
    made_run(tmp_path).train()
    path = tmp_path / "checkpoint.pt"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"checkpoint\.pt cannot be read"):
        load_checkpoint(path)
    with pytest.raises(DataError, match="cannot be read"):
        load_checkpoint(tmp_path / "missing.pt")
    torch.save({"format": 99}, path)
    with pytest.raises(CardMismatch, match="format"):
        load_checkpoint(path)


def test_a_kill_while_saving_leaves_the_checkpoint_before_it(tmp_path, monkeypatch):
    checkpoint = made_run(tmp_path).train()
    path = tmp_path / "checkpoint.pt"
    before = path.read_bytes()

    def killed(_content, part):
        part.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(checkpoint, path)
    assert path.read_bytes() == before


def test_a_batch_with_an_infinite_gradient_does_not_poison_the_weights(tmp_path):
    run = made_run(tmp_path)

    class Spoilt(AnimatorTask):
        def batch(self, rng, count):
            batch = super().batch(rng, count)
            batch["joints"][0] = float("inf")
            return batch

    run.task = Spoilt(sampler=run.task.sampler, weights=run.task.weights)
    before = {name: value.clone() for name, value in run.network.state_dict().items()}
    assert_same_state(before, run.train().weights)


# Sampling


def test_sampled_windows_hold_their_anchor():
    sampler = made_sampler()
    network = Animator(AnimatorConfig(size=TINY), measured_animator_scales(sampler, np.random.default_rng(0))).eval()
    windows = sampler.windows(np.random.default_rng(1), 5)
    conditions = {name: getattr(windows, name) for name in ("anchor", "anchor_joints", "anchor_index")}
    motion = sample_motion(network, cosine_schedule(), **conditions, rng=np.random.default_rng(2), steps=3)
    assert motion.shape == windows.motion.shape
    np.testing.assert_allclose(motion[np.arange(5), :, windows.anchor_index], windows.anchor, atol=1e-6)


def test_sampled_poses_hold_the_given_person():
    sampler = made_sampler()
    network = Generator(GeneratorConfig(size=TINY), measured_generator_scales(sampler, np.random.default_rng(0)))
    poses = sampler.poses(np.random.default_rng(1), 5)
    features = sample_poses(
        network.eval(),
        cosine_schedule(),
        count=5,
        rng=np.random.default_rng(2),
        first_person=poses.features[:, 0],
        text=poses.text,
        steps=3,
    )
    np.testing.assert_allclose(features[:, 0], poses.features[:, 0], atol=1e-5)
    assert np.isfinite(features).all()


def test_latent_units_of_the_training_set_are_about_one():
    sampler = made_sampler()
    task = AnimatorTask(sampler=sampler, weights=AnimatorWeights())
    network = Animator(AnimatorConfig(size=TINY), measured_animator_scales(sampler, np.random.default_rng(0)))
    batch = task.batch(np.random.default_rng(1), 256)
    latent = network.latent_residual(batch["motion"], batch["anchor"])
    assert 0.8 < float(latent.square().mean().sqrt()) < 1.2


# Recipes and the command line


def test_the_paper_recipes_are_the_published_figures():
    animator, generator = ANIMATOR_RECIPES["paper"](), GENERATOR_RECIPES["paper"]()
    size = TransformerSize(blocks=8, width=1024, heads=8, feed_forward=2048, dropout=0.1)
    assert (animator.size, generator.size) == (size, size)
    assert (animator.training.batch_size, generator.training.batch_size) == (256, 512)
    assert (animator.training.learning_rate, animator.training.weight_decay) == (1e-4, 2e-5)
    assert (generator.drop_pose, generator.drop_text) == (0.8, 0.1)


@pytest.mark.parametrize("model", ["animator", "generator"])
def test_the_command_trains_from_a_file(tmp_path, model, capsys):
    made_clips().save(tmp_path / "clips.npz")
    arguments = [model, "--data", str(tmp_path / "clips.npz"), "--out", str(tmp_path / "run")]
    quick = ["--recipe", "smoke", "--steps", "2", "--batch-size", "2", "--accelerator", "cpu"]
    assert main(arguments + quick) == 0
    assert "step 2" in capsys.readouterr().out
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt").kind == model
    assert main([*arguments, *quick, "--resume"]) == 0


def test_wrong_use_is_one_clear_line_and_exit_code_2(tmp_path, capsys):
    arguments = ["animator", "--data", str(tmp_path / "none.npz"), "--out", str(tmp_path)]
    assert main(arguments) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("ponimator train: ")
    assert "none.npz" in said
    assert "\n" not in said
    assert main([*arguments, "--minutes", "-1"]) == 2
    assert "--minutes must be above zero" in capsys.readouterr().err
    assert main(["dancer"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# Learning


@pytest.mark.slow
def test_one_clip_is_learned_by_heart(tmp_path):
    """The loss falls by a factor, and a sampled window is the clip to within 5 cm."""
    recipe = smoke_animator()
    sampler = made_sampler(made_clips(count=1), choice=recipe.choice)
    torch.manual_seed(0)
    config = AnimatorConfig(size=recipe.size)
    task = AnimatorTask(sampler=sampler, weights=recipe.weights)
    network = Animator(config, measured_animator_scales(sampler, np.random.default_rng(0)))
    noising = Noising(cosine_schedule())

    def loss() -> float:
        torch.manual_seed(9)
        with torch.no_grad():
            return float(task.losses(network, network, task.batch(np.random.default_rng(9), 64), noising)["total"])

    before = loss()
    run = Run(
        task=task,
        network=network,
        network_settings=network_settings(config),
        config=replace(recipe.training, steps=600),
        options=RunOptions(out=tmp_path, progress=False, accelerator="cpu"),
    )
    averaged = build_network(run.train())
    assert isinstance(averaged, Animator)
    network.load_state_dict(averaged.state_dict())
    assert loss() < before / 20
    windows = sampler.windows(np.random.default_rng(5), 8)
    conditions = {name: getattr(windows, name) for name in ("anchor", "anchor_joints", "anchor_index")}
    motion = sample_motion(averaged, cosine_schedule(), **conditions, rng=np.random.default_rng(6), steps=20)
    rest = np.broadcast_to(windows.rest_joints[:, :, None], windows.joints.shape)
    joints = joint_positions(torch.from_numpy(motion).float(), torch.from_numpy(rest.copy()).float()).numpy()
    assert np.linalg.norm(joints - windows.joints, axis=-1).mean() < 0.05
