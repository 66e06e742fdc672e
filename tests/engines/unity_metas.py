"""Makes the .meta file of every asset of the Unity package: `python tests/engines/unity_metas.py`.

Unity ignores an asset of an installed package that has none, and references assets by the GUID in it. The GUID comes
from the asset's path, so that it is the same whoever makes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "engine_plugins" / "unity" / "com.ponimator.streaming"

_HEAD = "fileFormatVersion: 2\nguid: {guid}\n"
_TAIL = "  externalObjects: {}\n  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
_SCRIPT = (
    "MonoImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  defaultReferences: []\n  executionOrder: 0\n"
    "  icon: {instanceID: 0}\n  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
)
_IMPORTERS = {".asmdef": "AssemblyDefinitionImporter", ".md": "TextScriptImporter", ".txt": "TextScriptImporter"}


def assets(package: Path = PACKAGE) -> Iterator[Path]:
    """Every file and folder that Unity imports: not what is hidden, not folders that end in ~."""
    for path in sorted(package.iterdir()):
        if path.name.startswith(".") or path.name.endswith("~") or path.suffix == ".meta":
            continue
        yield path
        if path.is_dir():
            yield from assets(path)


def meta_file(asset: Path) -> Path:
    """Where an asset's .meta stands."""
    return asset.with_name(f"{asset.name}.meta")


def meta_text(asset: Path, package: Path = PACKAGE) -> str:
    """What stands in it."""
    name = f"{package.name}/{asset.relative_to(package).as_posix()}"
    head = _HEAD.format(guid=hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())
    if asset.is_dir():
        return f"{head}folderAsset: yes\nDefaultImporter:\n{_TAIL}"
    if asset.suffix == ".cs":
        return head + _SCRIPT
    importer = "PackageManifestImporter" if asset.name == "package.json" else _IMPORTERS.get(asset.suffix)
    return f"{head}{importer or 'DefaultImporter'}:\n{_TAIL}"


def main() -> None:
    """Writes what is missing or old, and removes what has lost its asset."""
    wanted = {meta_file(asset): meta_text(asset) for asset in assets()}
    for file, text in wanted.items():
        file.write_text(text, encoding="utf-8")
    for file in PACKAGE.rglob("*.meta"):
        if file not in wanted:
            file.unlink()
    print(f"{len(wanted)} .meta files")


if __name__ == "__main__":
    main()
