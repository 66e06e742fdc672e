"""Which engine of a bundle is taken, and how every other is refused; no GPU is needed here."""

from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.made_engines import ENTRY

from ponimator_runtime.errors import CardMismatch, MissingExtra, ProviderUnavailable
from ponimator_runtime.models.backends import engine_package
from ponimator_runtime.models.backends.engine_choice import engine_for
from ponimator_runtime.models.backends.engine_package import (
    CAPABILITIES,
    Generation,
    Gpu,
    gpu_at_hand,
    installed_packages,
)
from ponimator_runtime.models.bundle import embedded_folder
from ponimator_runtime.models.card import EngineFile, FileEntry, ModelCard, read_card

AMPERE = Gpu(name="RTX A5000", capability=86)
INSTALLED = {"tensorrt_rtx": "1.7.1.116"}


def card_with(*engines: EngineFile) -> ModelCard:
    card = read_card(embedded_folder() / "lite")
    graph = FileEntry(sha256="0" * 64, bytes=1)
    return msgspec.structs.replace(card, engines=list(engines), files={**card.files, "step.onnx": graph})


def changed(**fields) -> EngineFile:
    return msgspec.structs.replace(ENTRY, **fields)


def test_every_capability_is_of_one_generation():
    every = [capability for capabilities in CAPABILITIES.values() for capability in capabilities]
    assert len(every) == len(set(every))
    assert set(CAPABILITIES) == set(Generation)
    for generation, capabilities in CAPABILITIES.items():
        assert {Gpu(name="", capability=capability).generation for capability in capabilities} == {generation}
    assert Gpu(name="", capability=75).generation is None


OTHERS = [
    changed(file="a", graph="condition.onnx"),
    changed(file="b", gpu="ada", capabilities=[89]),
    changed(file="c", package="tensorrt", version="11.4.0.106"),
    changed(file="d", version="1.6.1.120"),
    changed(file="e", graph_sha256="1" * 64),
]


@given(st.permutations([ENTRY, *OTHERS]))
def test_the_one_that_fits_is_taken_wherever_it_stands(engines):
    assert engine_for(card_with(*engines), "step.onnx", gpu=AMPERE, installed=INSTALLED) is ENTRY


@pytest.mark.parametrize(
    ("engines", "installed", "error", "told"),
    [
        ([], INSTALLED, ProviderUnavailable, r"no engine of step\.onnx.*export --tensorrt ampere"),
        (OTHERS[:1], INSTALLED, ProviderUnavailable, r"no engine of step\.onnx"),
        (
            OTHERS[1:2],
            INSTALLED,
            ProviderUnavailable,
            r"built for ada \(8\.9\); this GPU is RTX A5000 \(ampere, compute capability 8\.6\).*--tensorrt ampere",
        ),
        (
            [changed(capabilities=[80])],  # of the same generation, but without this GPU's kernels
            INSTALLED,
            ProviderUnavailable,
            r"built for ampere \(8\.0\); this GPU is .*8\.6",
        ),
        ([ENTRY], {}, MissingExtra, r"ponimator-runtime\[tensorrt\]"),
        (
            OTHERS[2:3],
            INSTALLED,
            ProviderUnavailable,
            r"built by tensorrt 11\.4\.0\.106; installed tensorrt_rtx 1\.7\.1\.116",
        ),
        (
            OTHERS[3:4],
            INSTALLED,
            ProviderUnavailable,
            r"built by tensorrt_rtx 1\.6\.1\.120; installed tensorrt_rtx 1\.7\.1\.116.*--tensorrt ampere",
        ),
        (
            OTHERS[4:],
            INSTALLED,
            CardMismatch,
            r"e was built from a step\.onnx with SHA-256 111111111111….*has 000000000000….*--tensorrt ampere",
        ),
    ],
)
def test_a_refusal_says_what_was_expected_what_came_and_what_to_do(engines, installed, error, told):
    with pytest.raises(error, match=told):
        engine_for(card_with(*engines), "step.onnx", gpu=AMPERE, installed=installed)


def test_a_gpu_of_no_generation_is_told_so():
    with pytest.raises(ProviderUnavailable, match=r"T4 \(no generation .* 7\.5\).*--tensorrt GPU"):
        engine_for(card_with(ENTRY), "step.onnx", gpu=Gpu(name="T4", capability=75), installed=INSTALLED)


def cuda(*, code: int = 0, count: int | None = 1, properties_code: int = 0) -> SimpleNamespace:
    """CUDA as its package shows it, with one RTX A5000."""
    device = SimpleNamespace(name=b"RTX A5000\0\0", major=8, minor=6)
    return SimpleNamespace(
        CUDART_VERSION=13050,
        cudaError_t=SimpleNamespace(cudaSuccess=0),
        cudaGetDeviceCount=lambda: (code, count),
        cudaGetErrorString=lambda error: (0, b"the driver is too old"),
        cudaGetDeviceProperties=lambda place: (
            (SimpleNamespace(name="cudaError"), None) if properties_code else (0, device)
        ),
    )


def test_the_gpu_says_what_it_is(monkeypatch):
    monkeypatch.setattr(engine_package, "cuda_runtime", cuda)
    assert gpu_at_hand() == AMPERE


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (cuda(code=35, count=None), "driver for CUDA 13, there is none: the driver is too old.*--provider cpu"),
        (cuda(count=0), "CUDA shows no device"),
        (cuda(properties_code=1), "does not say what it is"),
    ],
)
def test_without_a_gpu_the_reason_is_told(monkeypatch, found, told):
    monkeypatch.setattr(engine_package, "cuda_runtime", lambda: found)
    with pytest.raises(ProviderUnavailable, match=told):
        gpu_at_hand()


def raising(error: Exception):
    def import_module(name: str):
        raise error

    return SimpleNamespace(import_module=import_module)


def test_without_packages_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(engine_package, "importlib", raising(ModuleNotFoundError("none")))
    assert installed_packages() == {}
    for asked in (gpu_at_hand, lambda: engine_package.package("tensorrt_rtx")):
        with pytest.raises(MissingExtra, match=r"\[tensorrt\]"):
            asked()


def test_a_broken_package_is_not_taken_for_a_missing_one(monkeypatch):
    monkeypatch.setattr(engine_package, "importlib", raising(OSError("libcudart.so: cannot open")))
    with pytest.raises(ProviderUnavailable, match=r"cannot be loaded: libcudart\.so.*Install it again"):
        installed_packages()
