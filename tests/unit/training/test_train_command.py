"""`ponimator train`: recipes, flags, refusals."""

import pytest
import torch
from tests.unit.training.made_training import made_clips

from ponimator_training import cli, made_data, tasks
from ponimator_training.checkpoint import load_checkpoint
from ponimator_training.cli import main
from ponimator_training.network.layers import TransformerSize
from ponimator_training.recipes import ANIMATOR_RECIPES, GENERATOR_RECIPES


@pytest.fixture
def _rough_scales(monkeypatch):
    """Units measured on a few windows: where a network learns for a step or two, the rest is time lost."""
    monkeypatch.setattr(tasks, "_SCALE_SAMPLES", 64)


def test_the_paper_recipes_are_the_published_figures():
    animator, generator = ANIMATOR_RECIPES["paper"](), GENERATOR_RECIPES["paper"]()
    size = TransformerSize(blocks=8, width=1024, heads=8, feed_forward=2048, dropout=0.1)
    assert (animator.size, generator.size) == (size, size)
    assert (animator.training.batch_size, generator.training.batch_size) == (256, 512)
    assert (animator.training.learning_rate, animator.training.weight_decay) == (1e-4, 2e-5)
    assert (generator.drop_pose, generator.drop_text) == (0.8, 0.1)


def test_the_recipe_for_a_gpu_trains_the_networks_of_the_lite_one():
    for recipes in (ANIMATOR_RECIPES, GENERATOR_RECIPES):
        assert recipes["lite-gpu"]().size == recipes["lite"]().size
        assert recipes["lite-gpu"]().training.batch_size == 512


@pytest.mark.usefixtures("_rough_scales")
@pytest.mark.parametrize("model", ["animator", "generator"])
def test_the_command_trains_from_a_file(tmp_path, model, capsys):
    made_clips().save(tmp_path / "clips.npz")
    arguments = [model, "--data", str(tmp_path / "clips.npz"), "--out", str(tmp_path / "run")]
    quick = ["--steps", "2", "--batch-size", "2", "--accelerator", "cpu", "--decay", "constant"]
    assert main(arguments + quick) == 0
    assert "step 2" in capsys.readouterr().out
    checkpoint = load_checkpoint(tmp_path / "run" / "checkpoint.pt")
    assert (checkpoint.kind, checkpoint.training["decay"]) == (model, "constant")
    assert main([*arguments, *quick, "--resume"]) == 0


@pytest.mark.usefixtures("_rough_scales")
def test_without_data_the_sets_are_made_once(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    seeds = []

    def synthesised(_surface, *, clips, seed, workers):
        seeds.append(seed)
        assert workers >= 1
        return made_clips(seed=seed)

    monkeypatch.setattr(made_data, "synthesise", synthesised)
    quick = ["--steps", "1", "--batch-size", "2", "--accelerator", "cpu"]
    assert main(["animator", *quick]) == 0
    assert "synthetic clips once, in data" in capsys.readouterr().out
    assert (tmp_path / "runs" / "animator" / "checkpoint.pt").exists()
    assert main(["generator", *quick]) == 0
    assert "synthetic" not in capsys.readouterr().out
    assert len(seeds) == len(set(seeds)) == 2  # other clips are held out, and both sets were found again
    assert not list((tmp_path / "data").glob("*.part*"))


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


@pytest.mark.usefixtures("_rough_scales")
def test_a_run_begins_with_the_weights_of_another_and_says_so(tmp_path, capsys):
    clips = tmp_path / "clips.npz"
    made_clips().save(clips)
    arguments = ["animator", "--data", str(clips), "--batch-size", "2", "--steps", "1", "--accelerator", "cpu"]
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


@pytest.mark.slow
@pytest.mark.timeout(900)  # a minute on a quiet machine
def test_smoke_learns_one_clip_by_heart(capsys, monkeypatch):
    """The loss falls by its factor, and a sampled window is the clip to within 5 cm."""
    measured = []
    learn = cli.learn_by_heart
    monkeypatch.setattr(cli, "learn_by_heart", lambda run: measured.append(learn(run)) or measured[-1])
    assert main(["--smoke", "--accelerator", "cpu"]) == 0
    (learned,) = measured
    assert learned.loss_factor > 20
    assert learned.joint_error_m < 0.05
    assert f"{learned.joint_error_m * 100:.1f} cm" in capsys.readouterr().out


@pytest.mark.usefixtures("_rough_scales")
def test_smoke_that_learned_nothing_fails(tmp_path, capsys):
    made_clips(count=1).save(tmp_path / "clip.npz")
    quick = ["--smoke", "--data", str(tmp_path / "clip.npz"), "--steps", "1", "--accelerator", "cpu"]
    for model in ("animator", "generator"):
        assert main([model, *quick]) == 1
        assert "not learned" in capsys.readouterr().out
