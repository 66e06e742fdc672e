"""`ponimator doctor`: says what runs here and how fast, and what to do about each thing that is wrong."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Final

import numpy as np

from ponimator_runtime import __version__
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.errors import PonimatorError
from ponimator_runtime.models.execution import Arithmetic, Execution, Provider

_RUNTIMES: Final = ("onnxruntime", "onnxruntime-gpu")
_BACKENDS: Final = (*_RUNTIMES, "openvino", "tensorrt", "tensorrt-rtx", "tensorrt-rtx-cu12", "tensorrt-rtx-cu13")
_PACKAGES: Final = ("numpy", "msgspec", "pyzmq", "tokenizers", *_BACKENDS)
_TIMED_WINDOWS: Final = 5


@dataclass(frozen=True, kw_only=True)
class DoctorCommand:
    """Check the installation, the bundle and the provider, and time a window of motion.

    Attributes:
        bundle: name of an embedded model bundle, or the path of a bundle folder.
        provider: what is to run the networks.
        threads: CPU threads of one network run.
        arithmetic: what OpenVINO computes fp32 layers in.
    """

    bundle: str = "lite"
    provider: Provider = Provider.CPU
    threads: int = 1
    arithmetic: Arithmetic = Arithmetic.FP32


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: in a word or two.
        told: what was found.
        wrong: whether something is to be done, which `told` says.
    """

    what: str
    told: str
    wrong: bool = False


def main(arguments: list[str]) -> int:
    """Prints every finding; 1 where something is wrong."""
    command = parsed(DoctorCommand, arguments, command="doctor")
    execution = Execution(provider=command.provider, threads=command.threads, arithmetic=command.arithmetic)
    wrong = False
    for finding in findings(command.bundle, execution):
        print(f"{'WRONG' if finding.wrong else 'ok':<6}{finding.what:<12}{finding.told}", flush=True)
        wrong = wrong or finding.wrong
    return int(wrong)


def findings(bundle: str, execution: Execution) -> Iterator[Finding]:
    """Everything that can be told without a server, quick things first."""
    told = f"ponimator-runtime {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield Finding(what="program", told=told)
    versions = installed(_PACKAGES)
    yield Finding(what="packages", told=", ".join(f"{name} {version}" for name, version in versions.items()))
    yield runtimes_finding(versions)
    if not set(_RUNTIMES) & set(versions):
        return
    yield _providers()
    yield from _motion(bundle, execution)


def installed(names: tuple[str, ...]) -> dict[str, str]:
    """Versions of those of the packages that are installed."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def runtimes_finding(versions: dict[str, str]) -> Finding:
    """Whether exactly one ONNX Runtime is installed: the two write into the same folder."""
    there = [name for name in _RUNTIMES if name in versions]
    if len(there) == 1:
        return Finding(what="onnx", told=f"{there[0]} alone, as it should be")
    if there:
        told = (
            f"{' and '.join(there)} are both installed and overwrite each other's files: "
            f"pip uninstall {' '.join(there)}, then install the one that is wanted: "
            "pip install 'ponimator-runtime[cpu]' or 'ponimator-runtime[gpu]'"
        )
    else:
        told = "no ONNX Runtime is installed: pip install 'ponimator-runtime[cpu]', or [gpu] beside an NVIDIA GPU"
    return Finding(what="onnx", told=told, wrong=True)


def _providers() -> Finding:
    import onnxruntime

    offered = ", ".join(name.removesuffix("ExecutionProvider") for name in onnxruntime.get_available_providers())
    return Finding(what="offered", told=f"ONNX Runtime was built with {offered}; which of them load shows below")


def _motion(bundle: str, execution: Execution) -> Iterator[Finding]:
    """The bundle's files, the provider, and the time of a window."""
    from ponimator_runtime.models.bundle import load_bundle
    from ponimator_runtime.serving.config import PACES
    from ponimator_runtime.serving.generator import MotionGenerator, Wanted
    from ponimator_runtime.wire.messages import Profile

    try:
        loaded = load_bundle(bundle, execution=execution)
    except PonimatorError as error:
        yield Finding(what="bundle", told=str(error), wrong=True)
        return
    card = loaded.card
    precision = card.animator.graphs.precision
    yield Finding(what="bundle", told=f"'{card.name}' ({precision}), {len(card.files)} files as their card says")
    yield Finding(what="provider", told=f"{execution.provider}, {execution.threads} threads: loaded")
    generator = MotionGenerator(loaded)
    generator.warm_up()
    wanted = Wanted(poses=(None, None), text="two people shake hands" if card.has_text else "", betas=np.zeros((2, 10)))
    for profile in Profile:
        steps = PACES[profile].diffusion_steps
        numbers = np.random.default_rng(0)
        pose = generator.interactive_pose(wanted, steps=steps, generator=numbers)
        window_s = _median_s(lambda: generator.window(pose, 0, steps=steps, generator=numbers))  # noqa: B023
        finite = bool(np.isfinite(generator.window(pose, 0, steps=steps, generator=numbers).translations).all())
        told = f"a window of {card.animator.frames / card.animator.rate_hz:g} s in {1000 * window_s:.0f} ms"
        yield Finding(
            what=profile.value,
            told=told if finite else f"{told}, with numbers that are not finite: export the bundle again",
            wrong=not finite,
        )


def _median_s(run: Callable[[], object]) -> float:
    times_s = []
    for _ in range(_TIMED_WINDOWS):
        began_s = time.perf_counter()
        run()
        times_s.append(time.perf_counter() - began_s)
    return float(np.median(times_s))
