"""`ponimator doctor`: says what runs here and how fast, and what to do about each thing that is wrong."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Final

import numpy as np
import zmq

from ponimator_runtime import __version__
from ponimator_runtime.commands import machine
from ponimator_runtime.commands.finding import Finding
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.endpoints import DEFAULT_CONTROL, DEFAULT_STREAM
from ponimator_runtime.errors import MissingExtra, PonimatorError, ProviderUnavailable
from ponimator_runtime.models.backends.execution import Arithmetic, Execution, Provider

_RUNTIMES: Final = ("onnxruntime", "onnxruntime-gpu")
_BACKENDS: Final = (*_RUNTIMES, "openvino", "tensorrt", "tensorrt-rtx", "tensorrt-rtx-cu12", "tensorrt-rtx-cu13")
_PACKAGES: Final = ("numpy", "msgspec", "pyzmq", "tokenizers", "prometheus-client", *_BACKENDS)
_TIMED_WINDOWS: Final = 5


@dataclass(frozen=True, kw_only=True)
class DoctorCommand:
    """Check the installation, the machine, the ports, the bundle and the provider, and time a window of motion.

    Attributes:
        bundle: name of an embedded model bundle, or the path of a bundle folder.
        provider: what is to run the networks.
        threads: CPU threads of one network run.
        arithmetic: what OpenVINO computes fp32 layers in.
        control: endpoint of requests that a server is to have; with port 0 nothing is to be had.
        stream: endpoint of motion that a server is to have.
    """

    bundle: str = "lite"
    provider: Provider = Provider.CPU
    threads: int = 1
    arithmetic: Arithmetic = Arithmetic.FP32
    control: str = DEFAULT_CONTROL
    stream: str = DEFAULT_STREAM


def main(arguments: list[str]) -> int:
    """Prints every finding; 1 where something is wrong."""
    command = parsed(DoctorCommand, arguments, command="doctor")
    execution = Execution(provider=command.provider, threads=command.threads, arithmetic=command.arithmetic)
    wrong = False
    for finding in findings(command, execution):
        print(f"{'WRONG' if finding.wrong else 'ok':<6}{finding.what:<12}{finding.told}", flush=True)
        wrong = wrong or finding.wrong
    return int(wrong)


def findings(command: DoctorCommand, execution: Execution) -> Iterator[Finding]:
    """Everything that can be told without starting a server, quick things first."""
    told = f"ponimator-runtime {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield Finding(what="program", told=told)
    versions = installed(_PACKAGES)
    yield Finding(what="packages", told=", ".join(f"{name} {version}" for name, version in versions.items()))
    yield machine.cores_finding(machine.usable_cores(), execution.threads)
    yield machine.memory_finding(machine.available_memory_mib())
    yield machine.clock_finding(machine.clock_figures())
    yield machine.zeromq_finding(zmq.zmq_version(), has_curve=zmq.has("curve"))
    yield from machine.port_findings(command.control, command.stream)
    yield runtimes_finding(versions)
    if not set(_RUNTIMES) & set(versions):
        return
    yield _providers()
    yield from _motion(command.bundle, execution)


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
        what = "provider" if isinstance(error, (ProviderUnavailable, MissingExtra)) else "bundle"
        yield Finding(what=what, told=str(error), wrong=True)
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
        shown_s = card.animator.frames / card.animator.rate_hz
        told = f"a window of {shown_s:g} s in {1000 * window_s:.0f} ms"
        if not finite:
            told += ", with numbers that are not finite: export the bundle again"
        elif window_s >= shown_s:
            told += ", slower than it plays: name another --provider, more --threads or a bundle of smaller networks"
        yield Finding(what=profile.value, told=told, wrong=not finite or window_s >= shown_s)


def _median_s(run: Callable[[], object]) -> float:
    times_s = []
    for _ in range(_TIMED_WINDOWS):
        began_s = time.perf_counter()
        run()
        times_s.append(time.perf_counter() - began_s)
    return float(np.median(times_s))
