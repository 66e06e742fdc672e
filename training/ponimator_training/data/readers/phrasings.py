"""Texts that describe clips: one file a clip, a phrasing a line, as Inter-X and InterHuman publish them."""

from __future__ import annotations

from pathlib import Path


def phrasings_of(name: str, folder: Path | None) -> tuple[str, ...]:
    """The phrasings of a clip; none where there is no file for it."""
    path = None if folder is None else folder / f"{name}.txt"
    if path is None or not path.is_file():
        return ()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
