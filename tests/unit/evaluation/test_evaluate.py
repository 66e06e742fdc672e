"""`ponimator evaluate` from files to tables with tiny networks, and the pictures."""

import re

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="evaluating needs the train extra (torch)")

from PIL import Image  # noqa: E402 - after the skip
from tests.unit.evaluation.made_clips import MADE_KINDS, made_clips  # noqa: E402

from ponimator_runtime.errors import ConfigError  # noqa: E402
from ponimator_training.checkpoint import Checkpoint, network_settings, save_checkpoint  # noqa: E402
from ponimator_training.evaluation import solver_rows  # noqa: E402
from ponimator_training.evaluation.cli import main  # noqa: E402
from ponimator_training.evaluation.models import chosen_device  # noqa: E402
from ponimator_training.network.animator import Animator, AnimatorConfig  # noqa: E402
from ponimator_training.network.generator import Generator, GeneratorConfig  # noqa: E402
from ponimator_training.network.layers import TransformerSize  # noqa: E402

TINY = TransformerSize(blocks=2, width=16, heads=2, feed_forward=16, dropout=0.0)
NUMBER = r"-?\d+(?:\.\d+)?"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two sets of clips and two checkpoints of chance: untrained heads would predict one thing whatever they see."""
    folder = tmp_path_factory.mktemp("evaluated")
    made_clips(0).save(folder / "train.npz")
    made_clips(1).save(folder / "held.npz")
    torch.manual_seed(0)
    networks = (Animator(AnimatorConfig(size=TINY)), Generator(GeneratorConfig(size=TINY)))
    for kind, network in zip(("animator", "generator"), networks, strict=True):
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
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
    quick = (
        "--repeats 2 --steps 2 --windows 8 --poses 2 --surface-windows 2 --chains 1 --feature-steps 3 --judge-steps 3"
    )
    chosen = f"{quick} --accelerator cpu --workers 1 --threads 1".split()
    return [str(part) for part in (*paths, folder / "train.npz", "--out", out, *chosen, *more)]


@pytest.fixture(scope="module")
def page(files, tmp_path_factory):
    """A page and what stands beside it, measured in this process."""
    folder = tmp_path_factory.mktemp("page")
    page = folder / "docs" / "page.md"
    assert main(arguments(files, page, "--sheets", folder / "sheets")) == 0
    return page


def section(text: str, title: str) -> str:
    return text.split(f"## {title}")[1].split("\n## ")[0]


def test_every_measure_stands_beside_truth_and_baselines(page):
    text = page.read_text(encoding="utf-8")
    windows = section(text, "Windows")
    baselines = "anchor held still | nearest training window | blend to the mean pose"
    assert f"|  | truth | ours | {baselines} |" in windows
    for measure in (
        *("FID, all repeats", "FID", "KID × 1000", "precision", "recall", "diversity", "multimodality"),
        *("anchor error, mm", "own anchor error, mm", "contact at anchor, %", "contact ±0.2 s, %"),
        *("penetration mean, cm", "penetration p95, cm", "foot slide, cm/s", "jerk / truth"),
    ):
        assert f"\n| {measure} |" in windows
    assert "| anchor error, mm | 0.00 ± 0.00 | 0.00 ± 0.00 | 0.00 ± 0.00 |" in windows
    poses, chains = section(text, "Interactive poses"), section(text, "Five windows")
    for measure in ("R-precision top 1, %", "R-precision top 3, %", "distance W₁, cm", "facing W₁, °", "contact, %"):
        assert f"\n| {measure} |" in poses
    assert f"|  | truth, cut in two | ours | {baselines} |" not in chains  # these clips are too short to cut
    assert f"|  | ours | {baselines} |" in chains
    assert "| seam ratio, runtime |" in chains


def test_there_are_ten_bars_and_a_line_for_each_kind(page):
    text = page.read_text(encoding="utf-8")
    bars = section(text, "Bars")
    assert bars.count("| pass |") + bars.count("| **fail** |") == 10
    kinds = section(text, "By kind")
    counts = [int(float(re.search(rf"\n\| {kind} \| ({NUMBER})", kinds)[1])) for kind in MADE_KINDS]
    assert sum(counts) == 2 * 8
    assert "step 7" in text
    assert page.with_name("page-features.npz").is_file()


def test_pictures_show_the_truth_above_ours_with_the_anchor_in_both(page):
    folder = page.parent.parent / "sheets"
    assert {path.name for path in folder.iterdir()} == {"best.png", "median.png", "worst.png"}
    with Image.open(folder / "worst.png") as sheet:
        pixels = np.asarray(sheet.convert("RGB")).astype(int)
    marked = (np.abs(pixels - [214, 84, 40]).sum(axis=2) < 30).any(axis=1)
    half = len(pixels) // 2
    assert marked[:half].any()
    assert marked[half:].any()
    np.testing.assert_array_equal(np.where(marked[:half], 1, 0), np.where(marked[half:], 1, 0))


def test_wrong_use_is_one_clear_line(files, tmp_path, capsys):
    page = tmp_path / "page.md"
    assert main([*arguments(files, page), "--data", str(files / "train.npz")]) == 2
    assert "was trained on" in capsys.readouterr().err
    assert main(arguments(files, tmp_path / "page.txt")) == 2
    assert main([*arguments(files, page), "--windows", "3"]) == 2
    assert main([*arguments(files, page), "--workers", "-1"]) == 2
    swapped = arguments(files, page)
    swapped[:2] = swapped[1::-1]
    assert main(swapped) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert said[-1].startswith("ponimator evaluate: Expected the checkpoints of an animator and a generator")
    assert not page.exists()


def test_an_accelerator_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert chosen_device("auto").type == chosen_device("cpu").type == "cpu"
    with pytest.raises(ConfigError, match="--accelerator cpu"):
        chosen_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert chosen_device("auto").type == chosen_device("cuda").type == "cuda"
    assert chosen_device("cpu").type == "cpu"


def test_solvers_stand_beside_each_other_on_a_page_of_their_own(files, page, tmp_path, monkeypatch):
    """The features are another page's; the more steps the nearer to converged, whatever the network."""
    monkeypatch.setattr(solver_rows, "CONVERGED_STEPS", 200)  # what a test has time for
    solvers, features = tmp_path / "solvers.md", page.with_name("page-features.npz")
    more = ("--compare-solvers", "--repeats", "1", "--features", features)
    assert main(arguments(files, solvers, *more)) == 0
    assert not solvers.with_name("solvers-features.npz").exists()
    text = solvers.read_text(encoding="utf-8")
    rows = [f"{solver}, {count} steps" for solver in ("DDIM", "DPM-Solver++(2M)") for count in (50, 20, 10, 5)]
    for title, figure in (("Windows", "jerk / truth"), ("Interactive poses", "R-precision top 1, %")):
        table = section(text, title)
        assert figure in table.split("\n| ---")[0]
        assert [line.split(" |")[0].removeprefix("| ") for line in table.split("\n") if "steps" in line] == rows
        assert "| truth | – |" in table
    for sampled in ("windows", "poses"):
        gain = section(text, f"Where the gain is: {sampled} from converged, mm")
        distance = {
            steps: [float(value) for value in line.split("|")[2:-1]]
            for line in gain.split("\n")
            if (steps := line.partition(" steps")[0].removeprefix("| ")).isdigit()
        }
        assert list(distance) == ["50", "20", "10", "5"]
        assert all(few > many for few, many in zip(distance["5"], distance["50"], strict=True)), distance


def test_the_solver_is_told_on_the_page(files, tmp_path, capsys):
    page = tmp_path / "page.md"
    assert main(arguments(files, page, "--solver", "dpmpp_2m", "--repeats", "1")) == 0
    assert ", 2 steps of DPM-Solver++(2M)" in page.read_text(encoding="utf-8")
    assert main(arguments(files, page, "--solver", "euler")) == 2
    assert "dpmpp_2m" in capsys.readouterr().err
    assert main(arguments(files, page, "--steps", "1001")) == 2
    assert "1 to 1000 steps" in capsys.readouterr().err
