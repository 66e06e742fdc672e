"""Checks every array shape while the tests run, and makes hypothesis steady."""

import os

from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

# Held for the whole run: it must be in place before a test imports these packages.
SHAPE_CHECKS = install_import_hook(["ponimator_runtime.motion", "ponimator_runtime.diffusion"], "beartype.beartype")

# Machines that run the tests share their cores: time is no sign of a defect here.
settings.register_profile(
    "local", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_collection_modifyitems(items):
    """Files with slow tests come first: of two processes, neither waits long for the other's last file."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
