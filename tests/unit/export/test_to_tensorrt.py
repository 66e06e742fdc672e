"""Who builds engines for which GPU, and who says why not."""

import pytest

from ponimator_export.to_tensorrt import Target, target_for
from ponimator_runtime.errors import MissingExtra, ProviderUnavailable
from ponimator_runtime.models.backends.engine_package import Generation, Gpu

RTX, FULL = {"tensorrt_rtx": "1.7.1.116"}, {"tensorrt": "11.4.0.106"}
H100, L4 = Gpu(name="H100", capability=90), Gpu(name="L4", capability=89)


@pytest.mark.parametrize(
    ("gpu", "installed", "at_hand", "package", "capabilities"),
    [
        ("ampere", RTX, None, "tensorrt_rtx", (80, 86)),
        ("ada", RTX, None, "tensorrt_rtx", (89,)),
        ("blackwell", RTX, None, "tensorrt_rtx", (120, 121)),
        ("ampere", RTX, H100, "tensorrt_rtx", (80, 86)),
        ("hopper", FULL, H100, "tensorrt", (90,)),
        ("hopper", FULL | RTX, H100, "tensorrt", (90,)),
        ("ada", FULL | RTX, L4, "tensorrt", (89,)),
        ("ada", FULL | RTX, H100, "tensorrt_rtx", (89,)),
    ],
)
def test_who_builds(gpu, installed, at_hand, package, capabilities):
    target = target_for(Generation(gpu), installed=installed, at_hand=at_hand)
    assert target == Target(
        generation=Generation(gpu), package=package, version=installed[package], capabilities=capabilities
    )


@pytest.mark.parametrize(
    ("gpu", "installed", "at_hand", "error", "told"),
    [
        ("ada", {}, L4, MissingExtra, r"ponimator-runtime\[tensorrt\]"),
        (
            "hopper",
            RTX,
            None,
            ProviderUnavailable,
            "tensorrt_rtx builds for ampere, ada, blackwell only.*with a GPU of",
        ),
        (
            "hopper",
            RTX,
            H100,
            ProviderUnavailable,
            r"Install NVIDIA's package tensorrt .* or serve with --provider cuda",
        ),
        ("ada", FULL, None, ProviderUnavailable, "tensorrt builds for the GPU at hand, which is none"),
        ("ada", FULL, H100, ProviderUnavailable, r"which is H100 \(hopper, compute capability 9\.0\)"),
        ("hopper", FULL | RTX, L4, ProviderUnavailable, "which is L4 .*; tensorrt_rtx builds for"),
    ],
)
def test_who_cannot_build_says_why_and_what_to_do(gpu, installed, at_hand, error, told):
    with pytest.raises(error, match=told):
        target_for(Generation(gpu), installed=installed, at_hand=at_hand)
