"""`ponimator evaluate`: two checkpoints against held-out clips, as a page of tables."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.diffusion.plan import sampling_plan
from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_runtime.errors import CardMismatch, ConfigError, PonimatorError
from ponimator_training.body.model import BodyModel, default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.checkpoint import Checkpoint, build_network, load_checkpoint
from ponimator_training.cli import embedded_with_bundle
from ponimator_training.data.clips import load_clips
from ponimator_training.evaluation.bars import bars
from ponimator_training.evaluation.command import EvaluateCommand
from ponimator_training.evaluation.evaluation import Evaluation, FeatureSource
from ponimator_training.evaluation.models import Models, chosen_device
from ponimator_training.evaluation.page_facts import page_facts, sha256_of, told_device
from ponimator_training.evaluation.refinement_rows import told_cost
from ponimator_training.evaluation.report import Report
from ponimator_training.evaluation.solver_report import SolverReport
from ponimator_training.evaluation.solver_rows import compared_solvers
from ponimator_training.network.animator import Animator
from ponimator_training.network.generator import Generator

FAILURE = 1
USAGE_ERROR = 2
INTERRUPTED = 130
_FEATURES_SUFFIX = "-features.npz"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Prepared:
    """Files read and judged to belong together.

    Attributes:
        evaluation: ready for models.
        models: on the device that samples, with the command's plan.
        features: of the page.
        facts: what the page says of all this.
    """

    evaluation: Evaluation
    models: Models
    features: FeatureSource
    facts: dict[str, str]


def main(arguments: list[str]) -> int:
    """`ponimator evaluate …`; returns the exit code."""
    try:
        command = parsed(EvaluateCommand, arguments, command="evaluate")
        command.check()
        if command.threads:
            torch.set_num_threads(command.threads)
        done = compare(command, arguments) if command.compare_solvers else evaluate(command, arguments)
    except ConfigError as error:
        return _told(error, USAGE_ERROR)
    except (PonimatorError, OSError) as error:
        return _told(error, FAILURE)
    except KeyboardInterrupt:
        print("ponimator evaluate: stopped, no page was written.", file=sys.stderr)
        return INTERRUPTED
    print(f"{command.out}: {done}")
    return 0


def evaluate(command: EvaluateCommand, arguments: list[str]) -> str:
    """Measures one sampling and writes the page; says how many bars passed.

    Raises:
        PonimatorError: a file cannot be used, or the files do not belong together.
    """
    began = time.monotonic()
    prepared = _prepared(command, arguments)
    tables = prepared.evaluation.run(prepared.models, prepared.features, sheets=command.sheets, progress=_progress())
    report = Report(
        facts=prepared.facts
        | {"Refinement": told_cost(tables.refining_s), "Took": _took(command, prepared.models, since=began)},
        tables=tables,
        bars=bars(tables),
    )
    _write(command.out, report.markdown())
    return f"{sum(bar.passed for bar in report.bars)} of {len(report.bars)} bars passed"


def compare(command: EvaluateCommand, arguments: list[str]) -> str:
    """Measures every solver and writes the page; says how many samplings were compared.

    Raises:
        PonimatorError: a file cannot be used, or the files do not belong together.
    """
    began = time.monotonic()
    prepared = _prepared(command, arguments)
    tables = compared_solvers(
        prepared.evaluation, prepared.models, cosine_schedule(), prepared.features, progress=_progress()
    )
    report = SolverReport(facts=prepared.facts | {"Took": _took(command, prepared.models, since=began)}, tables=tables)
    _write(command.out, report.markdown())
    return f"{len(tables.windows) - 1} samplings beside the truth"


def _prepared(command: EvaluateCommand, arguments: list[str]) -> _Prepared:
    checkpoints = [load_checkpoint(path) for path in (command.animator, command.generator)]
    networks = [build_network(checkpoint) for checkpoint in checkpoints]
    animator, generator = networks
    if not isinstance(animator, Animator) or not isinstance(generator, Generator):
        kinds = " and ".join(checkpoint.kind for checkpoint in checkpoints)
        raise CardMismatch(f"Expected the checkpoints of an animator and a generator in this order, got {kinds}.")
    held_out, train = load_clips(command.data), load_clips(command.train)
    hashes = {path: sha256_of(path) for path in (command.animator, command.generator, command.data, command.train)}
    _refuse_trained_clips(command, checkpoints, hashes)
    unknown = sorted(set(held_out.kinds) - set(train.kinds))
    if unknown:
        raise ConfigError(f"{command.data} has kinds of interaction that {command.train} lacks: {unknown}.")
    schedule = cosine_schedule()
    plan = sampling_plan(schedule, command.solver, command.steps)
    body = default_body() if command.body is None else BodyModel.load(command.body)
    device = chosen_device(command.accelerator)
    evaluation = Evaluation(
        held_out=held_out,
        train=train,
        surface=body_surface(body),
        frames=animator.config.frames,
        embed_texts=embedded_with_bundle,
        effort=command.effort(),
    )
    features = evaluation.features(
        command.features or command.out.with_name(command.out.stem + _FEATURES_SUFFIX),
        train_sha256=hashes[command.train],
        device=device,
        progress=_progress(),
    )
    return _Prepared(
        evaluation=evaluation,
        models=Models(animator=animator.to(device), generator=generator.to(device), plan=plan),
        features=features,
        facts=page_facts(command, arguments, checkpoints, hashes, held_out, train, features),
    )


def _progress() -> bool:
    return sys.stderr.isatty()


def _took(command: EvaluateCommand, models: Models, *, since: float) -> str:
    device = models.animator.residual_scale.device
    took = f"{(time.monotonic() - since) / 60:.1f} min, networks on {told_device(device)}"
    return f"{took}, {command.effort().workers} processes measuring"


def _write(page: Path, text: str) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")


def _refuse_trained_clips(command: EvaluateCommand, checkpoints: list[Checkpoint], hashes: dict[Path, str]) -> None:
    """Clips that were trained on say nothing about a model."""
    trained_on = {checkpoint.provenance.get("data_sha256") for checkpoint in checkpoints} | {hashes[command.train]}
    if hashes[command.data] in trained_on:
        raise ConfigError(f"{command.data} was trained on: --data takes clips that the models have not seen.")


def _told(error: Exception, code: int) -> int:
    print(f"ponimator evaluate: {str(error).splitlines()[0]}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
