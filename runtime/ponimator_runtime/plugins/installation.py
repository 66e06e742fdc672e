"""Puts a plugin's files into a project, whole or not at all, and never over what somebody changed there.

A manifest of hashes lies in the installed folder, so that the next installation can tell a file that was changed by
hand from one that is only older.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ponimator_runtime.errors import ConfigError, PonimatorError

MANIFEST: Final = ".ponimator-plugin.json"
_BUILT_FOLDERS: Final = frozenset({"Binaries", "Intermediate"})
"""Unreal builds the plugin into these; what lies in them belongs to the version before."""
_META: Final = ".meta"
_SHOWN: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Installed:
    """What an installation did.

    Attributes:
        folder: the plugin's.
        replaced: version that was there before; None where none was, "" where it is not known.
    """

    folder: Path
    replaced: str | None


def install(files: Mapping[str, bytes], target: Path, *, project: Path, version: str, force: bool) -> Installed:
    """Writes the files aside, within the project, and moves them to their place.

    Args:
        files: contents by path in the plugin's folder.
        target: the plugin's folder.
        project: folder of the project, on the same disk.
        version: of the plugin.
        force: replaces even what was changed by hand.

    Raises:
        ConfigError: something was changed by hand, or the folder is a link.
        PonimatorError: the disk refuses; what was there is there as before.
    """
    if target.is_symlink():
        raise ConfigError(f"expected no link at {target}: what it leads to would be lost; remove the link")
    replaced = _version_of(target) if target.exists() else None
    if replaced is not None and not force:
        _refuse_changes(target)
    try:
        with tempfile.TemporaryDirectory(prefix=".ponimator-", dir=project, ignore_cleanup_errors=True) as aside:
            fresh, old = Path(aside, "fresh"), Path(aside, "old")
            _write(fresh, files, version)
            _keep_metas(target, fresh)
            _exchange(target, fresh=fresh, old=old)
    except OSError as error:
        raise PonimatorError(
            f"{target} could not be installed and is as it was before ({error}): "
            "close the editor, which holds the plugin's files, and make sure that the folder can be written to"
        ) from error
    return Installed(folder=target, replaced=replaced)


def changes_by_hand(folder: Path) -> list[str] | None:
    """Files of an installed plugin that are changed, missing or not from it; None where it has no manifest."""
    try:
        hashes = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        expected = {str(path): str(hashed) for path, hashed in hashes.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return sorted(
        path
        for path in expected.keys() | there.keys()
        if not _engines_own(path)
        and (path not in there or path not in expected or _hash(there[path].read_bytes()) != expected[path])
    )


def _refuse_changes(target: Path) -> None:
    changes = changes_by_hand(target)
    if changes is None:
        raise ConfigError(
            f"expected nothing at {target}, or what this command once put there: what is there has no manifest; "
            "--force replaces it"
        )
    if changes:
        more = f" and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
        raise ConfigError(
            f"expected {target} as it was installed, changed by hand: {', '.join(changes[:_SHOWN])}{more}; "
            "keep a copy of what you need, then --force replaces it"
        )


def _engines_own(path: str) -> bool:
    """Unity rewrites `.meta` files to its liking."""
    return path == MANIFEST or path.endswith(_META) or path.partition("/")[0] in _BUILT_FOLDERS


def _version_of(target: Path) -> str:
    try:
        return str(json.loads((target / MANIFEST).read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _write(folder: Path, files: Mapping[str, bytes], version: str) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    manifest = {"version": version, "files": {path: _hash(content) for path, content in sorted(files.items())}}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _keep_metas(target: Path, fresh: Path) -> None:
    """Unity's own for what the plugin has none for: scenes find scripts by them."""
    for meta in target.rglob(f"*{_META}"):
        kept = fresh / meta.relative_to(target)
        if not kept.exists() and kept.with_suffix("").exists():
            shutil.copyfile(meta, kept)


def _exchange(target: Path, *, fresh: Path, old: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        with contextlib.suppress(OSError):
            target.parent.rmdir()  # only where it is empty, so made by us
        raise


def _hash(content: bytes) -> str:
    # A project's version control may have turned the ends of lines.
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
