"""Where a command's motion goes: refuses a bad name before any motion is made, and writes it after."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion_files.formats import SUFFIXES, save_performance
from ponimator_runtime.motion_files.performance import Performance

BODY_BUNDLE: Final = "lite"
"""Whose body is shown where nobody names another."""


def check_out(out: Path, *more_suffixes: str) -> None:
    """Refuses a file that cannot be written; raises ConfigError."""
    expected = (*more_suffixes, *SUFFIXES)
    if out.suffix.lower() not in expected:
        raise ConfigError(f"--out must end in {', '.join(expected[:-1])} or {expected[-1]}, got {out}")
    if not out.parent.is_dir():
        raise ConfigError(f"--out: there is no folder {out.parent}")


def body_of(bundle: str) -> BodySurface:
    """The body of a bundle; raises BundleNotFound or CardMismatch."""
    # Who records bytes alone, or is told that a name is wrong, waits for no part of a model.
    from ponimator_runtime.models.body import load_body_surface
    from ponimator_runtime.models.bundle import bundle_folder
    from ponimator_runtime.models.card import read_card

    folder = bundle_folder(bundle)
    return load_body_surface(folder / read_card(folder).body)


def saved(out: Path, performance: Performance, surface: BodySurface) -> str:
    """Writes it; the line that says so."""
    written = save_performance(out, performance, surface)
    return f"  {'written':<12} {', '.join(str(path) for path in written)}"
