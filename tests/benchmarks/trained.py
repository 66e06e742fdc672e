"""How far each form of a trained bundle moves a joint from where fp32 puts it.

Poses are drawn from texts, windows from the poses of the reference, both through the runtime's own code, each with the
same noise in every form, and nothing refined: refining would hide errors. It knows bundles and motion; it must never
know a clock.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from forms import EAGER, FORMS, REFERENCE, graph_files, int8_name, loaded, write_int8

from ponimator_runtime.errors import MissingExtra, ModelError, ProviderUnavailable
from ponimator_runtime.models.bundle import Bundle, bundle_folder, load_bundle
from ponimator_runtime.models.card import GraphFiles, Precision, read_card
from ponimator_runtime.motion.kinematics import motion_joint_positions, pose_joint_positions
from ponimator_runtime.motion.pose import InteractivePose, Motion
from ponimator_runtime.motion.refining.refiner import Refinement
from ponimator_runtime.motion.rotations import angle_between
from ponimator_runtime.motion.skeleton import SHAPE_COUNT
from ponimator_runtime.serving.generator import PERSONS, MotionGenerator, Wanted

TEXTS = (
    "two people shake hands",
    "two people hug",
    "two people give a high five",
    "one person pushes the other",
    "two people bow to each other",
    "one person helps the other to stand up",
    "two people dance together",
    "one person pats the other on the shoulder",
)
ANCHOR_INDICES = (0, 8, 15, 22, 29)
"""Of the windows in turn."""
CALIBRATION_TEXTS = (
    "two people hold hands",
    "one person comforts the other",
    "two people fight",
    "one person waves to the other",
)
"""Others than those that errors are measured on."""
_UNREFINED = Refinement(parting=False, planting=False)
_FORM_THREADS = 1
_CALIBRATION_STEPS = 20
_CALIBRATION_CALLS = 80


@dataclass(frozen=True, slots=True)
class Made:
    """What one form makes of the texts."""

    poses: list[InteractivePose]
    windows: list[Motion]


def errors(
    name_or_path: str, forms: Iterable[str], steps: int, folder: Path, *, draws: int, int8: str | None = None
) -> dict[str, dict[str, object]]:
    """Errors of each form of a bundle against its own fp32 graphs on ONNX Runtime.

    Args:
        name_or_path: of the bundle.
        forms: names.
        steps: K of every sampling.
        folder: an empty one, for the graphs that are quantised.
        draws: of each text, with a noise of its own.
        int8: a bundle of the same networks whose step graphs are int8; None quantises them here.

    Raises:
        ModelError: there is no fp32 in the bundle to compare with, or no text encoder.
    """
    bundle = load_bundle(name_or_path)
    card = bundle.card
    if not card.has_text or any(graphs.precision is not Precision.FP32 for graphs in _graphs(bundle)):
        raise ModelError(
            f"Expected a bundle with fp32 graphs and a text encoder to measure errors of, got {card.name}."
        )
    for graphs in _graphs(bundle):
        for file in (graphs.condition, graphs.step):
            shutil.copy(bundle.folder / file, folder / file)
    forms = [name for name in forms if name not in (EAGER, REFERENCE)]
    if any(FORMS[name].precision is Precision.INT8 for name in forms):
        if int8 is None:
            _write_int8_twins(bundle, folder)
        else:
            _copy_int8_twins(bundle, int8, folder)
    texts = TEXTS * draws
    reference = _made(bundle, texts, steps, anchors=None)
    found: dict[str, dict[str, object]] = {}
    for name in forms:
        try:
            changed = replace(
                bundle,
                animator=loaded("animator", folder, card, FORMS[name], _FORM_THREADS),
                generator=loaded("generator", folder, card, FORMS[name], _FORM_THREADS),
            )
        except (MissingExtra, ProviderUnavailable) as reason:
            found[name] = {"skipped": str(reason)}
            continue
        made = _made(changed, texts, steps, anchors=reference.poses)
        found[name] = {
            "animator": _compared(_joints(bundle, reference.windows), _joints(bundle, made.windows))
            | _turned(reference.windows, made.windows),
            "generator": _compared(_joints(bundle, reference.poses), _joints(bundle, made.poses))
            | _turned(reference.poses, made.poses),
        }
    return found


def _graphs(bundle: Bundle) -> tuple[GraphFiles, ...]:
    return tuple(graph_files(bundle.card, kind) for kind in ("animator", "generator"))


def _write_int8_twins(bundle: Bundle, folder: Path) -> None:
    for kind, network in (("animator", bundle.animator), ("generator", bundle.generator)):
        step = graph_files(bundle.card, kind).step
        write_int8(
            network,
            lambda: _made(bundle, CALIBRATION_TEXTS, _CALIBRATION_STEPS, anchors=None),
            folder / step,
            folder / int8_name(step),
            calls=_CALIBRATION_CALLS,
        )


def _copy_int8_twins(bundle: Bundle, int8: str, folder: Path) -> None:
    shipped = bundle_folder(int8)
    for kind in ("animator", "generator"):
        step, twin = graph_files(bundle.card, kind).step, graph_files(read_card(shipped), kind)
        if kind == "animator" and twin.precision is not Precision.INT8:
            raise ModelError(f"Expected an int8 step graph in {shipped}, its {kind} is {twin.precision}.")
        shutil.copy(shipped / twin.step, folder / int8_name(step))


def _made(bundle: Bundle, texts: Iterable[str], steps: int, anchors: list[InteractivePose] | None) -> Made:
    """A pose from each text, and a window around it, or around a given anchor."""
    generator = MotionGenerator(bundle, _UNREFINED)
    betas = np.zeros((PERSONS, SHAPE_COUNT))
    made = Made([], [])
    for seed, text in enumerate(texts):
        rng = np.random.default_rng(seed)
        wanted = Wanted(poses=(None, None), text=text, betas=betas)
        made.poses.append(generator.interactive_pose(wanted, steps=steps, generator=rng))
        anchor = made.poses[-1] if anchors is None else anchors[seed]
        index = ANCHOR_INDICES[seed % len(ANCHOR_INDICES)]
        made.windows.append(generator.window(anchor, index, steps=steps, generator=rng))
    return made


def _joints(bundle: Bundle, made: list[Motion] | list[InteractivePose]) -> np.ndarray:
    skeleton = bundle.surface.skeleton
    positions = [
        motion_joint_positions(one, skeleton) if isinstance(one, Motion) else pose_joint_positions(one, skeleton)
        for one in made
    ]
    return np.stack(positions)


def _compared(expected: np.ndarray, found: np.ndarray) -> dict[str, float]:
    distance_mm = 1000 * np.linalg.norm(expected - found, axis=-1)
    of_each = distance_mm.reshape(len(distance_mm), -1).mean(axis=1)
    return {
        "joint_mm_mean": round(float(distance_mm.mean()), 3),
        "joint_mm_median_of_means": round(float(np.median(of_each)), 3),
        "joint_mm_max": round(float(distance_mm.max()), 3),
    }


def _turned(
    expected: list[Motion] | list[InteractivePose], found: list[Motion] | list[InteractivePose]
) -> dict[str, float]:
    angles = [angle_between(one.rotations, other.rotations) for one, other in zip(expected, found, strict=True)]
    angle_deg = np.degrees(np.stack(angles))
    return {
        "rotation_deg_mean": round(float(angle_deg.mean()), 4),
        "rotation_deg_max": round(float(angle_deg.max()), 3),
    }
