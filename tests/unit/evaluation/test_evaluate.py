"""Judges, estimates, the page, and `ponimator evaluate` from files to tables with tiny networks."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="evaluating needs the train extra (torch)")

from ponimator_runtime.errors import ConfigError, DataError  # noqa: E402 - after the skip
from ponimator_training.body.model import default_body  # noqa: E402
from ponimator_training.body.surface import body_surface  # noqa: E402
from ponimator_training.checkpoint import Checkpoint, network_settings, save_checkpoint  # noqa: E402
from ponimator_training.data.synthetic.kinds import KINDS  # noqa: E402
from ponimator_training.data.synthetic.synthesis import synthesise  # noqa: E402
from ponimator_training.evaluation.bars import Bar  # noqa: E402
from ponimator_training.evaluation.cli import main  # noqa: E402
from ponimator_training.evaluation.draws import INTERACTIVE_ONLY, compared_frames, halves  # noqa: E402
from ponimator_training.evaluation.estimates import Repeats, estimate  # noqa: E402
from ponimator_training.evaluation.features import (  # noqa: E402
    load_autoencoder,
    save_autoencoder,
    trained_autoencoder,
)
from ponimator_training.evaluation.pose_kinds import trained_judge  # noqa: E402
from ponimator_training.evaluation.report import table  # noqa: E402
from ponimator_training.network.animator import Animator, AnimatorConfig  # noqa: E402
from ponimator_training.network.generator import Generator, GeneratorConfig  # noqa: E402
from ponimator_training.network.layers import TransformerSize  # noqa: E402
from ponimator_training.windows import WindowSampler  # noqa: E402

TINY = TransformerSize(blocks=2, width=16, heads=2, feed_forward=16, dropout=0.0)
CLIPS = max(16, 2 * len(KINDS))


@pytest.fixture(scope="module")
def surface():
    return body_surface(default_body())


@pytest.fixture(scope="module")
def clips(surface):
    return synthesise(surface, clips=CLIPS, seed=0)


@pytest.fixture(scope="module")
def sampler(clips, surface):
    return WindowSampler(clips, surface.skeleton, choice=INTERACTIVE_ONLY)


@pytest.fixture(scope="module")
def files(clips, surface, tmp_path_factory):
    """Two sets of clips and two untrained checkpoints, as command line arguments but for --out."""
    folder = tmp_path_factory.mktemp("evaluated")
    clips.save(folder / "train.npz")
    synthesise(surface, clips=CLIPS, seed=1).save(folder / "held.npz")
    torch.manual_seed(0)
    networks = (Animator(AnimatorConfig(size=TINY)), Generator(GeneratorConfig(size=TINY)))
    for kind, network in zip(("animator", "generator"), networks, strict=True):
        checkpoint = Checkpoint(
            kind=kind,
            network=network_settings(network.config),
            weights=network.state_dict(),
            averaged=network.state_dict(),
            optimizer={},
            step=7,
            elapsed_s=60.0,
            training={},
            provenance={},
        )
        save_checkpoint(checkpoint, folder / f"{kind}.pt")
    return folder


def arguments(folder, out, *more):
    paths = [folder / "animator.pt", folder / "generator.pt", "--data", folder / "held.npz", "--train"]
    quick = "--repeats 2 --steps 2 --windows 8 --surface-windows 2 --chains 2 --feature-steps 3 --judge-steps 3"
    return [str(part) for part in (*paths, folder / "train.npz", "--out", out, *quick.split(), *more)]


# The command


@pytest.mark.slow
def test_the_command_writes_tables_pictures_and_features(files, tmp_path, capsys):
    page = tmp_path / "docs" / "page.md"
    assert main(arguments(files, page, "--sheets", tmp_path / "sheets")) == 0
    assert "bars passed" in capsys.readouterr().out
    text = page.read_text(encoding="utf-8")
    for words in (
        "nearest training window",
        "ours, text only",
        "seam ratio, runtime",
        "truth, cut in two",
        "step 7",
        "R-precision top 3",
    ):
        assert words in text
    assert "| anchor error, mm | 0.00 ± 0.00 | 0.00 ± 0.00 | 0.00 ± 0.00 |" in text
    assert text.count("| pass |") + text.count("| **fail** |") == 10
    assert {path.name for path in (tmp_path / "sheets").iterdir()} == {"best.png", "median.png", "worst.png"}
    features = page.with_name("page-features.npz")
    first = features.read_bytes()
    assert main(arguments(files, page)) == 0  # the features are kept, and the figures come out the same
    assert features.read_bytes() == first
    again = page.read_text(encoding="utf-8")
    assert again.split("## Windows")[1] == text.split("## Windows")[1]


def test_wrong_use_is_one_clear_line(files, tmp_path, capsys):
    assert main([*arguments(files, tmp_path / "page.md"), "--data", str(files / "train.npz")]) == 2
    assert "was trained on" in capsys.readouterr().err
    assert main(arguments(files, tmp_path / "page.txt")) == 2
    assert main([*arguments(files, tmp_path / "page.md"), "--windows", "3"]) == 2
    swapped = arguments(files, tmp_path / "page.md")
    swapped[:2] = swapped[1::-1]
    assert main(swapped) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert said[-1].startswith("ponimator evaluate: Expected the checkpoints of an animator and a generator")


# Judges


def test_the_autoencoder_learns_and_comes_back_from_its_file_the_same(sampler, tmp_path):
    _, before = trained_autoencoder(sampler, steps=1, seed=0, progress=False)
    network, after = trained_autoencoder(sampler, steps=60, seed=0, progress=False)
    assert after < 0.8 * before
    windows = sampler.windows(np.random.default_rng(0), 5)
    path = tmp_path / "features.npz"
    sha256 = save_autoencoder(network, path, {"train_sha256": "abc", "error_mm": after})
    again, error_mm, same = load_autoencoder(path, {"train_sha256": "abc", "frames": 30})
    assert (error_mm, same) == (after, sha256)
    np.testing.assert_array_equal(again.codes(windows.joints), network.codes(windows.joints))
    with pytest.raises(ConfigError, match="expected"):
        load_autoencoder(path, {"train_sha256": "other"})
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match="cannot be read"):
        load_autoencoder(path, {})


def test_the_judge_tells_kinds_that_it_has_learned(sampler, clips):
    judge = trained_judge(sampler, clips.kinds, steps=150, seed=0, progress=False)
    poses = sampler.poses(np.random.default_rng(1), 200)
    asked = judge.numbers([clips.kinds[clip] for clip in poses.clips])
    assert (judge.likelihood(poses.joints).argmax(axis=1) == asked).mean() > max(0.5, 4 / len(judge.kinds))


# Draws, estimates and the page


def test_halves_share_no_clip_and_have_every_kind(clips):
    first, second = halves(clips)
    assert len(first) + len(second) == len(clips)
    assert set(first.kinds) == set(second.kinds) == set(clips.kinds)
    with pytest.raises(DataError, match="at least 2"):
        halves(clips.subset([0]))


def test_the_anchor_is_the_first_compared_frame():
    frames, around = compared_frames(np.array([0, 15, 29]), 30)
    np.testing.assert_array_equal(frames[:, 0], [0, 15, 29])
    assert frames.min() == 0
    assert frames.max() == 29
    assert np.abs(frames[:, around] - frames[:, :1]).max() == 2


def test_an_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        found = estimate(list(rng.normal(3.0, 2.0, size=6)))
        held += abs(found.mean - 3.0) <= (found.half_width or 0.0)
    assert 0.92 < held / 400 < 0.98
    assert estimate([1.5]).half_width is None


def test_a_table_leaves_out_what_does_not_apply():
    repeats = Repeats()
    for value in (1.0, 3.0):
        repeats.add("truth", {"FID": value, "multimodality": float("nan")})
    lines = table(repeats.rows())
    assert lines[0] == "|  | truth |"
    assert lines[2].startswith("| FID | 2.00 ± 12.7")
    assert lines[3] == "| multimodality | – |"


def test_bars_pass_on_their_side_only():
    assert Bar(what="error", limit=15.0, value=14.0).passed
    assert not Bar(what="error", limit=15.0, value=15.0).passed
    assert Bar(what="contact", limit=90.0, value=90.0, at_most=False).passed
    assert not Bar(what="contact", limit=90.0, value=float("nan"), at_most=False).passed
